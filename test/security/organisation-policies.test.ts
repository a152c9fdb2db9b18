/** docs/organisation-policies.md: each statement holds by itself what it says, and none is in the relay's way. */
import { readFileSync } from 'node:fs';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listOf, type PolicyDocument, type Statement, templateStack } from '../../emulator/index.ts';
import { assumeWriter, lambdaKeys } from '../support/sessions.ts';
import { strangers } from '../support/strangers.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  type AwsClients,
  DESTINATION_BUCKET,
  eventually,
  LEDGER_TABLE,
  PREFIX,
  REGION,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  WRITER_ROLE_ARN,
} from '../support/two-accounts.ts';

const PAGE = readFileSync(new URL('../../docs/organisation-policies.md', import.meta.url), 'utf8');
const [SCP, RCP, ...OTHERS] = [...PAGE.matchAll(/^```json\n(.*?)\n```$/gms)].map(([, json]) => json!);
const STRANGER = '666666666666';
const DEPLOYER = 'cdk-hnb659fds-cfn-exec-role-111111111111-us-east-1';

let world: TwoAccounts;
let trust: PolicyDocument;
let bucketPolicy: PolicyDocument;
const scp = JSON.parse(SCP!) as PolicyDocument;
const rcp = JSON.parse(RCP!) as PolicyDocument;

/** The accounts are deployed under both policies of the page. */
beforeAll(async () => {
  const stranger = templateStack({ account: STRANGER, region: REGION, name: 'stranger', template: { Resources: {} } });
  world = await startTwoAccounts({
    last: [strangers(), stranger],
    organization: {
      accounts: {
        [ACCOUNT_A]: { serviceControlPolicies: [SCP] },
        [ACCOUNT_B]: { resourceControlPolicies: [RCP] },
      },
    },
  });
  trust = world.cloud.directory.findRoleByArn(WRITER_ROLE_ARN)!.trust;
  bucketPolicy = world.cloud.s3.bucket(DESTINATION_BUCKET).settings.policy!;
});

beforeEach(() => {
  govern(scp, rcp);
});

afterAll(() => world.close());

/** @param opened what an administrator has opened in account B */
function govern(service: PolicyDocument, resource: PolicyDocument, opened: Statement[] = []): void {
  const { directory, s3, organization } = world.cloud;
  organization!.attach(ACCOUNT_A, { serviceControlPolicies: [service] });
  organization!.attach(ACCOUNT_B, { resourceControlPolicies: [resource] });
  directory.replaceTrust(WRITER_ROLE_ARN, added(trust, opened.filter(isTrust)));
  s3.setBucketPolicy(
    DESTINATION_BUCKET,
    added(
      bucketPolicy,
      opened.filter((each) => !isTrust(each)),
    ),
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

const as = (account: string): AwsClients => world.as(world.cloud.operator(account));
const ANYBODY: Statement = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' };
const TO_THE_STRANGER: Statement = { Effect: 'Allow', Principal: { AWS: STRANGER }, Action: 's3:*', Resource: '*' };

interface Forbidden {
  sid: string;
  /** What an administrator has opened in the account, so that the statement stands alone. */
  opened?: Statement[];
  attempt: () => Promise<unknown>;
  /** In the refusal. STS gives no reason. */
  words?: string;
}

/** Changes nothing: the role trusts Lambda already. */
function letLambdaIn({ iam }: AwsClients): Promise<unknown> {
  const Principal = { Service: 'lambda.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'upload-relay', PolicyDocument }));
}

const FORBIDDEN: Forbidden[] = [
  {
    sid: 'OnlyTheRelayBecomesTheWriter',
    opened: [ANYBODY],
    attempt: () => assumeWriter(world.as(lambdaKeys(world, `arn:aws:iam::${ACCOUNT_A}:role/another-role`))),
  },
  {
    sid: 'RolesStayAsDeployed',
    attempt: () => letLambdaIn(world.a),
    words: 'with an explicit deny in a service control policy',
  },
  {
    sid: 'ReceiptsStay',
    attempt: () =>
      world.a.dynamodb.send(new DeleteItemCommand({ TableName: LEDGER_TABLE, Key: { id: { S: 'main/x' } } })),
    words: 'with an explicit deny in a service control policy',
  },
  {
    sid: 'NobodyFromOutsideTouchesTheBucket',
    opened: [TO_THE_STRANGER],
    attempt: () => as(STRANGER).s3.send(new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET })),
    words: 'with an explicit deny in a resource control policy',
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

describe.each(FORBIDDEN)(
  '$sid',
  ({ sid, opened = [], attempt, words = 'is not authorized to perform: sts:AssumeRole' }) => {
    test('is what refuses: without it, the same attempt goes through', async () => {
      govern(scp, rcp, opened);
      await expect(attempt()).rejects.toMatchObject({
        name: expect.stringMatching(/^AccessDenied(Exception)?$/),
        message: expect.stringContaining(words),
      });
      govern(without(scp, sid), without(rcp, sid), opened);
      await attempt();
    });
  },
);

test('every statement of the page has its attempt here', () => {
  const sids = [scp, rcp].flatMap(({ Statement }) => listOf(Statement)).map(({ Sid }) => Sid);
  expect(FORBIDDEN.map(({ sid }) => sid)).toEqual(sids);
  expect(OTHERS).toEqual([]);
});

test('the role that deploys may still change the roles', async () => {
  const { directory } = world.cloud;
  const everything = { Statement: { Effect: 'Allow' as const, Action: '*', Resource: '*' } };
  const policies = [{ name: 'everything', document: everything }];
  const trusting = { Statement: [ANYBODY] };
  const role = directory.addRole({ account: ACCOUNT_A, name: DEPLOYER, trust: trusting, policies });
  const { accessKeyId, secretAccessKey, sessionToken } = directory.issueSession({
    role,
    sessionName: 'deploy',
    durationSeconds: 900,
  });
  await letLambdaIn(world.as({ accessKeyId, secretAccessKey, sessionToken }));
  expect(directory.findRoleByArn(RELAY_ROLE_ARN)).toBeDefined();
});
