/** How `npm run fire` reaches a running `npm start`: over a socket in the session's folder, which only its owner may enter. */
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { LocalCloud } from '../cloud.ts';
import { UserError } from './user-error.ts';

export interface Fired {
  schedule: string;
  /** What the function answered; none for a rule, whose functions nobody waits for. */
  answer?: unknown;
}

const OK = 200;
const REFUSED = 409;
const NOT_FOUND = 404;

/** Names of what can be fired: schedules, and the rules that go by one. */
export function schedulesOf({ scheduler, schedules }: LocalCloud): string[] {
  return [...scheduler.arns(), ...schedules.arns()].map(nameOf);
}

/** @returns the server, to be closed with the session */
export async function listenForFiring(cloud: LocalCloud, folder: string): Promise<Server> {
  const server = createServer((asked, answer) => {
    const name = decodeURIComponent(asked.url!.slice(1));
    fire(cloud, name).then(
      (fired) => answer.writeHead(OK).end(JSON.stringify(fired)),
      (error: Error) => answer.writeHead(error instanceof UserError ? NOT_FOUND : REFUSED).end(error.message),
    );
  }).listen(socketIn(folder));
  await once(server, 'listening');
  return server.unref();
}

/**
 * Fires one of a running session's schedules, and waits for what comes of it.
 * @param profileFile which `npm start` has written, so that it says where the session is
 * @throws UserError when nothing runs there, the name is unknown, or IAM refuses
 */
export async function askToFire(profileFile: string | undefined, name: string): Promise<Fired> {
  const advice = 'Run npm start, and here the line `export AWS_CONFIG_FILE=…` that it prints.';
  if (!profileFile)
    throw new UserError(`AWS_CONFIG_FILE is not set, so where the two accounts run is not known. ${advice}`);
  const asked = request({ socketPath: socketIn(dirname(profileFile)), path: `/${encodeURIComponent(name)}` });
  const answered = once(asked, 'response').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`Nothing runs where AWS_CONFIG_FILE points (${profileFile}: ${error.code}). ${advice}`);
  });
  asked.end();
  const [response] = await answered;
  const body = await text(response);
  if (response.statusCode !== OK) throw new UserError(body);
  return JSON.parse(body) as Fired;
}

async function fire(cloud: LocalCloud, name: string): Promise<Fired> {
  const schedule = cloud.scheduler.arns().find((arn) => nameOf(arn) === name);
  if (schedule !== undefined) {
    const outcome = await cloud.scheduler.fire(schedule);
    return { schedule: name, answer: outcome && JSON.parse(outcome.payload) };
  }
  const rule = cloud.schedules.arns().find((arn) => nameOf(arn) === name);
  if (rule === undefined) {
    const known = schedulesOf(cloud).join(', ') || 'none';
    throw new UserError(`There is no schedule "${name}"; there are: ${known}.`);
  }
  cloud.schedules.fire(rule);
  return { schedule: name };
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Windows has named pipes instead of files. */
function socketIn(folder: string): string {
  return process.platform === 'win32'
    ? join('\\\\.\\pipe', folder.replaceAll(/[:\\/]/g, '-'))
    : join(folder, 'control');
}
