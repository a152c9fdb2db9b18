/** What is there tomorrow: everything that a start on the same folder finds. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  GetPolicyCommand,
  GetUserCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { GetEventSourceMappingCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { KeptFolderError } from '../../../keeping/errors.ts';
import { templateStack } from '../../../templates/assembly.ts';
import { CodeAssets, lambdaRole, queue } from '../cloudformation/stack-fixture.ts';
import { letS3Send } from './queue-policy.ts';

const ACCOUNT = '111111111111';
const OTHER = '222222222222';
const REGION = 'eu-west-1';
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** The answers to this are compared before and after. */
const FUNCTION = 'answers';

const Resources = {
  Bucket: {
    Type: 'AWS::S3::Bucket',
    DependsOn: 'QueuePolicy',
    Properties: {
      BucketName: 'drops',
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: arnOf('Events') }] },
    },
  },
  QueuePolicy: letS3Send('Events', { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::drops' } }),
  Events: queue('events', { RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 1 } }),
  Dead: queue('dead'),
  Work: queue('work', { VisibilityTimeout: 60 }),
  Ledger: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: ['id', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byDay',
          KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
  },
  Role: lambdaRole({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }),
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: FUNCTION,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'assets', S3Key: 'one.zip' },
      Role: arnOf('Role'),
    },
  },
  Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Function' } } },
  Live: {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      Name: 'live',
      FunctionName: { Ref: 'Function' },
      FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'Live' }, EventSourceArn: arnOf('Work'), BatchSize: 1 },
  },
  Key: { Type: 'AWS::KMS::Key', Properties: {} },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'rule',
      EventPattern: { source: ['x'] },
      Targets: [{ Id: 'q', Arn: arnOf('Events') }],
    },
  },
  Nightly: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'nightly',
      ScheduleExpression: 'rate(1 day)',
      Targets: [{ Id: 'f', Arn: arnOf('Function') }],
    },
  },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'topic' } },
  Alarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'late',
      Namespace: 'N',
      MetricName: 'M',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'Topic' }],
    },
  },
  Both: {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: { AlarmName: 'both', AlarmRule: { 'Fn::Sub': 'NOT ALARM("${Alarm}")' } },
  },
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Type: 'String', Value: 'v' } },
  Repository: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'images' } },
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/answers' } },
};

let folder: string;
const assets = new CodeAssets();
let cloud: LocalCloud;
let now = Date.now();

const stackOf = (resources: object = Resources) =>
  templateStack({
    name: 'Stack',
    account: ACCOUNT,
    region: REGION,
    assets: assets.folders,
    template: { Resources: resources, Outputs: { Mapping: { Value: { Ref: 'Mapping' } } } },
  });

async function start(resources: object = Resources): Promise<void> {
  cloud = await LocalCloud.start({
    keep: folder,
    stacks: [stackOf(resources)],
    accountsWithOperator: [ACCOUNT, OTHER],
    clock: () => now,
    deploySeed: 1,
  });
}

async function startAgain(resources?: object): Promise<void> {
  await cloud.close();
  await start(resources);
}

const settings = (credentials = cloud.operator(ACCOUNT)) => ({
  endpoint: cloud.url,
  region: REGION,
  maxAttempts: 1,
  credentials,
  requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) }),
});
const s3 = (credentials?: { accessKeyId: string; secretAccessKey: string }) =>
  new S3Client({ ...settings(credentials), forcePathStyle: true });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  assets.add('one', 'return event.Records ? undefined : { ...event, version: 1 };');
  await start();
});

afterAll(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  await cloud.close();
  assets.remove();
  rmSync(folder, { recursive: true });
});

describe('the same accounts', () => {
  test('an operator keeps its keys, and so do people', async () => {
    const iam = new IAMClient(settings());
    await iam.send(new CreateUserCommand({ UserName: 'ada', Path: '/people/' }));
    await iam.send(new TagUserCommand({ UserName: 'ada', Tags: [{ Key: 'team', Value: 'blue' }] }));
    await iam.send(new CreateGroupCommand({ GroupName: 'readers' }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'ada' }));
    const allow = (...Action: string[]) =>
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } });
    const PolicyDocument = allow('s3:*');
    await iam.send(new PutGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'p', PolicyDocument }));
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'bound', PolicyDocument: allow('sqs:*') }));
    const PolicyArn = Policy!.Arn!;
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allow('s3:*'), SetAsDefault: true }));
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'ada', PermissionsBoundary: PolicyArn }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    await s3(key).send(new PutObjectCommand({ Bucket: 'drops', Key: 'of ada', Body: 'x' }));
    const before = await iam.send(new GetUserCommand({ UserName: 'ada' }));
    const policyBefore = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const operator = cloud.operator(ACCOUNT);

    await startAgain();

    expect(cloud.operator(ACCOUNT)).toEqual(operator);
    const after = await new IAMClient(settings(operator)).send(new GetUserCommand({ UserName: 'ada' }));
    expect(after.User).toEqual(before.User);
    const policyAfter = await new IAMClient(settings()).send(new GetPolicyCommand({ PolicyArn }));
    expect(policyAfter.Policy).toEqual(policyBefore.Policy);
    await s3(key).send(new PutObjectCommand({ Bucket: 'drops', Key: 'of ada', Body: 'y' }));
    expect(cloud.kept!.accounts).toEqual([ACCOUNT, OTHER]);
  });

  test('everything that is there stays, and the stacks are as they were', async () => {
    const [inventory, stack] = [await cloud.inventory(), cloud.stack('Stack')];
    await startAgain();
    expect(await cloud.inventory()).toEqual(inventory);
    expect(cloud.stack('Stack')).toEqual(stack);
    expect(await cloud.deploy(stackOf())).toMatchObject({ created: [], updated: [], replaced: [], removed: [] });
  });

  test('a bucket keeps its versions, their metadata, and uploads that have only begun', async () => {
    await s3().send(
      new CreateBucketCommand({ Bucket: 'by-hand', CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
    const versioning = { Bucket: 'by-hand', VersioningConfiguration: { Status: 'Enabled' as const } };
    await s3().send(new PutBucketVersioningCommand(versioning));
    const object = { Bucket: 'by-hand', Key: 'key \u{1f600}\u0001' };
    const put = {
      ...object,
      Metadata: { $map: 'a' },
      Tagging: 'a=b',
      ContentType: 'text/x',
      ChecksumAlgorithm: 'SHA256',
    };
    const { VersionId } = await s3().send(new PutObjectCommand({ ...put, ChecksumAlgorithm: 'SHA256', Body: 'one' }));
    await s3().send(new PutObjectCommand({ ...object, Body: 'two' }));
    await s3().send(new DeleteObjectCommand(object));
    await s3().send(new PutObjectCommand({ ...object, Key: 'empty', Body: Buffer.alloc(0) }));
    const { UploadId } = await s3().send(new CreateMultipartUploadCommand({ ...object, Key: 'large' }));
    const part = { ...object, Key: 'large', UploadId, PartNumber: 1 };
    const { ETag } = await s3().send(new UploadPartCommand({ ...part, Body: 'a part' }));
    const look = async () => {
      const listed = await s3().send(new ListObjectVersionsCommand({ Bucket: 'by-hand' }));
      const head = await s3().send(new HeadObjectCommand({ ...object, VersionId, ChecksumMode: 'ENABLED' }));
      const tags = await s3().send(new GetObjectTaggingCommand({ ...object, VersionId }));
      const told = await s3().send(new GetBucketNotificationConfigurationCommand({ Bucket: 'drops' }));
      return [listed, head, tags, told].map(({ $metadata: _, ...answer }) => answer);
    };
    const before = await look();

    await startAgain();

    expect(await look()).toEqual(before);
    const { Body } = await s3().send(new GetObjectCommand({ ...object, VersionId }));
    expect(await Body!.transformToString()).toBe('one');
    const Parts = [{ PartNumber: 1, ETag }];
    await s3().send(
      new CompleteMultipartUploadCommand({ ...object, Key: 'large', UploadId, MultipartUpload: { Parts } }),
    );
    const whole = await s3().send(new GetObjectCommand({ ...object, Key: 'large' }));
    expect(await whole.Body!.transformToString()).toBe('a part');
  });

  test('the files of objects that are gone go, too', async () => {
    const Bucket = 'by-hand';
    const { VersionId } = await s3().send(new PutObjectCommand({ Bucket, Key: 'short-lived', Body: 'x' }));
    await startAgain();
    const before = readdirSync(join(folder, 'objects')).length;
    await s3().send(new DeleteObjectCommand({ Bucket, Key: 'short-lived', VersionId }));
    await startAgain();
    expect(readdirSync(join(folder, 'objects'))).toHaveLength(before - 1);
  });

  test('items are there, by their indexes too, and the table is still protected', async () => {
    const dynamodb = () => new DynamoDBClient(settings());
    const Item = { id: { S: 'a' }, day: { S: 'monday' }, bytes: { B: Buffer.from([0, 255]) }, number: { N: '1' } };
    await dynamodb().send(new PutItemCommand({ TableName: 'ledger', Item }));
    await startAgain();
    const { Items } = await dynamodb().send(
      new QueryCommand({
        TableName: 'ledger',
        IndexName: 'byDay',
        KeyConditionExpression: '#d = :d',
        ExpressionAttributeNames: { '#d': 'day' },
        ExpressionAttributeValues: { ':d': { S: 'monday' } },
      }),
    );
    expect(Items).toEqual([{ ...Item, bytes: { B: new Uint8Array([0, 255]) } }]);
    await expect(cloud.destroy({ name: 'Stack', account: ACCOUNT, region: REGION })).rejects.toThrow(/protect/);
    // What can't be deleted stays in the stack; the rest is gone.
    await cloud.close();
    rmSync(folder, { recursive: true });
    await start();
  });

  test('messages stay, dead ones as well; one that was being worked on is visible at once', async () => {
    const sqs = () => new SQSClient(settings());
    const url = (name: string) => `${cloud.url}/${ACCOUNT}/${name}`;
    await sqs().send(new SendMessageCommand({ QueueUrl: url('events'), MessageBody: 'dead', DelaySeconds: 0 }));
    const receive = async (name: string, VisibilityTimeout?: number) => {
      const asked = { QueueUrl: url(name), VisibilityTimeout, MessageSystemAttributeNames: ['All' as const] };
      const { Messages = [] } = await sqs().send(new ReceiveMessageCommand({ ...asked, MaxNumberOfMessages: 10 }));
      return Messages;
    };
    await receive('events', 0);
    await receive('events', 0);
    await sqs().send(new SendMessageCommand({ QueueUrl: url('dead'), MessageBody: 'in flight' }));
    const inFlight = await receive('dead', 600);
    expect(inFlight.map(({ Body }) => Body).sort()).toEqual([
      'dead',
      'in flight',
      expect.stringContaining('s3:TestEvent'),
    ]);
    await sqs().send(new SendMessageCommand({ QueueUrl: url('dead'), MessageBody: 'later', DelaySeconds: 600 }));

    await startAgain();

    const again = await receive('dead');
    expect(again.map(({ MessageId }) => MessageId).sort()).toEqual(inFlight.map(({ MessageId }) => MessageId).sort());
    expect(again[0]!.Attributes).toMatchObject({ ApproximateReceiveCount: '3' });
    now += 700_000;
    expect((await receive('dead')).map(({ Body }) => Body)).toContain('later');
    now = Date.now();
  });

  test('functions answer, mappings have their ids, rules are as people left them', async () => {
    const lambda = () => new LambdaClient(settings());
    const UUID = cloud.outputs('Stack')['Mapping']!;
    await new EventBridgeClient(settings()).send(new DisableRuleCommand({ Name: 'rule' }));

    await startAgain();

    const { Payload } = await lambda().send(
      new InvokeCommand({ FunctionName: FUNCTION, Qualifier: 'live', Payload: '{}' }),
    );
    expect(JSON.parse(Buffer.from(Payload!).toString())).toEqual({ version: 1 });
    const mapping = await lambda().send(new GetEventSourceMappingCommand({ UUID }));
    expect(mapping).toMatchObject({ UUID, State: 'Enabled' });
    const rule = await new EventBridgeClient(settings()).send(new DescribeRuleCommand({ Name: 'rule' }));
    expect(rule.State).toBe('DISABLED');
    expect(cloud.cloudWatch.evaluateAlarms()).toEqual({ late: 'OK', both: 'ALARM' });
    await cloud.settled();
  });

  test('a changed template updates what is there; the version before keeps its code', async () => {
    assets.add('two', 'return { ...event, version: 2 };');
    const changed = { ...Resources.Function, Properties: { ...Resources.Function.Properties } };
    changed.Properties.Code = { S3Bucket: 'assets', S3Key: 'two.zip' };
    await startAgain({ ...Resources, Function: changed });
    expect(cloud.stack('Stack').status).toBe('UPDATE_COMPLETE');
    await startAgain({ ...Resources, Function: changed });
    const lambda = new LambdaClient(settings());
    const answers = ['live', undefined].map(async (Qualifier) => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: FUNCTION, Qualifier, Payload: '{}' }));
      return JSON.parse(Buffer.from(Payload!).toString()) as object;
    });
    expect(await Promise.all(answers)).toEqual([{ version: 1 }, { version: 2 }]);
  });
});

describe('a folder that is not gone on with', () => {
  test('one that is in use: refused, naming the process', async () => {
    await expect(LocalCloud.start({ keep: folder, stacks: [] })).rejects.toThrow(
      `${folder} is in use by the process ${process.pid}: end that one first.`,
    );
    await s3().send(new PutObjectCommand({ Bucket: 'drops', Key: 'still up', Body: 'x' }));
  });

  test('one of another format, one that is damaged, one without the bytes of an object', async () => {
    await cloud.close();
    const index = join(folder, 'index.json');
    const text = readFileSync(index, 'utf8');
    const refused = async (damaged: string, problem: RegExp) => {
      writeFileSync(index, damaged);
      const error = await LocalCloud.start({ keep: folder, stacks: [] }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(KeptFolderError);
      expect((error as Error).message).toMatch(problem);
    };
    await refused(text.replace('"format":1', '"format":2'), /is of format 2, and this version reads format 1 only\.$/);
    await refused(text.slice(0, -10), /index\.json can't be read: /);
    writeFileSync(index, text);
    const [object] = readdirSync(join(folder, 'objects'));
    const bytes = readFileSync(join(folder, 'objects', object!));
    rmSync(join(folder, 'objects', object!));
    await refused(text, /the bytes of an object are gone: .*objects/);
    writeFileSync(join(folder, 'objects', object!), bytes);
    await start();
  });

  test('what can not be kept is refused by name', async () => {
    const options = { keep: join(folder, 'x'), stacks: [], lateness: { seed: 1 } };
    await expect(LocalCloud.start(options)).rejects.toThrow('"keep" can\'t be combined with "lateness"');
  });
});
