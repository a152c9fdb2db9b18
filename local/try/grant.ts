import { roleOf } from './role-policy.ts';
import type { World } from './world.ts';

/** The kind of breakage that nobody in account A sees coming: account B changes what it grants. */
const POLICY_NAME = 'revoked';

export async function revoke(world: World): Promise<void> {
  const { writerRoleName, destination } = world.config.routes[0]!;
  const deny = { Effect: 'Deny', Action: 's3:PutObject', Resource: '*' };
  await roleOf(world).put(POLICY_NAME, { Version: '2012-10-17', Statement: [deny] });
  process.stdout.write(`Account ${destination.account} denies s3:PutObject to ${writerRoleName} from now on.\n`);
}

export async function restore(world: World): Promise<void> {
  const { writerRoleName, destination } = world.config.routes[0]!;
  await roleOf(world).remove(POLICY_NAME);
  process.stdout.write(`Account ${destination.account} lets ${writerRoleName} put objects again.\n`);
}
