import { App, CfnParameter, Duration, Fn, RemovalPolicy, Size, Stack, Stage, Tags, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, ManagedPolicy, PermissionsBoundary, User } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { UploadRelay, type UploadRelayProps, UploadRoute, type UploadRouteProps } from '../../../../infra/index.ts';

const ENV = { account: '123456789012', region: 'eu-west-1' };
const PARTNER: UploadRouteProps = {
  name: 'partner',
  account: '222222222222',
  bucket: 'partner-in',
  prefix: 'in/',
  externalId: 'agreed-with-the-partner',
};

function newApp(): App {
  return new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
}

function stackOf(env: object = { env: ENV }, app = newApp()): Stack {
  return new Stack(app, 'Mine', env);
}

function propsOf(props: Partial<UploadRelayProps> = {}): UploadRelayProps {
  return { source: { bucketName: 'my-uploads' }, routes: [UploadRoute.to(PARTNER)], ...props };
}

function relayIn(stack: Stack, props: Partial<UploadRelayProps> = {}, id = 'Relay'): UploadRelay {
  return new UploadRelay(stack, id, propsOf(props));
}

/** Each with an account and a bucket that other stacks tell. */
function routesOfTokens(count: number): UploadRoute[] {
  return Array.from({ length: count }, (_, index) =>
    UploadRoute.to({
      ...PARTNER,
      name: `r${index}`,
      account: Fn.importValue(`a${index}`),
      bucket: Fn.importValue(`b${index}`),
      writerRoleName: `w${index}`,
    }),
  );
}

describe('what a relay is told', () => {
  test.each<[string, Partial<UploadRelayProps>, string, object]>([
    [
      'memorySize',
      { memorySize: Size.mebibytes(512) },
      'AWS::Lambda::Function',
      { MemorySize: 512, FunctionName: 'upload-relay' },
    ],
    [
      'timeout',
      { timeout: Duration.minutes(14) },
      'AWS::Lambda::Function',
      { Timeout: 840, FunctionName: 'upload-relay' },
    ],
    ['batchSize', { batchSize: 3 }, 'AWS::Lambda::EventSourceMapping', { BatchSize: 3 }],
    [
      'maxConcurrency',
      { maxConcurrency: 6, largeObjects: false },
      'AWS::Lambda::EventSourceMapping',
      { ScalingConfig: { MaximumConcurrency: 6 } },
    ],
    ['protectLedger', { protectLedger: true }, 'AWS::DynamoDB::Table', { DeletionProtectionEnabled: true }],
    ['name', { name: 'orders' }, 'AWS::Lambda::Function', { FunctionName: 'orders-check' }],
    ['name', { name: 'orders' }, 'AWS::IAM::Role', { RoleName: 'orders' }],
    ['roleName', { roleName: 'courier' }, 'AWS::IAM::Role', { RoleName: 'courier' }],
    [
      'replays',
      {
        replays: [
          { name: 'weekly', schedule: ScheduleExpression.rate(Duration.days(7)), flexibleWindow: Duration.hours(1) },
        ],
      },
      'AWS::Scheduler::Schedule',
      { ScheduleExpression: 'rate(7 days)', FlexibleTimeWindow: { MaximumWindowInMinutes: 60 } },
    ],
    [
      'reconciliation.schedule',
      { reconciliation: { schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }) } },
      'AWS::Scheduler::Schedule',
      { ScheduleExpression: 'cron(0 3 * * ? *)' },
    ],
    ['alarmEmail', { alarmEmail: 'a@example.com' }, 'AWS::SNS::Subscription', { Endpoint: 'a@example.com' }],
    [
      'source.versioned',
      { source: { bucketName: 'my-uploads', versioned: false } },
      'AWS::S3::Bucket',
      { BucketName: 'my-uploads', VersioningConfiguration: Match.absent() },
    ],
    [
      'source.bucketName by default',
      { source: {} },
      'AWS::S3::Bucket',
      { BucketName: Match.stringLikeRegexp('^upload-relay-uploads-123456789012-[0-9a-f]{5}$') },
    ],
  ])('%s', (_, props, type, properties) => {
    const stack = stackOf();
    relayIn(stack, props);
    const found = Template.fromStack(stack).findResources(type, { Properties: properties });
    expect(Object.keys(found).length).toBeGreaterThan(0);
  });

  test('logs are kept as long as it says', () => {
    const stack = stackOf();
    relayIn(stack, { logRetention: RetentionDays.ONE_YEAR });
    Template.fromStack(stack).allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  test('ledger and new buckets stay by default, and go if they may', () => {
    const policies = [undefined, RemovalPolicy.DESTROY].map((removalPolicy) => {
      const stack = stackOf();
      relayIn(stack, removalPolicy && { removalPolicy });
      const { Resources } = Template.fromStack(stack).toJSON();
      const kept = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table'];
      return (Object.values(Resources) as { Type: string; DeletionPolicy: string }[]).flatMap(
        ({ Type, DeletionPolicy }) => (kept.includes(Type) ? [DeletionPolicy] : []),
      );
    });
    expect(policies).toEqual([Array(3).fill('RetainExceptOnCreate'), Array(3).fill('Delete')]);
  });
});

describe('the source', () => {
  test('a bucket of the app tells EventBridge, and no custom resource is made', () => {
    const stack = stackOf();
    relayIn(stack, { source: new Bucket(stack, 'Uploads') as never });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { bucket: { name: [{ Ref: Match.stringLikeRegexp('Uploads') }] } } },
    });
  });

  test('one that has a custom resource for notifications keeps it, and EventBridge is on there', () => {
    const stack = stackOf();
    const bucket = new Bucket(stack, 'Uploads', { eventBridgeEnabled: true });
    relayIn(stack, { source: bucket as never });
    Template.fromStack(stack).hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
  });

  test('one that gets such a resource later is refused, since uploads would no longer be told', () => {
    const app = newApp();
    const stack = stackOf({ env: ENV }, app);
    const bucket = new Bucket(stack, 'Uploads');
    relayIn(stack, { source: bucket as never });
    bucket.enableEventBridgeNotification();
    expect(() => app.synth()).toThrow('prop "source" is the bucket "Mine/Uploads", which got notifications later');
  });

  test('an imported one stays as it is, and its owner is told what to do', () => {
    const stack = stackOf();
    relayIn(stack, { source: Bucket.fromBucketName(stack, 'Uploads', 'theirs') });
    Annotations.fromStack(stack).hasInfo('/Mine/Relay', Match.stringLikeRegexp('imported bucket "theirs"'));
    expect(
      Template.fromStack(stack).findResources('AWS::S3::Bucket', { Properties: { BucketName: 'theirs' } }),
    ).toEqual({});
  });

  test('one of another region is refused', () => {
    const app = newApp();
    const elsewhere = new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } });
    const bucket = new Bucket(elsewhere, 'Uploads', { bucketName: 'elsewhere' });
    expect(() => relayIn(stackOf({ env: ENV }, app), { source: bucket as never })).toThrow(
      'UploadRelay "Mine/Relay": prop "source" is a bucket of the region "us-east-1", and the relay is of "eu-west-1"',
    );
  });

  test('a topic may tell of its uploads instead', () => {
    const stack = stackOf();
    const source = Bucket.fromBucketName(stack, 'Uploads', 'theirs');
    relayIn(stack, { source, topic: new Topic(stack, 'Topic') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'sns.amazonaws.com' } })]),
      },
    });
  });

  test('its key is used through S3 in the region of the bucket, also if it is a token', () => {
    const stack = stackOf();
    relayIn(stack, { source: new Bucket(stack, 'Uploads', { encryptionKey: new Key(stack, 'Key') }) as never });
    const text = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    expect(text).toContain('"kms:ViaService":"s3.eu-west-1.amazonaws.com"');
    expect(text).not.toContain("the bucket's region");
  });

  test('several are several relays', () => {
    const stack = stackOf();
    const two = ['a', 'b'].map((name) => Bucket.fromBucketName(stack, name, `bucket-${name}`));
    expect(() => relayIn(stack, { source: two as never })).toThrow(
      'UploadRelay "Mine/Relay": prop "source" has 2 buckets, and a relay has one of its own: make a relay of each, with a name of its own.',
    );
  });

  test('none is needed where every route pulls', () => {
    const stack = stackOf();
    const from = { account: '333333333333', bucket: 'customer', externalId: 'agreed-with-the-customer' };
    const relay = new UploadRelay(stack, 'Relay', { routes: [UploadRoute.pull({ ...PARTNER, from })] });
    expect(relay.bucket).toBeUndefined();
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'AssumeReaderRoles',
            Resource: 'arn:aws:iam::333333333333:role/upload-relay-reader',
          }),
        ]),
      },
    });
  });
});

describe('what is refused names the prop', () => {
  test.each<[string, Partial<UploadRelayProps>, string]>([
    ['a number', { batchSize: 11 }, 'prop "batchSize" is 11: must be at most 10.'],
    ['a duration', { timeout: Duration.seconds(20) }, 'prop "timeout" (in seconds) is 20: must be at least 30.'],
    [
      'a duration that is not whole',
      { awaitRole: Duration.minutes(90) },
      'prop "awaitRole" (in hours) is 1.5: must be a whole number.',
    ],
    ['a size', { memorySize: Size.gibibytes(11) }, 'prop "memorySize" (in MiB) is 11264: must be at most 10,240.'],
    [
      'a prefix',
      { routes: [UploadRoute.to({ ...PARTNER, prefix: 'in/*' })] },
      'prop "routes[0].prefix" is "in/*": must not contain *, ? or $',
    ],
    [
      'a filter',
      { routes: [UploadRoute.to({ ...PARTNER, filter: { prefix: '/in/' } })] },
      'prop "routes[0].filter.prefix" is "/in/": it begins with "/", as hardly any key in S3 does; correct it, or add "unusual-key:/in/" to "acknowledge" of the relay if it is meant so.',
    ],
    [
      'an account',
      { routes: [UploadRoute.to({ ...PARTNER, account: '22' })] },
      'prop "routes[0].account" is "22": must be the 12 digits of an AWS account',
    ],
    [
      'a loop',
      { routes: [UploadRoute.to({ ...PARTNER, account: ENV.account, bucket: 'my-uploads' })] },
      'prop "routes[0]" is the bucket "my-uploads" with prefix "in/", where a route would take the object again and again',
    ],
    [
      'two settings that do not fit',
      { largeObjectSize: Size.gibibytes(5), timeout: Duration.seconds(60) },
      'and "timeout" (in seconds) is 60; lower the first or raise the second.',
    ],
    [
      'a role path',
      { rolePath: 'team' },
      'prop "rolePath" is "team": must be "/", or begin and end with "/", such as "/team/", without *, ? and $.',
    ],
    ['no route', { routes: [] }, 'prop "routes" is []: must have at least one route.'],
    [
      'what is no route',
      { routes: [PARTNER as never] },
      'prop "routes[0]" is no UploadRoute: make it by UploadRoute.to or UploadRoute.pull.',
    ],
    [
      'a bad schedule',
      { replays: [{ name: 'x', schedule: ScheduleExpression.expression('rate(7 dayz)') }] },
      'prop "replays[0].schedule" is "rate(7 dayz)"',
    ],
    [
      'a topic of a new bucket',
      { topic: Topic.fromTopicArn(stackOf(), 'T', 'arn:aws:sns:eu-west-1:123456789012:t') },
      'prop "topic" is "arn:aws:sns:eu-west-1:123456789012:t": it is for a bucket that exists already; remove it, or name a bucket that exists.',
    ],
  ])('%s', (_, props, sentence) => {
    const build = () => relayIn(stackOf(), props);
    expect(build).toThrow(/^UploadRelay "Mine\/Relay": prop /);
    expect(build).toThrow(sentence);
  });

  test('several mistakes are numbered', () => {
    expect(() => relayIn(stackOf(), { batchSize: 11, name: '1st' })).toThrow(
      /^UploadRelay "Mine\/Relay": 2 mistakes\n1\. prop "name" .*\n2\. prop "batchSize"/,
    );
  });

  test('what AWS limits is measured before anything is written', () => {
    const app = newApp();
    const from = { account: '333333333333', bucket: 'customer', externalId: 'agreed-with-the-customer' };
    const route = UploadRoute.pull({ ...PARTNER, from, filter: { prefix: '"'.repeat(480) } });
    new UploadRelay(stackOf({ env: ENV }, app), 'Relay', { routes: [route] });
    expect(() => app.synth()).toThrow(/prop "routes\[0\]\.filter\.prefix" is .* and STS takes 2,048/);
  });

  test('more tokens than Lambda’s environment holds are refused', () => {
    const app = newApp();
    relayIn(stackOf({ env: ENV }, app), { routes: routesOfTokens(200) });
    expect(() => app.synth()).toThrow(
      /prop "routes" has 200 entries: with it the environment of function "upload-relay" has .* bytes, and Lambda takes 4,096/,
    );
  });

  test('more tokens than it may hold are a warning', () => {
    const stack = stackOf();
    relayIn(stack, { routes: routesOfTokens(45) });
    Annotations.fromStack(stack).hasWarning(
      '/Mine/Relay',
      Match.stringLikeRegexp("bytes of the functions' environment"),
    );
  });
});

describe('tokens', () => {
  test('take the place of account, region, bucket, key and external id', () => {
    const stack = stackOf({});
    const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;
    const route = UploadRoute.to({
      ...PARTNER,
      account: parameter('Account'),
      region: parameter('Region'),
      bucket: parameter('Bucket'),
      kmsKeyArn: parameter('Key'),
      externalId: parameter('ExternalId'),
    });
    relayIn(stack, { routes: [route] });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'upload-relay',
      Environment: {
        Variables: {
          DEPLOYED_SETTINGS: {
            'Fn::Join': [
              '',
              Match.arrayWith(['Account', 'Region', 'Key', 'ExternalId'].map((Ref) => ({ Ref })).slice(0, 1)),
            ],
          },
        },
      },
    });
  });

  test('a relay without tokens has no variable for them', () => {
    const stack = stackOf();
    relayIn(stack);
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('DEPLOYED_SETTINGS');
  });

  test.each<[string, (token: string) => Partial<UploadRelayProps>]>([
    ['name', (name) => ({ name })],
    ['roleName', (roleName) => ({ roleName })],
    ['rolePath', (rolePath) => ({ rolePath })],
    ['routes[0].name', (name) => ({ routes: [UploadRoute.to({ ...PARTNER, name })] })],
    ['routes[0].prefix', (prefix) => ({ routes: [UploadRoute.to({ ...PARTNER, prefix })] })],
    ['routes[0].prefix', (part) => ({ routes: [UploadRoute.to({ ...PARTNER, prefix: `in/${part}/` })] })],
    ['routes[0].filter.suffix', (suffix) => ({ routes: [UploadRoute.to({ ...PARTNER, filter: { suffix } })] })],
    ['routes[0].writerRoleName', (writerRoleName) => ({ routes: [UploadRoute.to({ ...PARTNER, writerRoleName })] })],
  ])('%s must be known', (prop, props) => {
    const stack = stackOf();
    const token = new CfnParameter(stack, 'Later').valueAsString;
    expect(() => relayIn(stack, props(token))).toThrow(
      new RegExp(
        `^UploadRelay "Mine/Relay": prop "${prop.replaceAll(/[[\].]/g, '\\$&')}" is the token .*"Ref":"Later".*: it must be known when the app is synthesized\\.$`,
      ),
    );
  });

  test('rules hold for equal tokens as well', () => {
    const stack = stackOf();
    const bucket = new CfnParameter(stack, 'Where').valueAsString;
    const routes = ['one', 'two'].map((name) => UploadRoute.to({ ...PARTNER, name, bucket, writerRoleName: name }));
    expect(() => relayIn(stack, { routes })).toThrow(
      'prop "routes[1]" is the bucket {"Ref":"Where"} with prefix "in/", where route "one" writes with prefix "in/"',
    );
  });

  test('what may be right once the token is known is no mistake', () => {
    const stack = stackOf({});
    const key = 'arn:aws:kms:ap-southeast-2:222222222222:key/11111111-1111-1111-1111-111111111111';
    expect(() => relayIn(stack, { routes: [UploadRoute.to({ ...PARTNER, kmsKeyArn: key })] })).not.toThrow();
  });

  test('names of buckets fit where only the deployment knows account and region', () => {
    const stack = stackOf({});
    relayIn(stack, { name: 'a-name-of-thirty-six-characters-here', source: {} });
    const names = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket')).map(
      ({ Properties }) => Properties.BucketName['Fn::Join'][1] as (string | object)[],
    );
    expect(names).toHaveLength(2);
    for (const parts of names) {
      const longest = parts.map((part) =>
        typeof part === 'string'
          ? part
          : 'Ref' in part && part.Ref === 'AWS::AccountId'
            ? '1'.repeat(12)
            : 'ap-southeast-1',
      );
      expect(longest.join('').length).toBeLessThanOrEqual(63);
    }
  });
});

describe('what large companies demand', () => {
  const everyRole = (stack: Stack) =>
    Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role')).map(({ Properties }) => Properties);

  test('roles and policies have the path, and the other side is named with it', () => {
    const stack = stackOf();
    const relay = relayIn(stack, {
      rolePath: '/team/',
      batchOperationsBucket: Bucket.fromBucketName(stack, 'B', 'manifests'),
    });
    const roles = everyRole(stack);
    expect(roles).toHaveLength(5);
    for (const { Path } of roles) expect(Path).toBe('/team/');
    expect(stack.resolve(relay.roleArn)).toMatchObject({ 'Fn::GetAtt': [expect.stringContaining('RelayRole'), 'Arn'] });
  });

  test.each<[string, (stack: Stack, boundary: ManagedPolicy) => void]>([
    ['by the prop', (stack, permissionsBoundary) => void relayIn(stack, { permissionsBoundary })],
    [
      'by an aspect',
      (stack, boundary) => {
        relayIn(stack);
        PermissionsBoundary.of(stack).apply(boundary);
      },
    ],
  ])('each role has a permissions boundary: %s', (_, build) => {
    const stack = stackOf();
    build(stack, ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'team-boundary') as ManagedPolicy);
    const roles = everyRole(stack);
    expect(roles).toHaveLength(4);
    for (const { PermissionsBoundary: boundary } of roles) expect(JSON.stringify(boundary)).toContain('team-boundary');
  });

  test('tags reach what can bear them', () => {
    const stack = stackOf();
    const relay = relayIn(stack);
    Tags.of(relay).add('team', 'data');
    const template = Template.fromStack(stack);
    for (const type of [
      'AWS::S3::Bucket',
      'AWS::SQS::Queue',
      'AWS::DynamoDB::Table',
      'AWS::Lambda::Function',
      'AWS::IAM::Role',
    ]) {
      template.allResourcesProperties(type, { Tags: Match.arrayWith([{ Key: 'team', Value: 'data' }]) });
    }
  });

  test('it works in a stage, as pipelines have it, twice in one app', () => {
    const app = newApp();
    for (const [id, account] of [
      ['Beta', '111111111111'],
      ['Prod', '333333333333'],
    ] as const) {
      relayIn(new Stack(new Stage(app, id, { env: { ...ENV, account } }), 'Mine'));
    }
    const stages = app
      .synth()
      .nestedAssemblies.map(({ nestedAssembly }) => nestedAssembly.stacks.map(({ stackName }) => stackName));
    expect(stages).toEqual([['Beta-Mine'], ['Prod-Mine']]);
  });

  test('several are in one stack', () => {
    const stack = stackOf();
    for (const name of ['one', 'two', 'three'])
      relayIn(stack, { name, source: { bucketName: `uploads-${name}` } }, name);
    const { Resources } = Template.fromStack(stack).toJSON();
    const names = (Object.values(Resources) as { Type: string; Properties?: Record<string, unknown> }[])
      .filter(({ Type }) => Type === 'AWS::SQS::Queue')
      .map(({ Properties }) => Properties?.['QueueName']);
    expect(names.sort()).toEqual(['one', 'one-dead-letters', 'three', 'three-dead-letters', 'two', 'two-dead-letters']);
  });

  test.each<[string, Partial<UploadRelayProps>, string]>([
    [
      'one name',
      {},
      'prop "name" is "upload-relay": with it the function "upload-relay" would be that of UploadRelay "Mine/Relay" as well',
    ],
    [
      'one role',
      { name: 'other', roleName: 'Upload-Relay' },
      'prop "roleName" is "Upload-Relay": with it the role "Upload-Relay" would be that of UploadRelay "Mine/Relay" as well',
    ],
    [
      'names that meet',
      { name: 'upload-relay-replay' },
      'with it the function "upload-relay-replay" would be that of UploadRelay "Mine/Relay" as well',
    ],
  ])('two of %s are refused', (_, props, sentence) => {
    const stack = stackOf();
    relayIn(stack);
    expect(() => relayIn(stack, { source: { bucketName: 'other-uploads' }, ...props }, 'Other')).toThrow(sentence);
  });
});

describe('what others may do', () => {
  const grants: [string, (relay: UploadRelay, user: User) => void, Record<string, string>][] = [
    [
      'grantReplay',
      (relay, user) => relay.grantReplay(user),
      { 'lambda:InvokeFunction': 'ReplayAlias', 'lambda:GetDurableExecution': ':*/durable-execution/*' },
    ],
    ['grantCheck', (relay, user) => relay.grantCheck(user), { 'lambda:InvokeFunction': 'Check' }],
    ['grantInvoke', (relay, user) => relay.grantInvoke(user), { 'lambda:InvokeFunction': 'RelayFunction' }],
    ['grantReadReceipts', (relay, user) => relay.grantReadReceipts(user), { 'dynamodb:GetItem': 'LedgerTable' }],
    [
      'grantRedrive',
      (relay, user) => relay.grantRedrive(user),
      { 'sqs:StartMessageMoveTask': 'DeadLetters', 'sqs:SendMessage': 'Queue' },
    ],
  ];

  test.each(grants)('%s', (_, give, expected) => {
    const stack = stackOf();
    const user = new User(stack, 'Operator');
    give(relayIn(stack), user);
    const policy = Object.values(
      Template.fromStack(stack).findResources('AWS::IAM::Policy', {
        Properties: { Users: [{ Ref: Match.anyValue() }] },
      }),
    );
    expect(policy).toHaveLength(1);
    const statements = policy[0]!['Properties'].PolicyDocument.Statement as {
      Action: string | string[];
      Resource: object;
    }[];
    expect(statements).toHaveLength(Object.keys(expected).length);
    for (const [index, [action, resource]] of Object.entries(expected).entries()) {
      expect([statements[index]!.Action].flat()).toContain(action);
      expect(JSON.stringify(statements[index]!.Resource)).toContain(resource);
      // Executions are not known beforehand; nothing else is granted by a wildcard.
      expect(JSON.stringify(statements[index]).replace(':*/durable-execution/*', '')).not.toContain('*');
    }
  });

  test('a grantee without a policy is no silent failure', () => {
    const relay = relayIn(stackOf());
    expect(() => relay.grantCheck(new AccountPrincipal('222222222222'))).toThrow('Permissions');
  });

  test('without replay there is nothing to invoke', () => {
    const stack = stackOf();
    const relay = relayIn(stack, { replay: false });
    expect(() => relay.grantReplay(new User(stack, 'U'))).toThrow('UploadRelay "Mine/Relay": prop "replay" is false');
  });
});

describe('what is measured', () => {
  const one = () => relayIn(stackOf());

  test.each([
    ['delivered', (relay: UploadRelay) => relay.metricDelivered(), 'UploadRelay', 'ObjectsDelivered', 'Sum'],
    ['failed', (relay: UploadRelay) => relay.metricFailed(), 'UploadRelay', 'ObjectsFailed', 'Sum'],
    ['latency', (relay: UploadRelay) => relay.metricLatency(), 'UploadRelay', 'DeliveryLatency', 'p99'],
    ['in time', (relay: UploadRelay) => relay.metricDeliveredInTime(), 'UploadRelay', 'DeliveredInTime', 'Average'],
    [
      'oldest message',
      (relay: UploadRelay) => relay.metricOldestMessage(),
      'AWS/SQS',
      'ApproximateAgeOfOldestMessage',
      'Maximum',
    ],
    [
      'dead letters',
      (relay: UploadRelay) => relay.metricDeadLetters(),
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      'Maximum',
    ],
  ])('%s', (_, metric, namespace, metricName, statistic) => {
    expect(metric(one()).toMetricConfig().metricStat).toMatchObject({ namespace, metricName, statistic });
  });

  test('as somebody asks for it', () => {
    const { metricStat } = one()
      .metricLatency({ route: 'partner', statistic: 'p50', period: Duration.hours(1) })
      .toMetricConfig();
    expect(metricStat).toMatchObject({ statistic: 'p50', period: Duration.hours(1) });
    expect(metricStat!.dimensions).toContainEqual({ name: 'route', value: 'partner' });
  });

  test('over several routes it is their sum', () => {
    const routes = ['one', 'two'].map((name) =>
      UploadRoute.to({ ...PARTNER, name, prefix: `${name}/`, writerRoleName: name }),
    );
    const { mathExpression } = relayIn(stackOf(), { routes }).metricDelivered().toMetricConfig();
    expect(mathExpression).toMatchObject({ expression: 'SUM(METRICS())', usingMetrics: { m0: {}, m1: {} } });
  });
});

test('a storage class is that of the CDK', () => {
  const classes = [StorageClass.GLACIER, 'copy' as const, { STANDARD: StorageClass.INFREQUENT_ACCESS }];
  for (const storageClass of classes) {
    expect(() => relayIn(stackOf(), { routes: [UploadRoute.to({ ...PARTNER, storageClass })] })).not.toThrow();
  }
});

test('cdk-nag finds nothing that nobody has explained, tokens or not', () => {
  const app = newApp();
  const stack = stackOf({}, app);
  relayIn(stack, {
    source: new Bucket(stack, 'Uploads', { enforceSSL: true, serverAccessLogsPrefix: 'logs/' }) as never,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).not.toThrow();
});
