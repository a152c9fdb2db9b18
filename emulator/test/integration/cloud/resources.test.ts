import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';

const ACCOUNT = '111111111111';
const OTHER = '222222222222';
const REGION = 'eu-west-1';
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`;

let assetFolder: string;
let cloud: LocalCloud;
let now: number;

beforeAll(() => {
  assetFolder = mkdtempSync(join(tmpdir(), 'asset-'));
  const code = `export const handler = async () => { console.debug('quiet'); console.log('hi'); return process.env.AWS_ACCESS_KEY_ID; };`;
  writeFileSync(join(assetFolder, 'index.mjs'), code);
});
afterAll(() => rmSync(assetFolder, { recursive: true }));
afterEach(() => cloud.close());

async function start(Resources: Record<string, unknown>): Promise<void> {
  now = Date.now();
  const place = { account: ACCOUNT, region: REGION, assets: new Map([['abc', assetFolder]]) };
  cloud = await LocalCloud.start({
    stacks: [templateStack({ ...place, name: 'Stack', template: { Resources } })],
    accountsWithOperator: [ACCOUNT, OTHER],
    clock: () => now,
  });
}

function clientConfig(account = ACCOUNT, clockOffsetMs = 0) {
  return {
    endpoint: cloud.url,
    region: REGION,
    maxAttempts: 1,
    systemClockOffset: clockOffsetMs,
    credentials: cloud.operator(account),
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) }),
  };
}

async function invoke(account = ACCOUNT, clockOffsetMs = 0): Promise<string> {
  const lambda = new LambdaClient(clientConfig(account, clockOffsetMs));
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: FUNCTION_ARN }));
  return JSON.parse(Buffer.from(Payload!).toString());
}

function put(bucket: string, key = 'k') {
  const s3 = new S3Client({ ...clientConfig(), forcePathStyle: true });
  return s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x' }));
}

function aFunction(properties: Record<string, unknown> = {}, role: Record<string, unknown> = {}) {
  return {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        },
        ...role,
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'f',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
        Role: { 'Fn::GetAtt': 'Role.Arn' },
        ...properties,
      },
    },
  };
}

describe('a function', () => {
  test('gets a fresh session before the old one ends', async () => {
    await start(aFunction());
    const first = await invoke();
    expect(await invoke()).toBe(first);
    const almostAnHour = 59 * 60_000 + 30_000;
    now += almostAnHour;
    expect(await invoke(ACCOUNT, almostAnHour)).not.toBe(first);
  });

  test('is throttled at its reserved concurrency', async () => {
    await start(aFunction({ ReservedConcurrentExecutions: 0 }));
    await expect(invoke()).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  });

  test('can be invoked from another account that it permits', async () => {
    const Permission = {
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: { Ref: 'Function' }, Action: 'lambda:InvokeFunction', Principal: OTHER },
    };
    await start({ ...aFunction(), Permission });
    expect(await invoke(OTHER)).toMatch(/^ASIA/);
  });

  test('logs JSON of the chosen level into the group of the template, with a policy that is shared', async () => {
    await start({
      ...aFunction(
        { LoggingConfig: { LogGroup: { Ref: 'Logs' }, LogFormat: 'JSON', SystemLogLevel: 'WARN' } },
        { ManagedPolicyArns: [{ Ref: 'MayLog' }] },
      ),
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'chosen', RetentionInDays: 7 } },
      MayLog: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          PolicyDocument: {
            Statement: {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: { 'Fn::GetAtt': 'Logs.Arn' },
            },
          },
        },
      },
    });
    await invoke();
    const lines = cloud.logs.lines('chosen').map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ level: 'INFO', message: 'hi' }]);
  });

  test('logs nothing where a permissions boundary leaves that out', async () => {
    const MayLog = { Effect: 'Allow', Action: 'logs:*', Resource: '*' };
    const Nothing = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
    await start({
      ...aFunction(
        {},
        {
          Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: MayLog } }],
          PermissionsBoundary: { Ref: 'Boundary' },
        },
      ),
      Boundary: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: Nothing } } },
    });
    await invoke();
    expect(cloud.logs.lines('/aws/lambda/f')).toEqual([]);
  });
});

test('an object dropped into a bucket with EventBridge reaches the queue of a matching rule only', async () => {
  const queuePolicy = {
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: '*',
      Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': 'Rule.Arn' } } },
    },
  };
  await start({
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'drops',
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
    QueuePolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: queuePolicy },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.s3'], detail: { object: { key: [{ prefix: 'in/' }] } } },
        Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': 'Queue.Arn' } }],
      },
    },
  });
  await put('drops', 'out/1');
  await put('drops', 'in/a b');
  const messages = await cloud.sqs.queueByArn(`arn:aws:sqs:${REGION}:${ACCOUNT}:q`)!.receive({ maxMessages: 10 });
  expect(messages.map(({ body }) => JSON.parse(body).detail.object.key)).toEqual(['in/a b']);
  expect(cloud.deliveryFailures).toEqual([]);
});

test('a bucket whose key does not let the writer use it refuses objects', async () => {
  const bucket = (name: string, key: unknown) => ({
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: name,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } },
        ],
      },
    },
  });
  const Nobody = { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'kms:*', Resource: '*' };
  await start({
    OpenKey: { Type: 'AWS::KMS::Key' },
    Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/open', TargetKeyId: { Ref: 'OpenKey' } } },
    ClosedKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: Nobody } } },
    Open: bucket('open', { Ref: 'Alias' }),
    Closed: bucket('closed', { 'Fn::GetAtt': 'ClosedKey.Arn' }),
  });
  await put('open');
  await expect(put('closed')).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a resource whose condition does not hold is left out, and so is its output', async () => {
  await start({});
  const template = {
    Conditions: { Never: { 'Fn::Equals': [1, 2] } },
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Condition: 'Never', Properties: { QueueName: 'never' } },
      Other: { Type: 'AWS::SQS::Queue', DependsOn: 'Queue', Properties: { QueueName: 'always' } },
    },
    Outputs: {
      Left: { Value: { Ref: 'Queue' }, Condition: 'Never' },
      Url: { Value: { Ref: 'Other' } },
    },
  };
  const stack = templateStack({ name: 'Later', account: ACCOUNT, region: REGION, template });
  await cloud.deploy(stack);
  expect(cloud.outputs('Later')).toEqual({ Url: `${cloud.url}/${ACCOUNT}/always` });
});

describe('what watches and what repeats', () => {
  const Alarm = {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'a',
      Namespace: 'N',
      MetricName: 'M',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [{ Ref: 'Topic' }],
    },
  };
  const Topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } };
  const alarmWith = (properties: Record<string, unknown>) => ({
    Topic,
    Alarm: { ...Alarm, Properties: { ...Alarm.Properties, ...properties } },
  });
  const composite = (name: string, AlarmRule: unknown) => ({
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: { AlarmName: name, AlarmRule, AlarmActions: [{ Ref: 'Topic' }] },
    DependsOn: ['Alarm'],
  });
  const All = composite('All', 'TRUE');
  const composites = (rules: Record<string, unknown>) => ({
    ...alarmWith({ TreatMissingData: 'breaching', AlarmActions: [] }),
    ...Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, composite(name, rule)])),
  });
  const ruleWith = (properties: Record<string, unknown>) => ({
    ...aFunction(),
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: { Targets: [{ Id: 'f', Arn: { 'Fn::GetAtt': 'Function.Arn' } }], ...properties },
    },
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'an alarm that tells a missing topic',
      alarmWith({ AlarmActions: [`arn:aws:sns:${REGION}:${ACCOUNT}:x`] }),
      'Topic does not exist',
    ],
    ['an alarm that tells nobody', alarmWith({ ActionsEnabled: false }), 'an alarm that tells nobody is not supported'],
    ['an alarm over more than a day of minutes', alarmWith({ EvaluationPeriods: 1441 }), 'more than a day'],
    ['an alarm with two statistics', alarmWith({ ExtendedStatistic: 'p99' }), 'either Statistic or ExtendedStatistic'],
    [
      'a composite alarm about an alarm that is not there',
      composites({ All: 'ALARM("b")' }),
      'alarms [b] in the alarm rule',
    ],
    ['a composite alarm by a rule that is none', composites({ All: 'RED("a")' }), 'AlarmRule is not valid'],
    [
      'a composite alarm that keeps quiet for a while',
      { ...composites({}), All: { ...All, Properties: { ...All.Properties, ActionsSuppressor: 'a' } } },
      'property ActionsSuppressor is not supported',
    ],
    ['an alarm by an expression', alarmWith({ Metrics: [] }), 'property Metrics is not supported'],
    [
      'a rule with a schedule and a pattern',
      ruleWith({ ScheduleExpression: 'rate(1 day)', EventPattern: {} }),
      'either EventPattern or ScheduleExpression',
    ],
    ['a rule with neither', ruleWith({}), 'either EventPattern or ScheduleExpression'],
    ['a schedule that is none', ruleWith({ ScheduleExpression: 'daily' }), 'ScheduleExpression is not valid'],
    [
      'a schedule of a queue',
      ruleWith({
        ScheduleExpression: 'rate(1 day)',
        Targets: [{ Id: 'q', Arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:q` }],
      }),
      'is no function',
    ],
  ])('%s is refused', async (_, resources, message) => {
    await expect(start(resources)).rejects.toThrow(message);
  });

  test('alarms without names get names, which they keep when they are changed', async () => {
    const unnamed = (Threshold: number) => {
      const { Alarm: alarm, ...rest } = alarmWith({ Threshold });
      const { AlarmName: _, ...properties } = alarm.Properties;
      const Properties = { AlarmRule: { 'Fn::Sub': 'ALARM("${Alarm}")' } };
      return {
        ...rest,
        Alarm: { ...alarm, Properties: properties },
        Any: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties },
      };
    };
    await start(unnamed(1));
    const before = Object.keys(cloud.cloudWatch.evaluateAlarms());
    expect(before).toEqual([expect.stringContaining('-Alarm-'), expect.stringContaining('-Any-')]);
    const template = { Resources: unnamed(2) };
    await cloud.deploy(templateStack({ account: ACCOUNT, region: REGION, name: 'Stack', template }));
    expect(Object.keys(cloud.cloudWatch.evaluateAlarms())).toEqual(before);
  });

  test('a composite alarm goes by the states of the others, composites included, and tells its topics', async () => {
    const byArn = { 'Fn::Sub': 'NOT OK("${Any.Arn}")' };
    await start(composites({ Any: 'ALARM("a") OR FALSE', Quiet: 'ALARM(a) AND FALSE', Above: byArn }));
    const told = () => cloud.topics.get(`arn:aws:sns:${REGION}:${ACCOUNT}:t`).published.length;
    expect(cloud.cloudWatch.evaluateAlarms()).toEqual({ a: 'ALARM', Any: 'ALARM', Quiet: 'OK', Above: 'ALARM' });
    expect(told()).toBe(2);
    const arn = (name: string) => `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`;
    expect(await cloud.inventory()).toEqual(expect.arrayContaining(['a', 'Any', 'Above'].map(arn)));
    const Metric = { account: ACCOUNT, region: REGION, namespace: 'N', name: 'M', dimensions: {} };
    cloud.cloudWatch.metrics.put({ ...Metric, unit: 'Count', time: now, values: [0] });
    expect(cloud.cloudWatch.evaluateAlarms()).toEqual({ a: 'OK', Any: 'OK', Quiet: 'OK', Above: 'OK' });
    expect(told()).toBe(2);
  });

  test('a composite alarm can be changed, but not so that it asks for itself', async () => {
    const High = { 'Fn::Sub': 'NOT ALARM("${Low}")' };
    await start(composites({ Low: 'ALARM(a)', High }));
    const change = (Low: string) => {
      const Resources = composites({ Low, High });
      return cloud.deploy(templateStack({ account: ACCOUNT, region: REGION, name: 'Stack', template: { Resources } }));
    };
    await expect(change('ALARM("High")')).rejects.toThrow('leads back to itself');
    await change('NOT ALARM(a)');
    expect(cloud.cloudWatch.evaluateAlarms()).toEqual({ a: 'ALARM', Low: 'OK', High: 'ALARM' });
  });

  test('a topic hears of alarms by default; a policy of its own that leaves CloudWatch out ends that, and it is told', async () => {
    const TopicPolicy = (Service: string) => ({
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: 'Topic' }],
        PolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sns:Publish', Resource: { Ref: 'Topic' } }],
        },
      },
    });
    const told = () => cloud.topics.get(`arn:aws:sns:${REGION}:${ACCOUNT}:t`).published.length;

    await start(alarmWith({ TreatMissingData: 'breaching' }));
    expect(cloud.cloudWatch.evaluateAlarms()).toEqual({ a: 'ALARM' });
    expect(told()).toBe(1);
    cloud.cloudWatch.evaluateAlarms();
    expect(told()).toBe(1);
    await cloud.close();

    await start({ ...alarmWith({ TreatMissingData: 'breaching' }), Policy: TopicPolicy('s3.amazonaws.com') });
    cloud.cloudWatch.evaluateAlarms();
    expect(told()).toBe(0);
    expect(cloud.unexpectedErrors.map((error) => (error as Error).message)).toEqual([
      expect.stringContaining('is not authorized to perform: sns:Publish'),
    ]);
  });
});
