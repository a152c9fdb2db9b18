/** One thing that a role tries, and an action that IAM alone is asked about. */
import { type Caller, IamAuthorizer } from '../../emulator/index.ts';
import type { AwsClients } from '../support/two-accounts.ts';
import type { ProofWorld } from './proof-world.ts';

export interface Attempt {
  action: string;
  resource: string;
  /** The account that the resource belongs to; `undefined` where it is always the caller's own. */
  account: string | undefined;
  run: (as: Tried) => Promise<unknown>;
}

/** Whoever tries. */
export interface Tried {
  clients: AwsClients;
  caller: Caller;
  account: string;
  world: ProofWorld;
}

/** An action that has no door of its own in the local AWS: IAM is asked by itself. */
export function asked(action: string, resource: string, account?: string): Attempt {
  const run = async ({ world, caller, account: own }: Tried) =>
    new IamAuthorizer(world.cloud.directory).authorize({
      caller,
      action,
      resource,
      resourceAccount: account ?? own,
      ...(action.startsWith('kms:') && { resourcePolicy: leftToIam(account ?? own) }),
    });
  return { action, resource, account, run };
}

/** A key policy that leaves everything to the account's identity policies, as a key has it unless it says otherwise. */
function leftToIam(account: string) {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  return {
    Version: '2012-10-17' as const,
    Statement: [{ Effect: 'Allow' as const, Principal, Action: 'kms:*', Resource: '*' }],
  };
}
