/** How `npm run fire` and `npm run local` reach a running `npm start`: over a socket that only its owner may use. */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { LocalCloud } from '../../emulator/index.ts';
import { didYouMean } from '../cli.ts';
import { type Act, perform, type World } from './acts.ts';
import { FOLDER } from './profile.ts';
import { say } from './say.ts';
import { UserError } from './user-error.ts';

export interface Fired {
  schedule: string;
  /** What the function answered. Undefined for a rule, which invokes its functions asynchronously. */
  answer?: unknown;
  /** Whether the answer is that of a function that has failed. */
  hasFailed?: boolean;
}

/** The path is relative, since the path of a socket has about a hundred characters at most. Windows has named pipes instead. */
const SOCKET =
  process.platform === 'win32'
    ? join('\\\\.\\pipe', resolve(FOLDER).replaceAll(/[:\\/]/g, '-'))
    : join(FOLDER, 'control');

/** No schedule has a slash in its name. */
const ACTS = 'acts/';

const OK = 200;
const REFUSED = 409;
const NOT_FOUND = 404;

/** Names of what can be fired: schedules, and the rules that go by one. */
export function schedulesOf({ scheduler, scheduledRules }: LocalCloud): string[] {
  // Sorted, so that people find them.
  return [...scheduler.arns().sort(), ...scheduledRules.arns().sort()].map(nameOf);
}

/** @returns the server, to be closed with the session */
export async function listenForControl(world: World, socket = SOCKET): Promise<Server> {
  if (await isListening(socket)) {
    say('Another npm start is up in this folder. From now on, commands of other terminals reach this one instead.\n\n');
  }
  // A killed npm start leaves its socket behind.
  await rm(socket, { force: true });
  const server = createServer((asked, answer) => {
    outcomeOf(world, asked.url!.slice(1)).then(
      (outcome) => answer.writeHead(OK).end(JSON.stringify(outcome)),
      (error: Error) => answer.writeHead(error instanceof UserError ? NOT_FOUND : REFUSED).end(error.message),
    );
  }).listen(socket);
  await once(server, 'listening');
  if (process.platform !== 'win32') await chmod(socket, 0o600);
  return server.unref();
}

/**
 * Fires one of the schedules of the `npm start` that runs in this folder, and waits for what comes of it.
 * @throws UserError when nothing runs here, the name is unknown, or IAM refuses
 */
export async function askToFire(name: string, socket = SOCKET): Promise<Fired> {
  return (await ask(encodeURIComponent(name), socket)) as Fired;
}

/**
 * Has something done in the `npm start` that runs in this folder that no API of AWS does.
 * @throws UserError when nothing runs here, or it can't be done
 */
export async function askToAct(act: Act, socket = SOCKET): Promise<unknown> {
  return ask(`${ACTS}${encodeURIComponent(JSON.stringify(act))}`, socket);
}

async function isListening(socket: string): Promise<boolean> {
  const connection = connect(socket);
  const isUp = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  return isUp;
}

async function ask(path: string, socket: string): Promise<unknown> {
  const asked = request({ socketPath: socket, path: `/${path}` });
  const answered = once(asked, 'response').catch(() => {
    throw new UserError(
      'Nothing runs in this folder. Run npm start, and this in another terminal, in the same folder.',
    );
  });
  asked.end();
  const [response] = await answered;
  const body = await text(response);
  if (response.statusCode !== OK) throw new UserError(body);
  return JSON.parse(body);
}

async function outcomeOf(world: World, path: string): Promise<unknown> {
  if (path.startsWith(ACTS)) return perform(world, JSON.parse(decodeURIComponent(path.slice(ACTS.length))) as Act);
  return fire(world.cloud, decodeURIComponent(path));
}

async function fire(cloud: LocalCloud, name: string): Promise<Fired> {
  const schedule = cloud.scheduler.arns().find((arn) => nameOf(arn) === name);
  if (schedule !== undefined) {
    const outcome = await cloud.scheduler.fire(schedule);
    if (outcome === undefined) return { schedule: name };
    return { schedule: name, answer: JSON.parse(outcome.payload), hasFailed: outcome.failed };
  }
  const rule = cloud.scheduledRules.arns().find((arn) => nameOf(arn) === name);
  if (rule === undefined) {
    const known = schedulesOf(cloud);
    const meant = didYouMean(name, known);
    throw new UserError(`There is no schedule "${name}"; there are: ${known.join(', ') || 'none'}.${meant}`);
  }
  cloud.scheduledRules.fire(rule);
  return { schedule: name };
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
