import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { checkSettings, relaySettings, replaySettings } from '../../infra/config/function-settings.ts';
import { SourceStack } from '../../infra/stacks/source-stack.ts';
import { committedContext, pullingRoute, templatesOf } from '../support/stacks.ts';

const { source, destinations } = templatesOf(committedContext());
const destination = destinations[0]!;

function only<T = Record<string, unknown>>(template: Template, type: string, Properties: object = {}): T {
  const found = Object.values(template.findResources(type, { Properties }));
  expect(found).toHaveLength(1);
  return found[0]!.Properties as T;
}

function functionNamed(name: string): Record<string, unknown> {
  const found = Object.values(source.findResources('AWS::Lambda::Function', { Properties: { FunctionName: name } }));
  expect(found).toHaveLength(1);
  return found[0]!.Properties;
}

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  Condition?: unknown;
}

function statements(template: Template, type: string): Statement[] {
  return Object.values(template.findResources(type)).flatMap(({ Properties }) => {
    const inline = (Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
    return [
      ...(Properties.PolicyDocument?.Statement ?? []),
      ...inline.flatMap((each) => each.PolicyDocument.Statement),
    ];
  });
}

/** Of the source stack's policies that hang on a role of that logical id. */
function statementsOfRole(id: RegExp, template = source): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => id.test(Properties.Roles[0].Ref))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

describe('the relay function', () => {
  const relay = functionNamed('upload-relay');
  const mapping = only(source, 'AWS::Lambda::EventSourceMapping');

  test('runs on arm64 with Node 24', () => {
    expect(relay).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: 384, Timeout: 900 });
  });

  test('keeps Lambda’s loop protection', () => expect(relay).not.toHaveProperty('RecursiveLoop'));

  test('acknowledges each message by itself, with bounded concurrency', () => {
    expect(mapping).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
      BatchSize: 10,
    });
  });

  test('failed asynchronous invocations end in the dead-letter queue', () => {
    const configs = Object.values(source.findResources('AWS::Lambda::EventInvokeConfig'));
    expect(configs.map(({ Properties }) => Properties.Qualifier)).toEqual(['$LATEST', 'live', 'live']);
    for (const { Properties } of configs) {
      expect(JSON.stringify(Properties.DestinationConfig.OnFailure)).toContain('DeadLetters');
    }
  });

  test('logs are kept for a while and no longer', () => {
    const groups = Object.values(source.findResources('AWS::Logs::LogGroup'));
    expect(groups.map(({ Properties }) => Properties)).toEqual(
      ['upload-relay', 'upload-relay-large', 'upload-relay-part', 'upload-relay-replay'].map((name) => ({
        LogGroupName: `/aws/lambda/${name}`,
        RetentionInDays: 30,
      })),
    );
  });

  test.each<[string, object, number]>([
    ['a minute longer than an invocation may take', {}, 960],
    ['not less than a write may be late', { timeoutSeconds: 300, lateCompleteSeconds: 600, latePutSeconds: 700 }, 700],
    ['with short timeouts', { timeoutSeconds: 300, lateCompleteSeconds: 30, latePutSeconds: 30 }, 360],
  ])('the queue hides a message, so that one comes back soon after a crash: %s', (_, relay, VisibilityTimeout) => {
    const context = committedContext();
    const { source: changed } = templatesOf({ ...context, relay: { largeObjectBytes: 1024 ** 3, ...relay } });
    changed.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout, QueueName: 'upload-relay' });
  });
});

describe('the check', () => {
  const check = functionNamed('upload-relay-check');
  const relay = functionNamed('upload-relay');

  test('is the relay itself: its role, its routes, its log', () => {
    expect(check['Role']).toEqual(relay['Role']);
    expect(check['LoggingConfig']).toEqual(relay['LoggingConfig']);
    const config = parseConfig(committedContext());
    const { routes, sourceBucket, sourceAccount } = relaySettings(config);
    expect(checkSettings(config)).toMatchObject({ routes, sourceBucket, sourceAccount });
  });

  test('knows which role was deployed, by its unique id', () => {
    expect(check).toMatchObject({
      Environment: { Variables: { RELAY_ROLE_ID: { 'Fn::GetAtt': [expect.stringMatching(/^RelayRole/), 'RoleId'] } } },
    });
  });
});

describe('large objects', () => {
  const large = functionNamed('upload-relay-large');

  test('relay-large is a durable function, started by its alias alone', () => {
    expect(large).toMatchObject({ DurableConfig: { ExecutionTimeout: 604_800, RetentionPeriodInDays: 14 } });
    source.hasResourceProperties('AWS::Lambda::Alias', { Name: 'live' });
    const [start] = statements(source, 'AWS::IAM::Policy').filter(({ Sid }) => Sid === 'StartLargeObjects');
    expect(start!.Resource).toBe('arn:aws:lambda:us-east-1:111111111111:function:upload-relay-large:live');
  });

  test('an execution keeps its version when a newer one is deployed', () =>
    source.allResources('AWS::Lambda::Version', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    }));

  test('a deployment brings relay-large before the relay that starts it: an older one may not know what it is asked', () => {
    const relay = source.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'upload-relay' } });
    const [{ DependsOn }] = Object.values(relay) as [{ DependsOn: string[] }];
    const aliases = source.findResources('AWS::Lambda::Alias');
    const part = source.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'upload-relay-part' } });
    const large = Object.keys(aliases).filter((id) => id.includes('LargeAlias'));
    expect(large).toHaveLength(1);
    expect(DependsOn).toEqual(expect.arrayContaining([...large, ...Object.keys(part)]));
  });

  test('all three functions read one configuration and act in one role', () => {
    const functions = ['upload-relay', 'upload-relay-large', 'upload-relay-part'].map(functionNamed);
    for (const each of functions) {
      expect(each['Environment']).toEqual(functions[0]!['Environment']);
      expect(each['Role']).toEqual(functions[0]!['Role']);
    }
    expect(relaySettings(parseConfig(committedContext()))).toMatchObject({
      largeObjectBytes: 5_368_709_120,
      largeWorkers: 16,
      largeFunction: 'arn:aws:lambda:us-east-1:111111111111:function:upload-relay-large:live',
      partFunction: 'arn:aws:lambda:us-east-1:111111111111:function:upload-relay-part',
    });
  });
});

describe('replay', () => {
  const replay = functionNamed('upload-relay-replay');

  test('is a durable function with a role of its own, and all the time of an invocation', () => {
    expect(replay).toMatchObject({
      Timeout: 900,
      DurableConfig: { ExecutionTimeout: 604_800, RetentionPeriodInDays: 14 },
    });
    expect(replaySettings(parseConfig(committedContext()))).toMatchObject({
      routes: [{ name: 'main', filter: { prefix: '', suffix: '' }, createOnly: false }],
      replayFunction: 'arn:aws:lambda:us-east-1:111111111111:function:upload-relay-replay:live',
      relay: { concurrency: 20 },
    });
    expect(replay['Role']).not.toEqual(functionNamed('upload-relay')['Role']);
  });

  test('keeps Lambda’s loop protection', () => expect(replay).not.toHaveProperty('RecursiveLoop'));

  const schedules = (template: Template) =>
    Object.values(template.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) => Properties);
  const reconciliation = {
    GroupName: 'upload-relay',
    Name: '_reconciliation',
    ScheduleExpression: 'cron(0 4 * * ? *)',
    Target: { Input: '{"reconcile":true}' },
  };

  test('compares source and ledger every day, and each bucket that is pulled by itself', () => {
    expect(schedules(source)).toMatchObject([reconciliation]);
    const context = committedContext();
    context.routes.push(pullingRoute());
    const pulled = { Name: '_reconciliation-customer', Target: { Input: '{"reconcile":true,"route":"customer"}' } };
    expect(schedules(templatesOf(context).source)).toMatchObject([reconciliation, pulled]);
    const alone = { ...context, routes: [pullingRoute()] };
    delete alone.source.bucket;
    expect(schedules(templatesOf(alone).source)).toMatchObject([pulled]);
  });

  test.each([[{ reconciliation: false }], [{ replay: false }]])('with %j nothing runs by itself', (relay) => {
    const { source: idle } = templatesOf({ ...committedContext(), relay });
    idle.resourceCountIs('AWS::Scheduler::Schedule', 0);
    idle.resourceCountIs('AWS::Scheduler::ScheduleGroup', 0);
  });

  test('reads an inventory only where one is named, and nothing else of its bucket', () => {
    const relay = { reconciliation: { inventory: { bucket: 'lists', prefix: 'in', id: 'daily' } } };
    const { source: reading } = templatesOf({ ...committedContext(), relay });
    const folder = 'in/upload-relay-source-111111111111/daily/';
    const statements = statementsOfRole(/^ReplayRole/, reading).filter(({ Sid }) => /Inventory/.test(String(Sid)));
    expect(statements).toMatchObject([
      {
        Sid: 'FindInventory',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::lists',
        Condition: { StringEquals: { 's3:prefix': folder } },
      },
      { Sid: 'ReadInventory', Action: 's3:GetObject', Resource: `arn:aws:s3:::lists/${folder}*` },
    ]);
    expect(statementsOfRole(/^ReplayRole/, source).map(({ Sid }) => Sid)).not.toContain('ReadInventory');
  });

  test('runs on further schedules where it is configured to, and is told what to look through', () => {
    const context = committedContext();
    context.relay = {
      replays: [
        { name: 'nightly', schedule: 'cron(0 4 * * ? *)' },
        {
          name: 'invoices',
          schedule: 'rate(7 days)',
          timeZone: 'Europe/Berlin',
          flexibleMinutes: 30,
          prefix: 'invoices/',
          route: 'main',
          only: 'all',
          lookBackHours: 200,
          objectsPerSecond: 5,
        },
      ],
    };
    const { source: scheduled } = templatesOf(context);
    scheduled.hasResourceProperties('AWS::Scheduler::ScheduleGroup', { Name: 'upload-relay' });
    expect(schedules(scheduled)).toMatchObject([
      {
        GroupName: 'upload-relay',
        Name: 'nightly',
        ScheduleExpression: 'cron(0 4 * * ? *)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Input: '{"prefix":"","only":"missing"}' },
      },
      {
        Name: 'invoices',
        ScheduleExpression: 'rate(7 days)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
        Target: {
          Input: '{"prefix":"invoices/","route":"main","only":"all","newerThanHours":200,"objectsPerSecond":5}',
        },
      },
      reconciliation,
    ]);
    scheduled.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'upload-relay-scheduler',
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111111111111' },
              ArnEquals: { 'aws:SourceArn': 'arn:aws:scheduler:us-east-1:111111111111:schedule-group/upload-relay' },
            },
          },
        ],
      },
    });
    const granted = statementsOfRole(/^SchedulesRole/, scheduled).map(({ Sid, Action }) => [Sid, Action]);
    expect(granted).toEqual([
      ['RunReplay', 'lambda:InvokeFunction'],
      ['SetAside', 'sqs:SendMessage'],
    ]);
  });
});

describe('S3 Batch Operations', () => {
  test('get a role only where they are configured to, and it may do what a job does, with these manifests and reports', () => {
    const roles = (template: Template) => template.findResources('AWS::IAM::Role', named('upload-relay-batch'));
    expect(roles(source)).toEqual({});
    const context = committedContext();
    context.relay = { batchOperations: { bucket: 'manifests' } };
    const { source: withJobs } = templatesOf(context);
    expect(Object.values(roles(withJobs))).toMatchObject([
      {
        Properties: {
          AssumeRolePolicyDocument: {
            Statement: [
              {
                Principal: { Service: 'batchoperations.s3.amazonaws.com' },
                Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
              },
            ],
          },
        },
      },
    ]);
    expect(statementsOfRole(/^BatchOperationsRole/, withJobs)).toEqual([
      {
        Sid: 'InvokeRelay',
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: 'arn:aws:lambda:us-east-1:111111111111:function:upload-relay',
      },
      {
        Sid: 'ReadManifest',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: 'arn:aws:s3:::manifests/*',
      },
      { Sid: 'WriteReports', Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::manifests/reports/*' },
    ]);
  });

  function named(RoleName: string) {
    return { Properties: { RoleName } };
  }
});

describe('least privilege', () => {
  test('replay’s role has these statements and no others: it reads no upload and becomes nobody', () => {
    const granted = statementsOfRole(/^ReplayRole/).map(({ Sid, Effect, Action }) => [Sid, Effect, Action]);
    expect(granted).toEqual([
      ['WriteLogs', 'Allow', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['ListObjects', 'Allow', 's3:ListBucket'],
      ['ReadReceipts', 'Allow', 'dynamodb:BatchGetItem'],
      ['ReadLedgerAge', 'Allow', 'dynamodb:DescribeTable'],
      ['SendMissing', 'Allow', 'sqs:SendMessage'],
      ['KeepCheckpoints', 'Allow', ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState']],
      ['HandOver', 'Allow', 'lambda:InvokeFunction'],
      [
        'Redrive',
        'Allow',
        [
          'sqs:StartMessageMoveTask',
          'sqs:ListMessageMoveTasks',
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
        ],
      ],
      ['TellFailures', 'Allow', 'sqs:SendMessage'],
      ['WriteReports', 'Allow', 's3:PutObject'],
      ['ReadReportWork', 'Allow', 's3:GetObject'],
    ]);
  });

  test('the relay’s role has these statements and no others', () => {
    const granted = statementsOfRole(/^RelayRole/).map(({ Sid, Effect, Action }) => [Sid, Effect, Action]);
    expect(granted).toEqual([
      ['WriteLogs', 'Allow', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['TakeMessages', 'Allow', ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']],
      ['HoldMessages', 'Allow', 'sqs:ChangeMessageVisibility'],
      ['SendAnew', 'Allow', 'sqs:SendMessage'],
      ['ReadObjects', 'Allow', ['s3:GetObject', 's3:GetObjectVersion']],
      ['TellMissingObjects', 'Allow', 's3:ListBucket'],
      ['AssumeWriterRoles', 'Allow', 'sts:AssumeRole'],
      ['WriteReceipts', 'Allow', 'dynamodb:PutItem'],
      ['PutEvents', 'Allow', 'events:PutEvents'],
      ['StartLargeObjects', 'Allow', 'lambda:InvokeFunction'],
      ['KeepCheckpoints', 'Allow', ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState']],
      ['InvokeWorkers', 'Allow', 'lambda:InvokeFunction'],
      ['SetMessagesAside', 'Allow', 'sqs:SendMessage'],
      ['AskCanary', 'Allow', 'lambda:InvokeFunction'],
    ]);
  });

  test('the canary’s role has these statements and no others', () => {
    const bucket = 'arn:aws:s3:::upload-relay-source-111111111111';
    const granted = statementsOfRole(/^CanaryFunctionRole/);
    expect(granted.map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ['WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['ReadConcurrency', 'lambda:GetFunctionConcurrency'],
      ['ReadQuota', 'lambda:GetAccountSettings'],
      ['SeeReceipts', 'dynamodb:GetItem'],
      ['ReadMapping', 'lambda:GetEventSourceMapping'],
      ['DropCanaries', 's3:PutObject'],
      ['SeeCanaries', 's3:ListBucket'],
      ['ReadNotification', 's3:GetBucketNotification'],
      ['ReadQueue', 'sqs:GetQueueAttributes'],
      ['ReadComparisons', 'logs:FilterLogEvents'],
    ]);
    const statement = (sid: string) => granted.find(({ Sid }) => Sid === sid)!;
    expect(statement('DropCanaries').Resource).toBe(`${bucket}/upload-relay-canary/*`);
    expect(statement('SeeCanaries').Condition).toEqual({ StringEquals: { 's3:prefix': 'upload-relay-canary/' } });
  });

  test('without a canary nothing of it is left, and synth says so', () => {
    const context = { ...committedContext(), relay: { canary: false } };
    const app = new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new SourceStack(app, 'Source', { config: parseConfig(context) });
    const [said] = Annotations.fromStack(stack).findInfo('*', Match.anyValue());
    expect(said!.entry.data).toContain('field "relay.relay.canary" is false');
    const without = Template.fromStack(stack);
    const { Rules: _, ...resources } = without.toJSON();
    expect(JSON.stringify(resources)).not.toMatch(/upload-relay-canary(?!")|AskCanary|ReadQuota/);
    expect(Object.keys(without.findResources('AWS::Events::Rule'))).toHaveLength(1);
  });

  test('the writer’s role may put objects under its prefix, and that is all', () => {
    expect(statements(destination, 'AWS::IAM::Role')).toEqual([
      {
        Sid: 'PutObjects',
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: 'arn:aws:s3:::upload-relay-destination-222222222222/incoming/*',
      },
    ]);
  });

  test('the writer’s role trusts the relay’s role alone, and only with the external id', () => {
    const { AssumeRolePolicyDocument: trust } = only<{ AssumeRolePolicyDocument: { Statement: Statement[] } }>(
      destination,
      'AWS::IAM::Role',
    );
    expect(trust.Statement).toHaveLength(1);
    expect(trust.Statement[0]!.Condition).toEqual({
      ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/upload-relay' },
      StringEquals: { 'sts:ExternalId': 'agree-on-a-value-of-your-own' },
    });
  });

  test('no statement of ours allows an action or a resource by a bare wildcard', () => {
    for (const template of [source, destination]) {
      for (const { Effect, Action, Resource } of [
        ...statements(template, 'AWS::IAM::Policy'),
        ...statements(template, 'AWS::IAM::Role'),
      ]) {
        expect(Effect).toBe('Allow');
        for (const action of [Action].flat()) expect(action).not.toContain('*');
        // The quota of an account is no resource.
        if (Action !== 'lambda:GetAccountSettings') expect([Resource].flat()).not.toContain('*');
      }
    }
  });

  test('no managed policy is attached, and no custom resource brings a role of its own', () => {
    for (const template of [source, destination]) {
      for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
        expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      }
    }
    // The relay's, the canary's, replay's and Scheduler's.
    expect(Object.keys(source.findResources('AWS::IAM::Role'))).toHaveLength(4);
    const functions = Object.values(source.findResources('AWS::Lambda::Function'));
    expect(functions.map(({ Properties }) => Properties.FunctionName)).toEqual([
      'upload-relay',
      'upload-relay-large',
      'upload-relay-part',
      'upload-relay-replay',
      'upload-relay-canary',
      'upload-relay-check',
    ]);
  });

  test('tags and keys of KMS get their grants only where they are configured', () => {
    const context = committedContext();
    context.source.kmsKeyArn = 'arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555';
    context.routes[0]!.copyTags = true;
    context.routes[0]!.destination.kmsKeyArn =
      'arn:aws:kms:us-east-1:222222222222:key/66666666-7777-8888-9999-000000000000';
    const changed = templatesOf(context);
    const bySid = (all: Statement[]) =>
      Object.fromEntries(all.map(({ Sid, Action, Resource, Condition }) => [Sid, { Action, Resource, Condition }]));
    const throughS3 = (...arns: string[]) => ({
      StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': arns },
    });
    const objects = 'arn:aws:s3:::upload-relay-source-111111111111/*';
    expect(bySid(statements(changed.source, 'AWS::IAM::Policy'))).toMatchObject({
      ReadTags: { Action: ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'], Resource: objects },
      DecryptObjects: {
        Action: 'kms:Decrypt',
        Resource: context.source.kmsKeyArn,
        Condition: throughS3('arn:aws:s3:::upload-relay-source-111111111111', objects),
      },
    });
    expect(bySid(statements(changed.destinations[0]!, 'AWS::IAM::Role'))).toMatchObject({
      PutObjects: { Action: ['s3:PutObject', 's3:PutObjectTagging'] },
      EncryptObjects: {
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: context.routes[0]!.destination.kmsKeyArn,
        Condition: throughS3(
          'arn:aws:s3:::upload-relay-destination-222222222222',
          'arn:aws:s3:::upload-relay-destination-222222222222/incoming/*',
        ),
      },
    });
    expect(only(changed.destinations[0]!, 'AWS::S3::Bucket')).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
      },
    });
  });
});

describe.each([
  ['source', source, 'upload-relay-source-111111111111'],
  ['destination', destination, 'upload-relay-destination-222222222222'],
])('the %s bucket', (side, template, name) => {
  test('is owned whole, closed, encrypted, versioned, and rid of incomplete uploads', () => {
    expect(only(template, 'AWS::S3::Bucket', { BucketName: name })).toMatchObject({
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: side === 'source' ? 1 : 7 } },
          ...(side === 'source'
            ? [{ Prefix: 'upload-relay-canary/', NoncurrentVersionExpiration: { NoncurrentDays: 1 } }]
            : []),
        ],
      },
    });
  });

  test('answers over TLS only', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [{ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      },
    });
  });

  test('outlives the stack, but not a first deployment that fails', () =>
    template.allResources('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    }));
});

test('the ledger is protected against deletion once the configuration says so', () => {
  const { source: later } = templatesOf({ ...committedContext(), relay: { protectLedger: true } });
  later.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: true });
});

test('the ledger bills by request, can be restored, and outlives the stack', () => {
  source.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      TableName: 'upload-relay-ledger',
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: false,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
  });
});

test('the relay puts events in its own name only', () => {
  const [put] = statements(source, 'AWS::IAM::Policy').filter(({ Sid }) => Sid === 'PutEvents');
  expect(put).toMatchObject({
    Resource: 'arn:aws:events:us-east-1:111111111111:event-bus/default',
    Condition: { StringEquals: { 'events:source': 'upload-relay' } },
  });
});

test.each(['all', 'failures'])('with relay.events %s it may', (events) => {
  const { source } = templatesOf({ ...committedContext(), relay: { events } });
  expect(statements(source, 'AWS::IAM::Policy').map(({ Sid }) => Sid)).toContain('PutEvents');
});

test('where nobody is told, the relay may put no event', () => {
  const { source } = templatesOf({ ...committedContext(), relay: { events: 'none' } });
  expect(JSON.stringify(source.toJSON())).not.toContain('events:PutEvents');
});

describe('how uploads reach the queue', () => {
  test('only this bucket of this account may send', () => {
    const sends = statements(source, 'AWS::SQS::QueuePolicy').filter(({ Effect }) => Effect === 'Allow');
    expect(sends).toMatchObject([
      {
        Action: 'sqs:SendMessage',
        Principal: { Service: 's3.amazonaws.com' },
        Condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::upload-relay-source-111111111111' },
          StringEquals: { 'aws:SourceAccount': '111111111111' },
        },
      },
    ]);
  });

  test('a bucket that is there already stays untouched and comes in through EventBridge', () => {
    const context = committedContext();
    context.source.existingBucket = true;
    context.routes[0]!.filter = { prefix: 'out/' };
    const existing = templatesOf(context).source;
    existing.resourceCountIs('AWS::S3::Bucket', 1);
    existing.hasResourceProperties('AWS::S3::Bucket', { BucketName: 'upload-relay-reports-111111111111-98b43' });
    existing.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: ['upload-relay-source-111111111111'] },
          object: { key: [{ prefix: 'out/' }, { prefix: 'upload-relay-canary/' }] },
        },
      },
    });
  });

  test('a topic may tell of its uploads instead, with the same right to send', () => {
    const context = committedContext();
    const topicArn = 'arn:aws:sns:us-east-1:111111111111:uploads';
    Object.assign(context.source, { existingBucket: true, topicArn });
    const existing = templatesOf(context).source;
    existing.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'sns.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
          }),
        ]),
      },
    });
    expect(existing.findResources('AWS::Events::Rule', { Properties: { EventPattern: Match.anyValue() } })).toEqual({});
    expect(checkSettings(parseConfig(context)).door).toMatchObject({ topicArn });
  });

  test('an existing destination bucket stays untouched', () => {
    const context = committedContext();
    context.routes[0]!.destination.existingBucket = true;
    templatesOf(context).destinations[0]!.resourceCountIs('AWS::S3::Bucket', 0);
  });
});

test('destinations in two accounts become two stacks', () => {
  const context = committedContext();
  const [first] = context.routes;
  context.routes.push({
    ...first!,
    name: 'second',
    externalId: 'agreed-with-the-third',
    destination: { ...first!.destination, account: '333333333333', bucket: 'third-account' },
  });
  expect(templatesOf(context).destinations).toHaveLength(2);
});

test('neither template refers to the other: each derives every name from cdk.json', () => {
  for (const template of [source, destination]) {
    expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
  }
});
