/** Managed policies, groups, boundaries, tags, keys and instance profiles, set up by the real SDK and seen in what users may do. */
import { Agent } from 'node:https';
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteInstanceProfileCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DetachUserPolicyCommand,
  GetGroupCommand,
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupPoliciesCommand,
  ListGroupsForUserCommand,
  ListInstanceProfilesForRoleCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRoleTagsCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  paginateListPolicies,
  RemoveRoleFromInstanceProfileCommand,
  RemoveUserFromGroupCommand,
  SetDefaultPolicyVersionCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagRoleCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import type { AccessKey } from '../../../core/credentials.ts';
import { templateStack } from '../../../templates/assembly.ts';

const A = '111111111111';
const LIST = 's3:ListAllMyBuckets';
const document = (Action: string | string[], Effect = 'Allow', Condition?: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect, Action, Resource: '*', ...(Condition && { Condition }) },
  });
const trust = (Service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
  });
const policyArn = (name: string) => `arn:aws:iam::${A}:policy/${name}`;
const awsArn = (name: string) => `arn:aws:iam::aws:policy/${name}`;

let cloud: LocalCloud;
let iam: IAMClient;

beforeAll(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [A] });
  iam = new IAMClient(settingsOf(cloud.operator(A)));
});

afterAll(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  await cloud.close();
});

function settingsOf({ accessKeyId, secretAccessKey }: AccessKey) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) });
  const credentials = { accessKeyId, secretAccessKey };
  return { endpoint: cloud.url, region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 };
}

/** A new user with a key, and whether it may list buckets. */
async function user(UserName: string) {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const settings = settingsOf({ accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! });
  const s3 = new S3Client(settings);
  const outcome = () =>
    s3.send(new ListBucketsCommand({})).then(
      () => 'lists',
      ({ name, message }: Error) => `${name}: ${message}`,
    );
  return { settings, keyId: key!.AccessKeyId!, outcome };
}

async function policy(PolicyName: string, PolicyDocument = document(LIST), more = {}): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument, ...more }));
  return Policy!.Arn!;
}

const role = (RoleName: string, more = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust('ec2.amazonaws.com'), ...more }));

/** A refusal as people see it. */
async function refusal(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'done',
    ({ name, message }: Error) => `${name}: ${message}`,
  );
}

const WITHOUT = 'because no identity-based policy allows the s3:ListAllMyBuckets action';

describe('a managed policy', () => {
  test('is made, shown, attached, detached and deleted', async () => {
    const Tags = [{ Key: 'team', Value: 'a' }];
    const arn = await policy('life', document(LIST), { Path: '/teams/', Description: 'Lists.', Tags });
    expect(arn).toBe(policyArn('teams/life'));
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    expect(Policy).toMatchObject({
      PolicyName: 'life',
      PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/),
      Path: '/teams/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      IsAttachable: true,
      Description: 'Lists.',
      Tags,
    });
    const ann = await user('ann');
    expect(await ann.outcome()).toContain(WITHOUT);
    const attachment = { UserName: 'ann', PolicyArn: arn };
    await iam.send(new AttachUserPolicyCommand(attachment));
    await iam.send(new AttachUserPolicyCommand(attachment));
    expect(await ann.outcome()).toBe('lists');
    const attached = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'ann' }));
    expect(attached.AttachedPolicies).toEqual([{ PolicyName: 'life', PolicyArn: arn }]);
    expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn: arn })))).toBe(
      'DeleteConflictException: Cannot delete a policy attached to entities.',
    );
    await iam.send(new DetachUserPolicyCommand(attachment));
    expect(await ann.outcome()).toContain(WITHOUT);
    expect(await refusal(iam.send(new DetachUserPolicyCommand(attachment)))).toBe(
      `NoSuchEntityException: Policy ${arn} was not found.`,
    );
    await iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
    expect(await refusal(iam.send(new GetPolicyCommand({ PolicyArn: arn })))).toBe(
      `NoSuchEntityException: Policy ${arn} was not found.`,
    );
  });

  test('has five versions at most, of which one counts', async () => {
    const PolicyArn = await policy('versions');
    const bob = await user('bob');
    await iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn }));
    const nothing = document('s3:GetObject');
    for (let version = 2; version <= 5; version++) {
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: nothing }));
    }
    expect(await refusal(iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: nothing })))).toBe(
      'LimitExceededException: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
    expect(await bob.outcome()).toBe('lists');
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v3' }));
    expect(await bob.outcome()).toContain(WITHOUT);
    const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions!.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion])).toEqual([
      ['v5', false],
      ['v4', false],
      ['v3', true],
      ['v2', false],
      ['v1', false],
    ]);
    expect(await refusal(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v3' })))).toBe(
      'DeleteConflictException: Cannot delete the default version of a policy.',
    );
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }));
    // A number is never given twice.
    const again = { PolicyArn, PolicyDocument: document(LIST), SetAsDefault: true };
    expect((await iam.send(new CreatePolicyVersionCommand(again))).PolicyVersion).toMatchObject({
      VersionId: 'v6',
      IsDefaultVersion: true,
    });
    expect(await bob.outcome()).toBe('lists');
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v6' }));
    expect(JSON.parse(decodeURIComponent(PolicyVersion!.Document!))).toEqual(JSON.parse(document(LIST)));
    await iam.send(new DetachUserPolicyCommand({ UserName: 'bob', PolicyArn }));
    expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).toMatch(
      /^DeleteConflictException: This policy has more than one version/,
    );
  });

  test('tells who has it', async () => {
    const PolicyArn = await policy('everywhere');
    await iam.send(new CreateGroupCommand({ GroupName: 'holders' }));
    await iam.send(new CreateUserCommand({ UserName: 'holder', PermissionsBoundary: PolicyArn }));
    await role('holder');
    await iam.send(new AttachGroupPolicyCommand({ GroupName: 'holders', PolicyArn }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'holder', PolicyArn }));
    const { PolicyGroups, PolicyRoles, PolicyUsers } = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(PolicyGroups).toEqual([{ GroupName: 'holders', GroupId: expect.stringMatching(/^AGPA/) }]);
    expect(PolicyRoles).toEqual([{ RoleName: 'holder', RoleId: expect.stringMatching(/^AROA/) }]);
    expect(PolicyUsers).toEqual([{ UserName: 'holder', UserId: expect.stringMatching(/^AIDA/) }]);
    const bounds = new ListEntitiesForPolicyCommand({ PolicyArn, PolicyUsageFilter: 'PermissionsBoundary' });
    expect(await iam.send(bounds)).toMatchObject({ PolicyGroups: [], PolicyRoles: [] });
    const groups = await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: 'holders' }));
    const roles = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'holder' }));
    expect([groups.AttachedPolicies, roles.AttachedPolicies]).toEqual([
      [{ PolicyName: 'everywhere', PolicyArn }],
      [{ PolicyName: 'everywhere', PolicyArn }],
    ]);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy).toMatchObject({ AttachmentCount: 2, PermissionsBoundaryUsageCount: 1 });
  });

  test.each([
    [
      'taken',
      policyArn('taken'),
      'EntityAlreadyExistsException: A policy called taken already exists. Duplicate names are not allowed.',
    ],
    [
      'TAKEN',
      policyArn('taken'),
      'EntityAlreadyExistsException: A policy called TAKEN already exists. Duplicate names are not allowed.',
    ],
  ])('the name %s is taken', async (name, _, expected) => {
    await policy('taken').catch(() => undefined);
    expect(await refusal(policy(name))).toBe(expected);
  });

  test('has rules for its document', async () => {
    expect(await refusal(policy('broken', '{'))).toMatch(/^MalformedPolicyDocumentException: .*invalid Json/);
    const long = document(Array.from({ length: 400 }, (_, index) => `s3:GetObject${index}`));
    expect(await refusal(policy('long', long))).toBe(
      'LimitExceededException: Cannot exceed quota for PolicySize: 6144',
    );
    const absent = { UserName: 'ann', PolicyArn: policyArn('absent') };
    expect(await refusal(iam.send(new AttachUserPolicyCommand(absent)))).toBe(
      `NoSuchEntityException: Policy ${absent.PolicyArn} does not exist or is not attachable.`,
    );
  });
});

describe('AWS’s own policies', () => {
  test.each(['AdministratorAccess', 'ReadOnlyAccess', 'AmazonS3FullAccess', 'AmazonS3ReadOnlyAccess'])(
    '%s is there, and nobody changes it',
    async (name) => {
      const PolicyArn = awsArn(name);
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      expect(Policy).toMatchObject({ PolicyName: name, Path: '/' });
      const UserName = `has-${name}`;
      const { outcome } = await user(UserName);
      await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
      expect(await outcome()).toBe('lists');
      const change = new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document('*') });
      expect(await refusal(iam.send(change))).toMatch(/^AccessDenied/);
      expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).toMatch(/^AccessDenied/);
    },
  );

  test('come in pages like all others, each once', async () => {
    const arns: string[] = [];
    for await (const page of paginateListPolicies({ client: iam, pageSize: 2 }, {})) {
      expect(page.Policies!.length).toBeLessThanOrEqual(2);
      arns.push(...page.Policies!.map(({ Arn }) => Arn!));
    }
    const whole = await iam.send(new ListPoliciesCommand({}));
    expect(arns).toEqual(whole.Policies!.map(({ Arn }) => Arn));
    const own = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
    expect(own.Policies!.every(({ Arn }) => Arn!.startsWith(policyArn('')))).toBe(true);
    const attached = await iam.send(new ListPoliciesCommand({ Scope: 'AWS', OnlyAttached: true }));
    expect(attached.Policies!.map(({ PolicyName }) => PolicyName)).toContain('AdministratorAccess');
    expect(attached.Policies!.map(({ PolicyName }) => PolicyName)).not.toContain('AWSLambdaBasicExecutionRole');
  });
});

test('a group gives its members what it has, until they leave it', async () => {
  const { Group } = await iam.send(new CreateGroupCommand({ GroupName: 'readers', Path: '/teams/' }));
  expect(Group).toMatchObject({
    Arn: `arn:aws:iam::${A}:group/teams/readers`,
    GroupId: expect.stringMatching(/^AGPA/),
  });
  const cleo = await user('cleo');
  const member = { GroupName: 'readers', UserName: 'cleo' };
  await iam.send(new AddUserToGroupCommand(member));
  await iam.send(new AddUserToGroupCommand(member));
  expect(await cleo.outcome()).toContain(WITHOUT);
  const inline = { GroupName: 'readers', PolicyName: 'may', PolicyDocument: document(LIST) };
  await iam.send(new PutGroupPolicyCommand(inline));
  expect(await cleo.outcome()).toBe('lists');
  expect((await iam.send(new ListGroupPoliciesCommand({ GroupName: 'readers' }))).PolicyNames).toEqual(['may']);
  expect((await iam.send(new GetGroupCommand({ GroupName: 'readers' }))).Users).toMatchObject([{ UserName: 'cleo' }]);
  expect((await iam.send(new ListGroupsForUserCommand({ UserName: 'cleo' }))).Groups).toEqual([Group]);
  // A Deny of the group's reaches its members.
  await iam.send(new PutGroupPolicyCommand({ ...inline, PolicyName: 'not', PolicyDocument: document(LIST, 'Deny') }));
  expect(await cleo.outcome()).toContain('with an explicit deny in an identity-based policy');
  expect(await refusal(iam.send(new DeleteGroupCommand({ GroupName: 'readers' })))).toBe(
    'DeleteConflictException: Cannot delete entity, must remove users from group first.',
  );
  await iam.send(new RemoveUserFromGroupCommand(member));
  expect(await cleo.outcome()).toContain(WITHOUT);
  expect(await refusal(iam.send(new DeleteGroupCommand({ GroupName: 'readers' })))).toBe(
    'DeleteConflictException: Cannot delete entity, must delete policies first.',
  );
  expect(await refusal(iam.send(new GetGroupCommand({ GroupName: 'nobody' })))).toBe(
    'NoSuchEntityException: The group with name nobody cannot be found.',
  );
  expect(await refusal(iam.send(new AddUserToGroupCommand({ ...member, UserName: 'nobody' })))).toBe(
    'NoSuchEntityException: The user with name nobody cannot be found.',
  );
});

test('a user in a group is not deleted, nor is one in eleven groups made', async () => {
  await user('crowd');
  for (let index = 0; index < 11; index++) await iam.send(new CreateGroupCommand({ GroupName: `crowd-${index}` }));
  const join = (index: number) =>
    iam.send(new AddUserToGroupCommand({ GroupName: `crowd-${index}`, UserName: 'crowd' }));
  for (let index = 0; index < 10; index++) await join(index);
  expect(await refusal(join(10))).toBe('LimitExceededException: Cannot exceed quota for GroupsPerUser: 10');
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'crowd' }));
  cloud.directory.removeAccessKey(A, 'crowd', AccessKeyMetadata![0]!.AccessKeyId!);
  expect(await refusal(iam.send(new DeleteUserCommand({ UserName: 'crowd' })))).toBe(
    'DeleteConflictException: Cannot delete entity, must remove users from group first.',
  );
});

test('a permissions boundary bounds, with the version that counts, until it is taken away', async () => {
  const PermissionsBoundary = await policy('bounds', document('s3:GetObject'));
  const dora = await user('dora');
  const own = { UserName: 'dora', PolicyName: 'may', PolicyDocument: document('s3:*') };
  await iam.send(new PutUserPolicyCommand(own));
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'dora', PermissionsBoundary }));
  expect(await dora.outcome()).toContain('because no permissions boundary allows the s3:ListAllMyBuckets action');
  const { User } = await iam.send(new GetUserCommand({ UserName: 'dora' }));
  expect(User!.PermissionsBoundary).toMatchObject({ PermissionsBoundaryArn: PermissionsBoundary });
  const wider = { PolicyArn: PermissionsBoundary, PolicyDocument: document(LIST), SetAsDefault: true };
  await iam.send(new CreatePolicyVersionCommand(wider));
  expect(await dora.outcome()).toBe('lists');
  await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: PermissionsBoundary, VersionId: 'v1' }));
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn: PermissionsBoundary, VersionId: 'v2' }));
  expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn: PermissionsBoundary })))).toMatch(
    /^DeleteConflict/,
  );
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'dora' }));
  expect(await dora.outcome()).toBe('lists');
  await iam.send(new DeletePolicyCommand({ PolicyArn: PermissionsBoundary }));
});

test('an inactive key is as good as unknown, until it is active again', async () => {
  const { settings, keyId, outcome } = await user('eve');
  const update = (Status: 'Active' | 'Inactive') =>
    iam.send(new UpdateAccessKeyCommand({ UserName: 'eve', AccessKeyId: keyId, Status }));
  const whoAmI = () => refusal(new STSClient(settings).send(new GetCallerIdentityCommand({})));
  await update('Inactive');
  expect(await whoAmI()).toBe('InvalidClientTokenId: The security token included in the request is invalid.');
  expect(await outcome()).toMatch(/^InvalidAccessKeyId/);
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'eve' }));
  expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId: keyId, Status: 'Inactive' }]);
  await update('Active');
  expect(await whoAmI()).toBe('done');
});

test('tags and a session’s longest duration are set and shown', async () => {
  await role('tagged', { Tags: [{ Key: 'Team', Value: 'a' }], Description: 'Before.', MaxSessionDuration: 7200 });
  await iam.send(
    new TagRoleCommand({
      RoleName: 'tagged',
      Tags: [
        { Key: 'team', Value: 'b' },
        { Key: 'x', Value: '' },
      ],
    }),
  );
  const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'tagged' }));
  expect(Tags).toEqual([
    { Key: 'team', Value: 'b' },
    { Key: 'x', Value: '' },
  ]);
  await iam.send(new UntagRoleCommand({ RoleName: 'tagged', TagKeys: ['x', 'not there'] }));
  await iam.send(new UpdateRoleCommand({ RoleName: 'tagged', MaxSessionDuration: 43_200 }));
  expect((await iam.send(new GetRoleCommand({ RoleName: 'tagged' }))).Role).toMatchObject({
    Tags: [{ Key: 'team', Value: 'b' }],
    Description: 'Before.',
    MaxSessionDuration: 43_200,
  });
  const twice = [
    { Key: 'a', Value: '1' },
    { Key: 'A', Value: '2' },
  ];
  expect(await refusal(iam.send(new TagRoleCommand({ RoleName: 'tagged', Tags: twice })))).toBe(
    'InvalidInputException: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  );
  const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
  expect(await refusal(iam.send(new TagRoleCommand({ RoleName: 'tagged', Tags: many.slice(0, 50) })))).toMatch(
    /^LimitExceeded/,
  );
  const last = (MaxSessionDuration: number) =>
    refusal(iam.send(new UpdateRoleCommand({ RoleName: 'tagged', MaxSessionDuration })));
  const invalid = (value: number) =>
    `ValidationError: 1 validation error detected: Value '${value}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value`;
  expect(await last(3599)).toBe(`${invalid(3599)} greater than or equal to 3600`);
  expect(await last(43_201)).toBe(`${invalid(43_201)} less than or equal to 43200`);
});

test('a user’s tags decide what its policies allow, as soon as they change', async () => {
  const { outcome } = await user('tagged-user');
  const condition = { StringEquals: { 'aws:PrincipalTag/team': 'data' } };
  const PolicyDocument = document(LIST, 'Allow', condition);
  await iam.send(new PutUserPolicyCommand({ UserName: 'tagged-user', PolicyName: 'may', PolicyDocument }));
  expect(await outcome()).toContain(WITHOUT);
  await iam.send(new TagUserCommand({ UserName: 'tagged-user', Tags: [{ Key: 'team', Value: 'data' }] }));
  expect(await outcome()).toBe('lists');
  await iam.send(new UntagUserCommand({ UserName: 'tagged-user', TagKeys: ['team'] }));
  expect(await outcome()).toContain(WITHOUT);
});

describe('conditions on what IAM itself is asked', () => {
  test.each<[string, object, (client: IAMClient) => Promise<unknown>, (client: IAMClient) => Promise<unknown>]>([
    [
      'iam:PolicyARN',
      { ArnEquals: { 'iam:PolicyARN': awsArn('AmazonS3ReadOnlyAccess') } },
      (it) => it.send(new AttachUserPolicyCommand({ UserName: 'f', PolicyArn: awsArn('AmazonS3ReadOnlyAccess') })),
      (it) => it.send(new AttachUserPolicyCommand({ UserName: 'f', PolicyArn: awsArn('AdministratorAccess') })),
    ],
    [
      'aws:RequestTag',
      { StringEquals: { 'aws:RequestTag/team': 'a' } },
      (it) => it.send(new CreateUserCommand({ UserName: 'made-tagged', Tags: [{ Key: 'team', Value: 'a' }] })),
      (it) => it.send(new CreateUserCommand({ UserName: 'made-bare' })),
    ],
    [
      'iam:ResourceTag',
      { StringEquals: { 'iam:ResourceTag/team': 'b' } },
      (it) => it.send(new GetRoleCommand({ RoleName: 'tagged' })),
      (it) => it.send(new GetRoleCommand({ RoleName: 'holder' })),
    ],
    [
      'iam:PermissionsBoundary',
      { StringEquals: { 'iam:PermissionsBoundary': awsArn('ReadOnlyAccess') } },
      (it) => it.send(new CreateUserCommand({ UserName: 'made-bound', PermissionsBoundary: awsArn('ReadOnlyAccess') })),
      (it) => it.send(new CreateUserCommand({ UserName: 'made-free' })),
    ],
  ])('%s', async (key, condition, allowed, refused) => {
    const UserName = `asks-${key.replace(':', '-')}`;
    await iam.send(new CreateUserCommand({ UserName: 'f' })).catch(() => undefined);
    const { settings } = await user(UserName);
    const PolicyDocument = document('iam:*', 'Allow', condition);
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'may', PolicyDocument }));
    const client = new IAMClient(settings);
    expect(await refusal(allowed(client))).toBe('done');
    expect(await refusal(refused(client))).toMatch(/^AccessDenied/);
  });
});

test('an instance profile holds one role, which is not deleted meanwhile', async () => {
  const name = { InstanceProfileName: 'machine' };
  const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand(name));
  expect(InstanceProfile).toMatchObject({
    Arn: `arn:aws:iam::${A}:instance-profile/machine`,
    InstanceProfileId: expect.stringMatching(/^AIPA/),
    Roles: [],
  });
  await role('machine');
  await role('other');
  const add = (RoleName: string) => iam.send(new AddRoleToInstanceProfileCommand({ ...name, RoleName }));
  await add('machine');
  expect(await refusal(add('other'))).toBe(
    'LimitExceededException: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
  );
  const shown = await iam.send(new GetInstanceProfileCommand(name));
  expect(shown.InstanceProfile!.Roles).toMatchObject([{ RoleName: 'machine' }]);
  const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'machine' }));
  expect(InstanceProfiles).toMatchObject([{ InstanceProfileName: 'machine' }]);
  const conflict = 'DeleteConflictException: Cannot delete entity, must remove roles from instance profile first.';
  expect(await refusal(iam.send(new DeleteRoleCommand({ RoleName: 'machine' })))).toBe(conflict);
  expect(await refusal(iam.send(new DeleteInstanceProfileCommand(name)))).toBe(conflict);
  const remove = () => iam.send(new RemoveRoleFromInstanceProfileCommand({ ...name, RoleName: 'machine' }));
  await remove();
  expect(await refusal(remove())).toMatch(/^NoSuchEntityException/);
  await iam.send(new DeleteInstanceProfileCommand(name));
  await iam.send(new DeleteRoleCommand({ RoleName: 'machine' }));
});

test('whoever may not pass a role gives it to no machine', async () => {
  const { settings } = await user('passer');
  const PolicyDocument = document('iam:AddRoleToInstanceProfile');
  await iam.send(new PutUserPolicyCommand({ UserName: 'passer', PolicyName: 'may', PolicyDocument }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'passed' }));
  const add = { InstanceProfileName: 'passed', RoleName: 'other' };
  const passer = new IAMClient(settings);
  expect(await refusal(passer.send(new AddRoleToInstanceProfileCommand(add)))).toContain(
    `iam:PassRole on resource: arn:aws:iam::${A}:role/other`,
  );
  const pass = document(['iam:AddRoleToInstanceProfile', 'iam:PassRole'], 'Allow');
  await iam.send(new PutUserPolicyCommand({ UserName: 'passer', PolicyName: 'may', PolicyDocument: pass }));
  await passer.send(new AddRoleToInstanceProfileCommand(add));
});

test('users come in pages, by a prefix of their paths', async () => {
  for (const UserName of ['p3', 'p1', 'p2']) await iam.send(new CreateUserCommand({ UserName, Path: '/pages/' }));
  const ask = { PathPrefix: '/pages/', MaxItems: 2 };
  const first = await iam.send(new ListUsersCommand(ask));
  expect(first).toMatchObject({ IsTruncated: true, Users: [{ UserName: 'p1' }, { UserName: 'p2' }] });
  await iam.send(new DeleteUserCommand({ UserName: 'p2' }));
  const second = await iam.send(new ListUsersCommand({ ...ask, Marker: first.Marker! }));
  expect(second).toMatchObject({ IsTruncated: false, Users: [{ UserName: 'p3' }] });
});

test('templates make groups, members and instance profiles, change them, and take them away', async () => {
  const may = (name: string, Action: string) => ({ PolicyName: name, PolicyDocument: JSON.parse(document(Action)) });
  const stack = (properties: object, tags: object[] = []) =>
    templateStack({
      account: A,
      region: 'us-east-1',
      name: 'made',
      template: {
        Resources: {
          Group: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'made-group', ...properties } },
          User: { Type: 'AWS::IAM::User', Properties: { UserName: 'made-user', Tags: tags } },
          Members: {
            Type: 'AWS::IAM::UserToGroupAddition',
            Properties: { GroupName: { Ref: 'Group' }, Users: [{ Ref: 'User' }] },
          },
          Role: {
            Type: 'AWS::IAM::Role',
            Properties: { RoleName: 'made-role', AssumeRolePolicyDocument: JSON.parse(trust('ec2.amazonaws.com')) },
          },
          Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
          Managed: {
            Type: 'AWS::IAM::ManagedPolicy',
            Properties: { PolicyDocument: JSON.parse(document(LIST)), Groups: [{ Ref: 'Group' }] },
          },
        },
      },
    });
  await cloud.deploy(stack({ Policies: [may('a', 's3:GetObject')] }, [{ Key: 'team', Value: 'a' }]));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'made-user' }));
  const s3 = new S3Client(settingsOf({ accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! }));
  await s3.send(new ListBucketsCommand({}));
  expect((await iam.send(new GetUserCommand({ UserName: 'made-user' }))).User!.Tags).toEqual([
    { Key: 'team', Value: 'a' },
  ]);
  const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'made-role' }));
  expect(InstanceProfiles).toHaveLength(1);
  await cloud.deploy(stack({ Policies: [may('b', 's3:PutObject')] }));
  expect((await iam.send(new ListGroupPoliciesCommand({ GroupName: 'made-group' }))).PolicyNames).toEqual(['b']);
  await s3.send(new ListBucketsCommand({}));
  cloud.directory.removeAccessKey(A, 'made-user', key!.AccessKeyId!);
  await cloud.destroy(stack({}));
  expect((await cloud.inventory()).filter((arn) => arn.includes('made-group') || arn.includes('made-role'))).toEqual(
    [],
  );
});
