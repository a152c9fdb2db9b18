/** People who come by Identity Center, and the roles that they come by. */
import { Agent } from 'node:https';
import { CreateRoleCommand, GetRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import type { AccessKey } from '../../../core/credentials.ts';

const VENDOR = '111111111111';
const COMPANY = '222222222222';
const READER = `arn:aws:iam::${COMPANY}:role/reader`;
let cloud: LocalCloud;

const allow = (Resource: string) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource },
});
const assignment = (more = {}) => ({
  account: VENDOR,
  region: 'eu-west-1',
  permissionSet: 'CustomerData',
  user: 'pat@vendor.example',
  inlinePolicy: allow(READER),
  ...more,
});

beforeAll(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [VENDOR, COMPANY] });
  cloud.directory.addRole({
    account: COMPANY,
    name: 'reader',
    trust: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${VENDOR}:root` },
        Action: 'sts:AssumeRole',
        Condition: {
          ArnLike: {
            'aws:PrincipalArn': `arn:aws:iam::${VENDOR}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_CustomerData_*`,
          },
        },
      },
    },
    maxSessionDurationSeconds: 43_200,
  });
});

afterAll(() => cloud.close());

function settings(credentials: AccessKey & { sessionToken?: string }) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) });
  return { endpoint: cloud.url, region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 };
}

const assume = (sts: STSClient, DurationSeconds = 3600) =>
  sts.send(new AssumeRoleCommand({ RoleArn: READER, RoleSessionName: 'pat', DurationSeconds }));

test('a person’s session is one of the reserved role, and leads to what its policy names', async () => {
  const sts = new STSClient(settings(cloud.signIn(assignment())));
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  const [, name] =
    /^arn:aws:sts::111111111111:assumed-role\/(AWSReservedSSO_CustomerData_[0-9a-f]{16})\/pat@vendor.example$/.exec(
      Arn!,
    )!;
  expect(cloud.directory.findRole(VENDOR, name!)!.arn).toBe(
    `arn:aws:iam::${VENDOR}:role/aws-reserved/sso.amazonaws.com/eu-west-1/${name}`,
  );
  await assume(sts);
  await expect(assume(sts, 3601)).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringContaining('role chaining'),
  });
});

test('a changed permission set reaches sessions that run', async () => {
  const sts = new STSClient(settings(cloud.signIn(assignment())));
  cloud.signIn(assignment({ inlinePolicy: allow(`${READER}-of-another`) }));
  await expect(assume(sts)).rejects.toMatchObject({ name: 'AccessDenied' });
  cloud.signIn(assignment());
  cloud.signIn(assignment({ inlinePolicy: undefined }));
  await assume(sts);
});

test('another set is another role, which the trust doesn’t name', async () => {
  const sts = new STSClient(settings(cloud.signIn(assignment({ permissionSet: 'Other' }))));
  await expect(assume(sts)).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('nobody of the account changes the role, or makes one that looks like it', async () => {
  cloud.signIn(assignment());
  const iam = new IAMClient(settings(cloud.operator(VENDOR)));
  const { name } = cloud.directory.rolesOf(VENDOR)[0]!;
  await iam.send(new GetRoleCommand({ RoleName: name }));
  const PolicyDocument = JSON.stringify(allow('*'));
  await expect(
    iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'more', PolicyDocument })),
  ).rejects.toMatchObject({
    name: 'UnmodifiableEntityException',
    message: expect.stringContaining('only modifiable by AWS'),
  });
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 'sts:AssumeRole' },
  };
  const like = new CreateRoleCommand({
    RoleName: 'AWSReservedSSO_CustomerData_0',
    Path: '/aws-reserved/sso.amazonaws.com/',
    AssumeRolePolicyDocument: JSON.stringify(trust),
  });
  await expect(iam.send(like)).rejects.toMatchObject({ name: 'InvalidInputException' });
});

test.each([
  [{ permissionSet: 'x'.repeat(33) }, 'The name of a permission set'],
  [{ user: 'p' }, 'The name of a session'],
  [
    { durationSeconds: 43_201 },
    'The session duration of a permission set must be from 3600 to 43200 seconds, not 43201',
  ],
  [{ inlinePolicy: {} }, 'permission set CustomerData: Statement is missing'],
  [{ account: '333333333333' }, "Account 333333333333 can't be found"],
])('%j is refused', (more, problem) => {
  expect(() => cloud.signIn(assignment(more))).toThrow(problem);
});
