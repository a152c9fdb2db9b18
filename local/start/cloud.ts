/** Starts the local AWS of `npm start` on its port, in a folder that goes with it or in one that stays. */
import { once } from 'node:events';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalCloud } from '../../emulator/index.ts';
import { atEnding, isDoing } from '../ending.ts';
import { keptError, type Persistence, removeUnwanted } from './kept.ts';
import { MovableTime } from './movable-time.ts';
import { UserError } from './user-error.ts';

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
    ...(persistence ? { keep: persistence.folder } : { folder: cloudFolder }),
    firesSchedules: true,
    maxSandboxes: SANDBOXES_PER_CORE * availableParallelism(),
  });
  const gone = persistence ? `The accounts are kept in ${persistence.folder}.` : 'The accounts are gone.';
  const close = atEnding(async () => (await starting).close(), gone);
  const cloud = await starting.catch((error: unknown) => {
    throw portError(keptError(error, persistence), port);
  });
  // It kills the functions' processes before it waits for anything.
  process.once('exit', () => void cloud.close());
  return { cloud, time, folder, close };
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
