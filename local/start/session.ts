import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Route } from '../../functions/route.ts';
import { type OwnSource, parseConfig, pullingRoutes, type RelayContext } from '../../infra/config.ts';
import { runtimeRoute } from '../../infra/runtime-route.ts';
import { readAssembly } from '../assembly.ts';
import { LocalCloud } from '../cloud.ts';
import { committedContext, synthesize } from '../synth.ts';
import { operatorClients } from './accounts.ts';
import { listenForFiring } from './control.ts';
import { ownBucket } from './own-bucket.ts';
import { type Profile, writeProfiles } from './profile.ts';
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
  clients: ReadonlyMap<string, { s3: S3Client; sqs: SQSClient }>;
  profiles: ReadonlyMap<string, string>;
  profileFile: string;
  deadLetterQueueUrl: string;
  close(): Promise<void>;
}

/** More would only slow each other's start. */
const SANDBOXES_PER_CORE = 2;

/** The stack that `infra/source-stack.ts` names so. */
const SOURCE_STACK = 'upload-relay-source';

/**
 * Synthesizes both stacks and deploys them to two accounts on this machine.
 * @throws UserError for a mistake in cdk.json or a busy port
 */
export async function openSession(port: number): Promise<LocalSession> {
  // Looked at first, since synthesizing takes seconds; a port taken in between is still found when it is needed.
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
    const control = await listenForFiring(cloud, folder);
    const close = async () => {
      control.close();
      await cloud.close();
      await remove();
    };
    return { ...(await equip(cloud, folder)), close };
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

async function equip(cloud: LocalCloud, folder: string): Promise<Omit<LocalSession, 'close'>> {
  const config = parseConfig(committedContext());
  const own = ownBucket(config);
  const regions = new Map([
    [config.source.account, config.source.region],
    ...pullingRoutes(config).map(({ pull }): [string, string] => [pull.account, pull.region]),
    ...config.routes.map(({ destination }): [string, string] => [destination.account, destination.region]),
  ]);
  const clients = new Map<string, { s3: S3Client; sqs: SQSClient }>();
  const profiles: Profile[] = [];
  for (const [account, region] of regions) {
    const { accessKeyId, secretAccessKey } = cloud.operator(account);
    const credentials = { accessKeyId, secretAccessKey };
    clients.set(account, operatorClients({ url: cloud.url, caPem: cloud.caPem, region, credentials }));
    profiles.push({ name: profileName(profiles.length), region, ...credentials });
  }
  const profileFile = join(folder, 'aws-config');
  await writeProfiles(profileFile, cloud.url, cloud.caFile, profiles);
  const accounts = [...regions.keys()];
  return {
    cloud,
    config,
    own,
    routes: config.routes.map(runtimeRoute),
    folder,
    accounts,
    clients,
    profiles: new Map(accounts.map((account, index) => [account, profiles[index]!.name])),
    profileFile,
    deadLetterQueueUrl: cloud.outputs(SOURCE_STACK)['DeadLetterQueueUrl']!,
  };
}

/** a, b, c, …: the source is always a. */
function profileName(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}
