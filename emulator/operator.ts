/** The user of an account who may do everything: what a test, or a person, begins with. */
import type { AccessKey } from './core/credentials.ts';
import type { Directory } from './services/iam/state/directory.ts';

const NAME = 'operator';

/** Makes the user, or a key for it, where there is none. */
export function operatorKey(directory: Directory, account: string): AccessKey {
  if (!directory.findUser(account, NAME)) {
    const document = { Statement: { Effect: 'Allow' as const, Action: '*', Resource: '*' } };
    directory.addUser({ account, name: NAME, policies: [{ name: 'everything', document }] });
  }
  const active = directory.accessKeysOf(account, NAME).find(({ status }) => status === 'Active');
  return active ?? directory.addAccessKey(account, NAME);
}
