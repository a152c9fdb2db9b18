/** docs/organisation-policies.md: each statement holds by itself what it says, and none is in the relay's way. */
import { readFileSync } from 'node:fs';
import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  IamAuthorizer,
  listOf,
  type PolicyDocument,
  parsePolicy,
  type Statement,
  templateStack,
} from '../../emulator/index.ts';
import { assumeWriter, lambdaKeys } from '../support/sessions.ts';
import { strangers } from '../support/strangers.ts';
import {
  ACCOUNT_A,
  type AwsClients,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  REGION,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  WRITER_ROLE_ARN,
} from '../support/two-accounts.ts';

const PAGE = readFileSync(new URL('../../docs/organisation-policies.md', import.meta.url), 'utf8');
const [SCP, RCP, ...OTHERS] = [...PAGE.matchAll(/^```json\n(.*?)\n```$/gms)].map(([, json]) => json!);
const STRANGER = '666666666666';
/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: of an SCP and of an RCP alike */
const MAX_CHARACTERS = 5120;

let world: TwoAccounts;
let trust: PolicyDocument;
let bucketPolicy: PolicyDocument;
const scp = parsePolicy(SCP, 'SCP', 'identity');
const rcp = parsePolicy(RCP, 'RCP', 'resource');

beforeAll(async () => {
  const stranger = templateStack({ account: STRANGER, region: REGION, name: 'stranger', template: { Resources: {} } });
  world = await startTwoAccounts({ last: [strangers(), stranger] });
  trust = world.cloud.directory.findRoleByArn(WRITER_ROLE_ARN)!.trust;
  bucketPolicy = world.cloud.s3.bucket(DESTINATION_BUCKET).settings.policy!;
});

beforeEach(() => {
  govern(scp, rcp);
});

afterAll(() => world.close());

/**
 * A policy that only denies works from above as it does beside the others: an SCP like one more policy of everybody in the
 * account, an RCP like one more part of each resource's policy.
 */
function govern(service: PolicyDocument, resource: PolicyDocument, opened: Statement[] = []): void {
  const { directory, s3 } = world.cloud;
  const policy = { name: 'service control policy', document: service };
  for (const { arn } of directory.rolesOf(ACCOUNT_A)) directory.putRolePolicy(arn, policy);
  for (const { name } of directory.usersOf(ACCOUNT_A)) directory.putUserPolicy(ACCOUNT_A, name, policy);
  const [onTrust, onBucket] = [opened.filter(isTrust), opened.filter((statement) => !isTrust(statement))];
  const bounds = listOf(resource.Statement);
  // A trust policy names no resource: it is the role's.
  const trustBounds = bounds.filter(isTrust).map(({ Resource: _, ...statement }) => statement);
  directory.replaceTrust(WRITER_ROLE_ARN, added(trust, [...onTrust, ...trustBounds]));
  s3.setBucketPolicy(
    DESTINATION_BUCKET,
    added(bucketPolicy, [...onBucket, ...bounds.filter((each) => !isTrust(each))]),
  );
}

function isTrust({ Action }: Statement): boolean {
  return Action === 'sts:AssumeRole';
}

function added(document: PolicyDocument, statements: Statement[]): PolicyDocument {
  return { ...document, Statement: [...listOf(document.Statement), ...statements] };
}

function without(document: PolicyDocument, sid: string): PolicyDocument {
  return { ...document, Statement: listOf(document.Statement).filter(({ Sid }) => Sid !== sid) };
}

/** Whether an administrator of account A may do something that has no door here. */
function mayAdministrator(action: string, resource: string): Promise<unknown> {
  const { directory } = world.cloud;
  const { name, arn, userId } = directory.findUser(ACCOUNT_A, 'operator')!;
  const principal = { kind: 'user' as const, account: ACCOUNT_A, name, arn, userId };
  const request = { caller: { principal, context: {} }, action, resource, resourceAccount: ACCOUNT_A };
  return Promise.resolve().then(() => new IamAuthorizer(directory).authorize(request));
}

const as = (account: string): AwsClients => world.as(world.cloud.operator(account));
const ANYBODY: Statement = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' };
const TO_EVERYBODY: Statement = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };

interface Forbidden {
  sid: string;
  /** What an administrator has opened in the account, so that the statement stands alone. */
  opened?: Statement[];
  attempt: () => Promise<unknown>;
}

const FORBIDDEN: Forbidden[] = [
  {
    sid: 'OnlyTheRelayBecomesTheWriter',
    opened: [ANYBODY],
    attempt: () => assumeWriter(world.as(lambdaKeys(world, `arn:aws:iam::${ACCOUNT_A}:role/another-role`))),
  },
  {
    sid: 'RolesStayAsDeployed',
    attempt: () => mayAdministrator('iam:UpdateAssumeRolePolicy', `arn:aws:iam::${ACCOUNT_A}:role/upload-relay`),
  },
  {
    sid: 'ReceiptsStay',
    attempt: () =>
      mayAdministrator('dynamodb:DeleteItem', `arn:aws:dynamodb:${REGION}:${ACCOUNT_A}:table/upload-relay-ledger`),
  },
  {
    sid: 'NobodyFromOutsideTouchesTheBucket',
    opened: [TO_EVERYBODY],
    attempt: () => as(STRANGER).s3.send(new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET })),
  },
  {
    sid: 'OnlyAccountAComesToTheWriter',
    opened: [ANYBODY],
    attempt: () => assumeWriter(as(STRANGER)),
  },
];

test('under both policies the relay delivers', async () => {
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'governed', Body: 'x' }));
  const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}governed` };
  await eventually(() => world.b.s3.send(new HeadObjectCommand(there)));
});

describe.each(FORBIDDEN)('$sid', ({ sid, opened = [], attempt }) => {
  test('is what refuses: without it, the same attempt goes through', async () => {
    govern(scp, rcp, opened);
    await expect(attempt()).rejects.toMatchObject({ name: 'AccessDenied' });
    govern(without(scp, sid), without(rcp, sid), opened);
    await attempt();
  });
});

test('every statement of the page has its attempt here', () => {
  const sids = [scp, rcp].flatMap(({ Statement }) => listOf(Statement)).map(({ Sid }) => Sid);
  expect(FORBIDDEN.map(({ sid }) => sid)).toEqual(sids);
  expect(OTHERS).toEqual([]);
});

test('the role that deploys may still change the roles', async () => {
  const { directory } = world.cloud;
  const name = 'cdk-hnb659fds-cfn-exec-role-111111111111-us-east-1';
  const everything = { Statement: { Effect: 'Allow' as const, Action: '*', Resource: '*' } };
  const policies = [
    { name: 'everything', document: everything },
    { name: 'service control policy', document: scp },
  ];
  const role = directory.addRole({ account: ACCOUNT_A, name, trust: { Statement: [ANYBODY] }, policies });
  const { accessKeyId } = directory.issueSession({ role, sessionName: 'deploy', durationSeconds: 900 });
  const { principal } = directory.findAccessKey(accessKeyId)!;
  const resource = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay`;
  const caller = { principal, context: {} };
  const request = { caller, action: 'iam:PutRolePolicy', resource, resourceAccount: ACCOUNT_A };
  expect(new IamAuthorizer(directory).isAllowed(request)).toBe(true);
});

test.each([
  ['the service control policy', SCP],
  ['the resource control policy', RCP],
])('%s fits', (_, json) => {
  expect(JSON.stringify(JSON.parse(json!)).length).toBeLessThan(MAX_CHARACTERS);
});
