/** Requests for each action of IAM, so that each has the condition keys that it may have. */
import * as iam from '@aws-sdk/client-iam';

const Tags = [{ Key: 'stage', Value: 'dev' }];
const TagKeys = ['stage'];
const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
});
const PolicyName = 'p';
const INLINE = { PolicyName, PolicyDocument: EVERYTHING };

/** @param account whom the roles trust */
export async function useIam(client: iam.IAMClient, account: string): Promise<void> {
  const { Policy } = await client.send(
    new iam.CreatePolicyCommand({ PolicyName: 'managed', PolicyDocument: EVERYTHING, Tags }),
  );
  const PolicyArn = Policy!.Arn!;
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
  });
  await useUser(client, PolicyArn);
  await useRole(client, PolicyArn, trust);
  await useGroup(client, PolicyArn);
  await usePolicy(client, PolicyArn);
}

async function useUser(client: iam.IAMClient, PolicyArn: string): Promise<void> {
  const user = { UserName: 'bounded-user' };
  await client.send(new iam.CreateUserCommand({ ...user, Tags, PermissionsBoundary: PolicyArn }));
  const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand(user));
  const key = { ...user, AccessKeyId: AccessKey!.AccessKeyId! };
  await client.send(new iam.ListAccessKeysCommand(user));
  await client.send(new iam.UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
  await client.send(new iam.DeleteAccessKeyCommand(key));
  await client.send(new iam.GetUserCommand(user));
  await client.send(new iam.PutUserPolicyCommand({ ...user, ...INLINE }));
  await client.send(new iam.GetUserPolicyCommand({ ...user, PolicyName }));
  await client.send(new iam.ListUserPoliciesCommand(user));
  await client.send(new iam.DeleteUserPolicyCommand({ ...user, PolicyName }));
  await client.send(new iam.AttachUserPolicyCommand({ ...user, PolicyArn }));
  await client.send(new iam.ListAttachedUserPoliciesCommand(user));
  await client.send(new iam.DetachUserPolicyCommand({ ...user, PolicyArn }));
  await client.send(new iam.ListGroupsForUserCommand(user));
  await client.send(new iam.PutUserPermissionsBoundaryCommand({ ...user, PermissionsBoundary: PolicyArn }));
  await client.send(new iam.DeleteUserPermissionsBoundaryCommand(user));
  await client.send(new iam.TagUserCommand({ ...user, Tags }));
  await client.send(new iam.ListUserTagsCommand(user));
  await client.send(new iam.UntagUserCommand({ ...user, TagKeys }));
  await client.send(new iam.TagUserCommand({ ...user, Tags }));
  await client.send(new iam.DeleteUserCommand(user));
}

async function useRole(client: iam.IAMClient, PolicyArn: string, trust: string): Promise<void> {
  const role = { RoleName: 'bounded-role' };
  const bounded = { ...role, PermissionsBoundary: PolicyArn };
  await client.send(new iam.CreateRoleCommand({ ...bounded, Tags, AssumeRolePolicyDocument: trust }));
  await client.send(new iam.GetRoleCommand(role));
  await client.send(new iam.UpdateRoleCommand({ ...role, MaxSessionDuration: 7200 }));
  await client.send(new iam.PutRolePolicyCommand({ ...role, ...INLINE }));
  await client.send(new iam.GetRolePolicyCommand({ ...role, PolicyName }));
  await client.send(new iam.ListRolePoliciesCommand(role));
  await client.send(new iam.DeleteRolePolicyCommand({ ...role, PolicyName }));
  await client.send(new iam.AttachRolePolicyCommand({ ...role, PolicyArn }));
  await client.send(new iam.ListAttachedRolePoliciesCommand(role));
  await client.send(new iam.DetachRolePolicyCommand({ ...role, PolicyArn }));
  await client.send(new iam.UpdateAssumeRolePolicyCommand({ ...role, PolicyDocument: trust }));
  await client.send(new iam.TagRoleCommand({ ...role, Tags }));
  await client.send(new iam.ListRoleTagsCommand(role));
  await client.send(new iam.UntagRoleCommand({ ...role, TagKeys }));
  await client.send(new iam.TagRoleCommand({ ...role, Tags }));
  await useInstanceProfile(client, role);
  await client.send(new iam.DeleteRolePermissionsBoundaryCommand(role));
  await client.send(new iam.PutRolePermissionsBoundaryCommand(bounded));
  await client.send(new iam.DeleteRoleCommand(role));
}

async function useInstanceProfile(client: iam.IAMClient, role: { RoleName: string }): Promise<void> {
  const profile = { InstanceProfileName: 'machine' };
  await client.send(new iam.CreateInstanceProfileCommand({ ...profile, Tags }));
  await client.send(new iam.GetInstanceProfileCommand(profile));
  await client.send(new iam.AddRoleToInstanceProfileCommand({ ...profile, ...role }));
  await client.send(new iam.ListInstanceProfilesForRoleCommand(role));
  await client.send(new iam.RemoveRoleFromInstanceProfileCommand({ ...profile, ...role }));
  await client.send(new iam.TagInstanceProfileCommand({ ...profile, Tags }));
  await client.send(new iam.ListInstanceProfileTagsCommand(profile));
  await client.send(new iam.UntagInstanceProfileCommand({ ...profile, TagKeys }));
  await client.send(new iam.TagInstanceProfileCommand({ ...profile, Tags }));
  await client.send(new iam.DeleteInstanceProfileCommand(profile));
}

async function useGroup(client: iam.IAMClient, PolicyArn: string): Promise<void> {
  const group = { GroupName: 'team' };
  await client.send(new iam.CreateGroupCommand(group));
  await client.send(new iam.AttachGroupPolicyCommand({ ...group, PolicyArn }));
  await client.send(new iam.DetachGroupPolicyCommand({ ...group, PolicyArn }));
  await client.send(new iam.DeleteGroupCommand(group));
}

async function usePolicy(client: iam.IAMClient, PolicyArn: string): Promise<void> {
  const policy = { PolicyArn };
  await client.send(new iam.CreatePolicyVersionCommand({ ...policy, PolicyDocument: EVERYTHING }));
  await client.send(new iam.SetDefaultPolicyVersionCommand({ ...policy, VersionId: 'v2' }));
  await client.send(new iam.GetPolicyCommand(policy));
  await client.send(new iam.GetPolicyVersionCommand({ ...policy, VersionId: 'v1' }));
  await client.send(new iam.ListPolicyVersionsCommand(policy));
  await client.send(new iam.ListEntitiesForPolicyCommand(policy));
  await client.send(new iam.DeletePolicyVersionCommand({ ...policy, VersionId: 'v1' }));
  await client.send(new iam.TagPolicyCommand({ ...policy, Tags }));
  await client.send(new iam.ListPolicyTagsCommand(policy));
  await client.send(new iam.UntagPolicyCommand({ ...policy, TagKeys }));
  await client.send(new iam.TagPolicyCommand({ ...policy, Tags }));
  await client.send(new iam.DeletePolicyCommand(policy));
}
