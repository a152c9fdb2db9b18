/** `npm run try -- revoke` and `restore`: takes account B's grant away, and gives it back. */
import { DeleteRolePolicyCommand, GetRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { Verb } from '../verb.ts';

/** Account B changes what it grants, and nobody in account A notices before an upload fails. */
const POLICY_NAME = 'revoked';
const DENY = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:PutObject', Resource: '*' }] };

export const revoke: Verb = {
  usage: 'revoke',
  summary: 'account B takes the grant away',
  more: 'The writer role of the first route gets a policy that denies s3:PutObject.',
  json: '{"account","role","mayPut":false}',
  async act({ world, tell }) {
    const { writerRoleName: role, destination } = world.config.routes[0]!;
    const policy = { RoleName: role, PolicyName: POLICY_NAME, PolicyDocument: JSON.stringify(DENY) };
    await world.ownerOf(destination.account).iam.send(new PutRolePolicyCommand(policy));
    const { account } = destination;
    tell({ account, role, mayPut: false }, `Account ${account} denies s3:PutObject to ${role} from now on.`);
    return true;
  },
};

export const restore: Verb = {
  usage: 'restore',
  summary: 'and gives it back',
  more: 'Takes away what revoke has put; without that, nothing changes.',
  json: '{"account","role","mayPut":true}',
  async act({ world, tell }) {
    const { writerRoleName: role, destination } = world.config.routes[0]!;
    const { account } = destination;
    const { iam } = world.ownerOf(account);
    // IAM has one error for a role and for a policy that isn't there.
    await iam.send(new GetRoleCommand({ RoleName: role }));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: POLICY_NAME })).catch((error: Error) => {
      // There is nothing to restore.
      if (error.name !== 'NoSuchEntityException') throw error;
    });
    tell({ account, role, mayPut: true }, `Account ${account} lets ${role} put objects again.`);
    return true;
  },
};
