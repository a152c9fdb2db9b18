/** Starts two local accounts, with the stacks deployed into them. */
import { join } from 'node:path';
import { bootstrap, type LocalCloud, readAssembly } from '../../emulator/index.ts';
import type { Route } from '../../functions/core/route.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import type { OwnSource, RelayContext } from '../../infra/config/relay-context.ts';
import { stackName } from '../../infra/names.ts';
import { type AwsClients, awsClients } from '../aws-clients.ts';
import { committedContext, synthesize } from '../synth.ts';
import { accountProfiles, regionsOf } from './account-profiles.ts';
import { openCloud } from './cloud.ts';
import type { MovableTime } from './movable-time.ts';
import { ownBucket } from './own-bucket.ts';
import { say } from './say.ts';

/** The two accounts, up and deployed, and what a person needs to work with them. */
export interface LocalSession {
  cloud: LocalCloud;
  time: MovableTime;
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

/**
 * Synthesizes both stacks and deploys them to two accounts on this machine.
 * @throws UserError for a mistake in cdk.json or a busy port
 */
export async function openSession(port: number): Promise<LocalSession> {
  const { cloud, time, folder, close } = await openCloud(port, async (folder) => {
    say('Synthesizing both stacks and bringing up two accounts …\n');
    const assembly = join(folder, 'cdk.out');
    await synthesize(assembly);
    return { stacks: readAssembly(assembly) };
  });
  try {
    const { source } = parseConfig(committedContext());
    await bootstrap(cloud, source.account, source.region);
    return { ...equip(cloud, folder), time, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function equip(cloud: LocalCloud, folder: string): Omit<LocalSession, 'close' | 'time'> {
  const config = parseConfig(committedContext());
  const own = ownBucket(config);
  const regions = regionsOf(config);
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
