/** `npm run try -- revoke` and `restore`: takes account B's grant away, and gives it back. */
import { DeleteRolePolicyCommand, GetRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { World } from './world.ts';

/** Account B changes what it grants, and nobody in account A notices before an upload fails. */
const POLICY_NAME = 'revoked';
const DENY = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:PutObject', Resource: '*' }] };

export async function revoke(world: World): Promise<void> {
  const { writerRoleName: RoleName, destination } = world.config.routes[0]!;
  const command = new PutRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME, PolicyDocument: JSON.stringify(DENY) });
  await world.ownerOf(destination.account).iam.send(command);
  process.stdout.write(`Account ${destination.account} denies s3:PutObject to ${RoleName} from now on.\n`);
}

export async function restore(world: World): Promise<void> {
  const { writerRoleName: RoleName, destination } = world.config.routes[0]!;
  const { iam } = world.ownerOf(destination.account);
  // IAM has one error for a role and for a policy that isn't there.
  await iam.send(new GetRoleCommand({ RoleName }));
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME })).catch((error: Error) => {
    // There is nothing to restore.
    if (error.name !== 'NoSuchEntityException') throw error;
  });
  process.stdout.write(`Account ${destination.account} lets ${RoleName} put objects again.\n`);
}
