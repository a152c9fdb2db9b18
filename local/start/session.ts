/** Starts two local accounts, with the stacks deployed into them. */
import { join } from 'node:path';
import { type Configuration, checkedConfig } from '../../cli/configuration.ts';
import { isDoing } from '../../cli/terminal/ending.ts';
import { bootstrap, type LocalCloud, readAssembly } from '../../emulator/index.ts';
import type { RelayContext } from '../../infra/config/relay-context.ts';
import { stackName } from '../../infra/names.ts';
import { type AwsClients, awsClients } from '../aws-clients.ts';
import { synthesize } from '../synth.ts';
import { accountProfiles, regionsOf } from './account-profiles.ts';
import { openCloud } from './cloud.ts';
import { type Intake, intakeOf } from './intake.ts';
import type { Persistence } from './kept.ts';
import type { MovableTime } from './movable-time.ts';
import { say } from './say.ts';
import { existingBuckets } from './surroundings.ts';

/** The two accounts, up and deployed, and what a person needs to work with them. */
export interface LocalSession {
  cloud: LocalCloud;
  time: MovableTime;
  config: RelayContext;
  /** Files are dropped there. */
  intake: Intake;
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
 * @throws UserError for a mistake in the configuration or a busy port
 */
export async function openSession(
  port: number,
  configuration: Configuration,
  persistence?: Persistence,
): Promise<LocalSession> {
  const config = checkedConfig(configuration);
  const { cloud, time, folder, close } = await openCloud(
    port,
    async (folder) => {
      isDoing('the synthesis');
      say('Synthesizing the stacks …\n');
      const assembly = join(folder, 'cdk.out');
      await synthesize(assembly, configuration.relay, { file: configuration.file });
      const stacks = [...existingBuckets(config), ...readAssembly(assembly)];
      const accounts = new Set(stacks.map(({ account }) => account));
      say(`Bringing up accounts ${[...accounts].join(', ')} …\n`);
      return { stacks };
    },
    persistence,
  );
  isDoing('the bootstrap');
  say(`Bootstrapping account ${config.source.account} …\n`);
  await bootstrap(cloud, config.source.account, config.source.region);
  return { ...equip(cloud, config), folder, time, close };
}

function equip(cloud: LocalCloud, config: RelayContext): Omit<LocalSession, 'close' | 'folder' | 'time'> {
  const regions = regionsOf(config);
  const accounts = [...regions.keys()];
  const clientsOf = (account: string) =>
    awsClients(cloud, { region: regions.get(account)!, credentials: cloud.operator(account) });
  return {
    cloud,
    config,
    intake: intakeOf(config),
    accounts,
    clients: new Map(accounts.map((account) => [account, clientsOf(account)])),
    profiles: accountProfiles(config),
    regions,
    deadLetterQueueUrl: cloud.outputs(stackName(config, 'source'))['DeadLetterQueueUrl']!,
  };
}
