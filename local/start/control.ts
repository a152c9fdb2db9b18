/** How `npm run fire` and `npm run local` reach a running `npm start`: over a socket that only its owner may use. */
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { UserError } from '../../cli/terminal/user-error.ts';
import type { LocalCloud } from '../../emulator/index.ts';
import { didYouMean } from '../cli.ts';
import { type Act, perform, type World } from './acts.ts';
import type { Place } from './place.ts';

export interface Fired {
  schedule: string;
  /** What the function answered. Undefined for a rule, which invokes its functions asynchronously. */
  answer?: unknown;
  /** Whether the answer is that of a function that has failed. */
  hasFailed?: boolean;
}

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

/** @returns the server, which nobody needs to close before the process ends */
export async function listenForControl(world: World, { socket }: Pick<Place, 'socket'>): Promise<Server> {
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
 * Fires one of the schedules of the `npm start` at that place, and waits for what comes of it.
 * @throws UserError when it has ended, the name is unknown, or IAM refuses
 */
export async function askToFire(name: string, place: Place): Promise<Fired> {
  return (await ask(encodeURIComponent(name), place)) as Fired;
}

/**
 * Has something done in the `npm start` at that place that no API of AWS does.
 * @throws UserError when it has ended, or it can't be done
 */
export async function askToAct(act: Act, place: Place): Promise<unknown> {
  return ask(`${ACTS}${encodeURIComponent(JSON.stringify(act))}`, place);
}

async function ask(path: string, { folder, socket }: Place): Promise<unknown> {
  const asked = request({ socketPath: socket, path: `/${path}` });
  const answered = once(asked, 'response').catch(() => {
    throw new UserError(`The npm start of ${folder} has ended, or takes no commands yet.`);
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
