/** `npm start -- --empty`: the accounts of cdk.json with nothing in them but an administrator each, for deploying as to AWS. */
import { parseConfig } from '../../infra/config/config.ts';
import { ConfigError } from '../../infra/config/refusal.ts';
import type { RelayContext } from '../../infra/config/relay-context.ts';
import { destinationGroups } from '../../infra/stacks/destination-stack.ts';
import { readerGroups } from '../../infra/stacks/reader-stack.ts';
import { committedContext } from '../synth.ts';
import { accountProfiles, regionsOf } from './account-profiles.ts';
import { type OpenCloud, openCloud } from './cloud.ts';
import { formatEmptyHints } from './hints.ts';
import { administrators } from './people.ts';
import { clearCredentials, removeProfiles, SHELL_FILE, writeProfiles } from './profile.ts';
import { UserError } from './user-error.ts';

export interface EmptySession extends Pick<OpenCloud, 'cloud' | 'time' | 'folder' | 'close'> {
  /** What to type next. */
  hints: string;
}

/** @throws UserError for a mistake in cdk.json or a busy port */
export async function openEmpty(port: number): Promise<EmptySession> {
  const config = checkedConfig();
  const { source } = config;
  const regions = regionsOf(config);
  const { cloud, time, folder, close } = await openCloud(port, async () => ({
    stacks: [],
    accountsWithOperator: [...regions.keys()],
    homeRegion: source.region,
  }));
  const profiles = accountProfiles(config);
  const written = administrators({ cloud, profiles, regions });
  await clearCredentials();
  await writeProfiles(written);
  return {
    cloud,
    time,
    folder,
    hints: formatEmptyHints({
      url: cloud.url,
      shellFile: SHELL_FILE,
      sourceEnvironment: `aws://${source.account}/${source.region}`,
      people: [...profiles].map(([account, profile]) => ({ account, profile })),
      stacks: [...readerGroups(config), ...destinationGroups(config), { id: 'Source', account: source.account }].map(
        ({ id, account }) => ({ id, profile: profiles.get(account)! }),
      ),
    }),
    close: async () => {
      await removeProfiles(written);
      await close();
    },
  };
}

/** As the synth words a mistake. */
export function checkedConfig(): RelayContext {
  try {
    return parseConfig(committedContext());
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
}
