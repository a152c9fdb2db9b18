/** Starts the local AWS of `npm start` on its port, in a folder that goes with it or in one that stays. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnding, isDoing } from '../../cli/terminal/ending.ts';
import { UserError } from '../../cli/terminal/user-error.ts';
import { LocalCloud } from '../../emulator/index.ts';
import { keptError, type Persistence, removeUnwanted } from './kept.ts';
import { MovableTime } from './movable-time.ts';
import { say } from './say.ts';

/** What there is at the beginning. */
type Beginning = Pick<Parameters<typeof LocalCloud.start>[0], 'stacks' | 'accountsWithOperator' | 'homeRegion'>;

export interface OpenCloud {
  cloud: LocalCloud;
  time: MovableTime;
  /** Holds everything that is written, and goes with the process. */
  folder: string;
  /** Ends the cloud. */
  close(): Promise<void>;
}

/** With more, processes would only slow down each other's start. */
const SANDBOXES_PER_CORE = 2;

/**
 * @param prepare may write into the folder
 * @param persistence where everything stays, if it shall
 * @throws UserError for a busy port, for what was kept and doesn't fit, and whatever `prepare` throws
 */
export async function openCloud(
  port: number,
  prepare: (folder: string) => Promise<Beginning>,
  persistence?: Persistence,
): Promise<OpenCloud> {
  // The port is checked first, since preparing may take seconds.
  await probePort(port);
  const folder = await mkdtemp(join(tmpdir(), 'session-'));
  const beginning = await prepare(folder);
  isDoing('the start of the accounts');
  const cloudFolder = join(folder, 'aws');
  await mkdir(cloudFolder);
  if (persistence) await removeUnwanted(persistence);
  const time = new MovableTime(persistence?.summary?.savedAt);
  const starting = LocalCloud.start({
    ...beginning,
    clock: time.now,
    // The clocks of people's programs stay as they are.
    clientClock: Date.now,
    port,
    ...(persistence ? { keep: persistence.folder, onNotKept: tellOnce() } : { folder: cloudFolder }),
    firesSchedules: true,
    maxSandboxes: SANDBOXES_PER_CORE * availableParallelism(),
  });
  const gone = persistence ? `The accounts are kept in ${persistence.folder}.` : 'The accounts are gone.';
  const close = atEnding(async () => closeTold(await starting, persistence), gone);
  const cloud = await starting.catch((error: unknown) => {
    throw portError(keptError(error, persistence), port);
  });
  // It kills the functions' processes before it waits for anything.
  process.once('exit', () => void cloud.close());
  return { cloud, time, folder, close };
}

/** It is tried again every second. */
function tellOnce(): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const { message } = error as Error;
    if (told.has(message)) return;
    told.add(message);
    say(`The accounts can't be saved, which is tried again: ${message}\n`);
  };
}

/** On a full disk, say, the last changes aren't kept. */
async function closeTold(cloud: LocalCloud, persistence?: Persistence): Promise<void> {
  await cloud.close().catch((error: unknown) => {
    if (!persistence) throw error;
    // Standard error is mute by now.
    writeSync(process.stderr.fd, `The last changes could not be kept: ${(error as Error).message}.\n`);
  });
}

async function probePort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw portError(error, port);
  });
  server.close();
  await once(server, 'close');
}

function portError(error: unknown, port: number): unknown {
  const advice = 'choose another with --port N, or --port 0 for any free one';
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new UserError(`Port ${port} is in use: ${advice}.`);
  if (code === 'EACCES') return new UserError(`You may not listen on port ${port}: ${advice}.`);
  return error;
}
