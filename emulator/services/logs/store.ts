/** CloudWatch Logs, as far as functions need it: log groups that hold lines, in memory and as files to look at. */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiError, type Clock } from '../../core/api.ts';
import type { Keeper } from '../../core/keeper.ts';
import type { LogGroupId, LogLine } from '../../core/log-line.ts';

/** A line as the store keeps it. */
export interface LogEvent {
  stream: string;
  /** Milliseconds since the epoch. */
  timeMs: number;
  text: string;
}

/** How many lines of a group stay in memory; its file has them all. */
const LINES_KEPT = 20_000;

export class LogStore implements Keeper {
  readonly #folder: string;
  readonly #onLine: (line: LogLine) => void;
  readonly #clock: Clock;
  readonly #groups = new Map<string, { id: LogGroupId; events: LogEvent[] }>();

  /** Lines are appended to `<folder>/logs/<account>/<group>.log`; `onLine` sees each of them too. */
  constructor(options: { folder: string; clock: Clock; onLine?: ((line: LogLine) => void) | undefined }) {
    this.#folder = join(options.folder, 'logs');
    this.#clock = options.clock;
    this.#onLine = options.onLine ?? (() => {});
  }

  /** The groups; their lines lie in their files. */
  snapshot(): LogGroupId[] {
    return this.groups();
  }

  restore(kept: readonly LogGroupId[]): void {
    for (const id of kept) this.createGroup(id);
  }

  /** @throws ApiError `ResourceAlreadyExistsException` */
  createGroup(id: LogGroupId): void {
    if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(id.name) || id.name.split('/').includes('..')) {
      throw new ApiError('InvalidParameterException', 400, `The log group name ${id.name} is not valid`);
    }
    if (this.hasGroup(id)) {
      throw new ApiError('ResourceAlreadyExistsException', 400, 'The specified log group already exists');
    }
    mkdirSync(dirname(this.#file(id)), { recursive: true });
    this.#groups.set(keyOf(id), { id, events: [] });
  }

  /** With its lines. @throws ApiError `ResourceNotFoundException` */
  deleteGroup(id: LogGroupId): void {
    this.#groupOf(id);
    this.#groups.delete(keyOf(id));
    rmSync(this.#file(id), { force: true });
  }

  groups(): LogGroupId[] {
    return [...this.#groups.values()].map(({ id }) => id);
  }

  hasGroup(id: LogGroupId): boolean {
    return this.#groups.has(keyOf(id));
  }

  append(id: LogGroupId, stream: string, texts: readonly string[]): void {
    const { events } = this.#groupOf(id);
    appendFileSync(this.#file(id), texts.map((text) => `${text}\n`).join(''));
    const timeMs = this.#clock();
    for (const text of texts) events.push({ stream, timeMs, text });
    if (events.length > LINES_KEPT) events.splice(0, events.length - LINES_KEPT);
    for (const text of texts) this.#onLine({ group: id, stream, text });
  }

  /** The newest lines of the groups of that name, in any account and region. */
  lines(groupName: string): string[] {
    const groups = [...this.#groups.values()].filter(({ id }) => id.name === groupName);
    return groups.flatMap(({ events }) => events.map(({ text }) => text));
  }

  /** The newest lines of one group. @throws ApiError `ResourceNotFoundException` */
  events(id: LogGroupId): readonly LogEvent[] {
    return this.#groupOf(id).events;
  }

  #groupOf(id: LogGroupId): { events: LogEvent[] } {
    const group = this.#groups.get(keyOf(id));
    if (group) return group;
    throw new ApiError('ResourceNotFoundException', 400, 'The specified log group does not exist.');
  }

  #file(id: LogGroupId): string {
    return join(this.#folder, id.account, `${id.name}.log`);
  }
}

function keyOf(id: LogGroupId): string {
  return `${id.account}/${id.region}/${id.name}`;
}
