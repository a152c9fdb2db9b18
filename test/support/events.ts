import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../events/', import.meta.url);

/** A fixture of `events/`, by its name without `.json`. */
export function eventFixture<T = unknown>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as T;
}

/** Those for the relay. */
export function eventNames(): string[] {
  return allNames().filter((name) => !name.startsWith('replay-'));
}

/** Those for replay. */
export function replayEventNames(): string[] {
  return allNames().filter((name) => name.startsWith('replay-'));
}

/** The bodies of a queue fixture. */
export function messageBodies(name: string): string[] {
  return eventFixture<{ Records: { body: string }[] }>(name).Records.map(({ body }) => body);
}

function allNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
}
