/** Starts two local accounts, with the stacks deployed into them. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, LocalCloud, readAssembly } from '../../emulator/index.ts';
import type { Route } from '../../functions/core/route.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import { type OwnSource, pullingRoutes, type RelayContext } from '../../infra/config/relay-context.ts';
import { stackName } from '../../infra/names.ts';
import { type AwsClients, awsClients } from '../aws-clients.ts';
import { committedContext, synthesize } from '../synth.ts';
import { accountProfiles } from './account-profiles.ts';
import { ownBucket } from './own-bucket.ts';
import { UserError } from './user-error.ts';

/** The two accounts, up and deployed, and what a person needs to work with them. */
export interface LocalSession {
  cloud: LocalCloud;
  config: RelayContext;
  /** Files are dropped there. */
  own: OwnSource;
  routes: Route[];
  /** Holds everything that is written, and goes with the session. */
  folder: string;
  accounts: string[];
  clients: ReadonlyMap<string, AwsClients>;
  /** The name of its administrator's profile, by account. */
  profiles: ReadonlyMap<string, string>;
  /** By account. */
  regions: ReadonlyMap<string, string>;
  deadLetterQueueUrl: string;
  close(): Promise<void>;
}

/** With more, processes would only slow down each other's start. */
const SANDBOXES_PER_CORE = 2;

/**
 * Synthesizes both stacks and deploys them to two accounts on this machine.
 * @throws UserError for a mistake in cdk.json or a busy port
 */
export async function openSession(port: number): Promise<LocalSession> {
  // The port is checked first, since synthesizing takes seconds.
  await probePort(port);
  process.stdout.write('Synthesizing both stacks and bringing up two accounts …\n');
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const assembly = join(folder, 'cdk.out');
    await synthesize(assembly);
    const cloudFolder = join(folder, 'aws');
    await mkdir(cloudFolder);
    const cloud = await LocalCloud.start({
      stacks: readAssembly(assembly),
      port,
      folder: cloudFolder,
      firesSchedules: true,
      maxSandboxes: SANDBOXES_PER_CORE * availableParallelism(),
    });
    const { source } = parseConfig(committedContext());
    await bootstrap(cloud, source.account, source.region);
    const close = async () => {
      await cloud.close();
      await remove();
    };
    return { ...equip(cloud, folder), close };
  } catch (error) {
    await remove();
    throw portError(error, port);
  }
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

function equip(cloud: LocalCloud, folder: string): Omit<LocalSession, 'close'> {
  const config = parseConfig(committedContext());
  const own = ownBucket(config);
  const regions = new Map([
    [config.source.account, config.source.region],
    ...pullingRoutes(config).map(({ pull }): [string, string] => [pull.account, pull.region]),
    ...config.routes.map(({ destination }): [string, string] => [destination.account, destination.region]),
  ]);
  const accounts = [...regions.keys()];
  const clientsOf = (account: string) =>
    awsClients(cloud, { region: regions.get(account)!, credentials: cloud.operator(account) });
  return {
    cloud,
    config,
    own,
    routes: config.routes.map(runtimeRoute),
    folder,
    accounts,
    clients: new Map(accounts.map((account) => [account, clientsOf(account)])),
    profiles: accountProfiles(config),
    regions,
    deadLetterQueueUrl: cloud.outputs(stackName(config, 'source'))['DeadLetterQueueUrl']!,
  };
}
