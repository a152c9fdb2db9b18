/** What a cloud that is eventually consistent shows late, and shows in the end. Its clock stands still, unless a test moves it. */
import { Agent } from 'node:https';
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';
import { letS3Send } from './queue-policy.ts';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const MOST_MS = 1_000;
const MANY = Array.from({ length: 8 }, (_, index) => `number-${index}`);

let aheadMs = 0;
let cloud: LocalCloud;
let clients: ReturnType<typeof clientsOf>;

beforeAll(async () => {
  const began = Date.now();
  cloud = await LocalCloud.start({
    stacks: [],
    accountsWithOperator: [ACCOUNT],
    clock: () => began + aheadMs,
    lateness: { seed: 1, mostMs: MOST_MS },
  });
  clients = clientsOf(cloud.operator(ACCOUNT));
  // What is made from now on is new.
  aheadMs += 1;
});
afterAll(() => cloud.close());

function clientsOf(credentials: { accessKeyId: string; secretAccessKey: string }) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) });
  const options = { endpoint: cloud.url, region: REGION, credentials, requestHandler, maxAttempts: 1 };
  return {
    iam: new IAMClient(options),
    sts: new STSClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sqs: new SQSClient(options),
  };
}

const everyTime = <T>(work: (name: string) => Promise<T>) => Promise.all(MANY.map(work));
const succeeds = (request: Promise<unknown>) =>
  request.then(
    () => true,
    () => false,
  );

/** Some see it late, and everybody once the longest time has passed. */
async function expectLate(isSeen: (name: string) => Promise<boolean>): Promise<void> {
  expect((await everyTime(isSeen)).filter((seen) => !seen).length).toBeGreaterThan(0);
  aheadMs += MOST_MS;
  expect(await everyTime(isSeen)).toEqual(MANY.map(() => true));
}

const keys = new Map<string, ReturnType<typeof clientsOf>>();

describe('users', () => {
  const isAllowed = (name: string) => succeeds(keys.get(name)!.s3.send(new ListBucketsCommand({})));

  test('a new access key', async () => {
    await everyTime(async (UserName) => {
      await clients.iam.send(new CreateUserCommand({ UserName }));
      const { AccessKey } = await clients.iam.send(new CreateAccessKeyCommand({ UserName }));
      const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey!;
      keys.set(UserName, clientsOf({ accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey! }));
    });
    await expectLate((name) => succeeds(keys.get(name)!.sts.send(new GetCallerIdentityCommand({}))));
  });

  test('a permission given, and one taken away', async () => {
    await everyTime(isAllowed);
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' },
    });
    await everyTime((UserName) =>
      clients.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'list', PolicyDocument })),
    );
    await expectLate(isAllowed);
    await everyTime(isAllowed);
    await everyTime((UserName) => clients.iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'list' })));
    await expectLate(async (name) => !(await isAllowed(name)));
  });
});

describe('what users have by others', () => {
  const isAllowed = (name: string) => succeeds(keys.get(name)!.s3.send(new ListBucketsCommand({})));
  const isDenied = async (name: string) => !(await isAllowed(name));
  const document = (Action: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } });
  const policyOf = async (PolicyName: string) => {
    const { Policy } = await clients.iam.send(
      new CreatePolicyCommand({ PolicyName, PolicyDocument: document('sqs:SendMessage') }),
    );
    return Policy!.Arn!;
  };

  test('a version of the policy of their group', async () => {
    const PolicyArn = await policyOf('of-group');
    await clients.iam.send(new CreateGroupCommand({ GroupName: 'late' }));
    await clients.iam.send(new AttachGroupPolicyCommand({ GroupName: 'late', PolicyArn }));
    await everyTime((UserName) => clients.iam.send(new AddUserToGroupCommand({ GroupName: 'late', UserName })));
    aheadMs += MOST_MS;
    expect(await everyTime(isDenied)).toEqual(MANY.map(() => true));
    const version = { PolicyArn, PolicyDocument: document('s3:ListAllMyBuckets'), SetAsDefault: true };
    await clients.iam.send(new CreatePolicyVersionCommand(version));
    await expectLate(isAllowed);
  });

  test('a boundary', async () => {
    const PermissionsBoundary = await policyOf('boundary');
    await everyTime(isAllowed);
    await everyTime((UserName) =>
      clients.iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary })),
    );
    await expectLate(isDenied);
  });
});

describe('roles', () => {
  const trust = (AWS: string) => ({ Statement: { Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' } });
  const isAssumable = (name: string) => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
    return succeeds(clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' })));
  };
  const deploy = () =>
    cloud.deploy(
      templateStack({
        account: ACCOUNT,
        region: REGION,
        name: 'roles',
        template: {
          Resources: Object.fromEntries(
            MANY.map((RoleName, index) => [
              `Role${index}`,
              { Type: 'AWS::IAM::Role', Properties: { RoleName, AssumeRolePolicyDocument: trust(ACCOUNT) } },
            ]),
          ),
        },
      }),
    );

  test('a new one, a trust that is changed, and one that is deleted', async () => {
    await deploy();
    await expectLate(isAssumable);
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', ...trust('222222222222') });
    cloud.directory.addAccount('222222222222');
    await everyTime((RoleName) => clients.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument })));
    await expectLate(async (name) => !(await isAssumable(name)));
    await everyTime((RoleName) => clients.iam.send(new DeleteRoleCommand({ RoleName })));
  });
});

test('the number of messages in a queue', async () => {
  const Resources = Object.fromEntries(
    MANY.map((QueueName, index) => [`Queue${index}`, { Type: 'AWS::SQS::Queue', Properties: { QueueName } }]),
  );
  await cloud.deploy(templateStack({ account: ACCOUNT, region: REGION, name: 'queues', template: { Resources } }));
  const urlOf = (name: string) => `${cloud.url}/${ACCOUNT}/${name}`;
  const holds = (count: string) => async (name: string) => {
    const asked = { QueueUrl: urlOf(name), AttributeNames: ['All' as const] };
    const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand(asked));
    expect(Attributes?.['QueueArn']).toMatch(name);
    return Attributes?.['ApproximateNumberOfMessages'] === count;
  };
  await everyTime(holds('0'));
  await everyTime((name) => clients.sqs.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody: 'one' })));
  await expectLate(holds('1'));
});

test('a bucket’s notifications', async () => {
  const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
  const buckets = MANY.map((name, index) => [
    `Bucket${index}`,
    {
      Type: 'AWS::S3::Bucket',
      DependsOn: 'Policy',
      Properties: {
        BucketName: `drops-${name}`,
        NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: arnOf('Queue') }] },
      },
    },
  ]);
  const Resources = {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'told' } },
    Policy: letS3Send('Queue'),
    ...Object.fromEntries(buckets),
  };
  await cloud.deploy(templateStack({ account: ACCOUNT, region: REGION, name: 'buckets', template: { Resources } }));
  const told = cloud.sqs.queueByArn(`arn:aws:sqs:${REGION}:${ACCOUNT}:told`)!;
  // S3's test events.
  const before = told.counts().visible;
  const drop = () =>
    everyTime((name) => clients.s3.send(new PutObjectCommand({ Bucket: `drops-${name}`, Key: 'key', Body: 'body' })));
  await drop();
  await cloud.settled();
  const heard = told.counts().visible - before;
  expect(heard).toBeLessThan(MANY.length);
  aheadMs += MOST_MS;
  await drop();
  await cloud.settled();
  expect(told.counts().visible - before - heard).toBe(MANY.length);
});

test('nothing unexpected has happened', () => {
  expect(cloud.unexpectedErrors).toEqual([]);
});
