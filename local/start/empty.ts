/** `npm start -- --empty`: the accounts of cdk.json with nothing in them but an administrator each, for deploying as to AWS. */

import { type Configuration, checkedConfig } from '../../cli/configuration.ts';
import { destinationGroups } from '../../infra/stacks/destination-stack.ts';
import { readerGroups } from '../../infra/stacks/reader-stack.ts';
import { accountProfiles, regionsOf } from './account-profiles.ts';
import { type OpenCloud, openCloud } from './cloud.ts';
import { formatEmptyHints } from './hints.ts';
import type { Persistence } from './kept.ts';
import { administrators } from './people.ts';
import type { Profiles } from './profile.ts';

export interface EmptySession extends Pick<OpenCloud, 'cloud' | 'time' | 'folder'> {
  accounts: string[];
  profiles: Profiles;
  /** What to type next, with the help of this file. */
  hints(shellFile: string): string;
}

/** @throws UserError for a mistake in the configuration or a busy port */
export async function openEmpty(
  port: number,
  configuration: Configuration,
  persistence?: Persistence,
): Promise<EmptySession> {
  const config = checkedConfig(configuration);
  const { source } = config;
  const regions = regionsOf(config);
  const { cloud, time, folder } = await openCloud(
    port,
    async () => ({
      stacks: [],
      accountsWithOperator: [...regions.keys()],
      homeRegion: source.region,
    }),
    persistence,
  );
  const profiles = accountProfiles(config);
  const hints = (shellFile: string) =>
    formatEmptyHints({
      url: cloud.url,
      shellFile,
      sourceEnvironment: `aws://${source.account}/${source.region}`,
      people: [...profiles].map(([account, profile]) => ({ account, profile })),
      stacks: [...readerGroups(config), ...destinationGroups(config), { id: 'Source', account: source.account }].map(
        ({ id, account }) => ({ id, profile: profiles.get(account)! }),
      ),
    });
  const accounts = [...regions.keys()];
  return { cloud, time, folder, accounts, profiles: administrators({ cloud, profiles, regions }), hints };
}
