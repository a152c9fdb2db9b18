/** What AWS limits is counted in what was synthesized, as AWS counts it. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { checkLimits } from '../../infra/limits/limits.ts';
import { jsonLength, resolved } from '../../infra/limits/resolved.ts';
import { bucketNotes } from '../../infra/limits/stack-size.ts';
import type { Resource, SynthesizedStack } from '../../infra/limits/template.ts';
import { committedContext, manyRoutes, pullingRoute } from '../support/stacks.ts';
import { synthesized } from '../support/synthesized.ts';

const config = parseConfig(committedContext());

function stackOf(Resources: Record<string, Resource>, more: Partial<SynthesizedStack> = {}): SynthesizedStack {
  return {
    name: 'Source',
    account: '111111111111',
    region: 'us-east-1',
    template: { Resources },
    hasBucket: true,
    ...more,
  };
}

function manyOf(count: number, resource: Resource): Record<string, Resource> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Id${index}`, resource]));
}

/** A policy whose JSON has so many characters. */
function policyOf(characters: number): object {
  const frame = JSON.stringify({ Statement: [{ Resource: '' }] }).length;
  return { Statement: [{ Resource: 'x'.repeat(characters - frame) }] };
}

function roleWith(more: object, name = 'upload-relay'): Record<string, Resource> {
  const trust = { Statement: [] };
  return { Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: name, AssumeRolePolicyDocument: trust, ...more } } };
}

function hanging(Type: string, count: number, PolicyDocument: object): Record<string, Resource> {
  return manyOf(count, { Type, Properties: { PolicyDocument, Roles: [{ Ref: 'Role' }] } });
}

function dashboardOf(widgets: object[]): Record<string, Resource> {
  const Type = 'AWS::CloudWatch::Dashboard';
  return { Dashboard: { Type, Properties: { DashboardBody: JSON.stringify({ widgets }) } } };
}

function bucketWith(Rules: object[]): Record<string, Resource> {
  const QueueConfigurations = [{ Event: 's3:ObjectCreated:*', Queue: 'arn', Filter: { S3Key: { Rules } } }];
  return { Bucket: { Type: 'AWS::S3::Bucket', Properties: { NotificationConfiguration: { QueueConfigurations } } } };
}

const graph = (metrics: number) => ({ properties: { title: 'Objects', metrics: Array(metrics).fill(['a', 'b']) } });
const environment = (bytes: number) => ({ A: 'x'.repeat(bytes - JSON.stringify({ A: '' }).length) });
const pattern = (characters: number) => ({ a: 'x'.repeat(characters - JSON.stringify({ a: '' }).length) });
const one = (Type: string, Properties: object): Record<string, Resource> => ({ One: { Type, Properties } });

describe('at its limit a thing is accepted, and one beyond it refused', () => {
  test.each<[string, number, string, (figure: number) => SynthesizedStack]>([
    ['the stack "Source"', 500, 'resources', (count) => stackOf(manyOf(count, { Type: 'A' }))],
    [
      'the stack "Source"',
      200,
      'outputs',
      (count) => stackOf({}, { template: { Resources: {}, Outputs: manyOf(count, { Type: 'A' }) } }),
    ],
    [
      'the trust policy of role "upload-relay"',
      2048,
      'characters',
      (length) => stackOf(roleWith({ AssumeRolePolicyDocument: policyOf(length) })),
    ],
    [
      'the sum of the inline policies of role "upload-relay"',
      10_240,
      'characters',
      (length) =>
        stackOf({
          ...roleWith({ Policies: [{ PolicyDocument: policyOf(240) }] }),
          ...hanging('AWS::IAM::Policy', 1, policyOf(length - 240)),
        }),
    ],
    [
      'a managed policy of role "upload-relay"',
      6144,
      'characters',
      (length) => stackOf({ ...roleWith({}), ...hanging('AWS::IAM::ManagedPolicy', 1, policyOf(length)) }),
    ],
    [
      'role "upload-relay"',
      10,
      'managed policies',
      (count) =>
        stackOf({
          ...roleWith({ ManagedPolicyArns: ['arn'] }),
          ...hanging('AWS::IAM::ManagedPolicy', count - 1, policyOf(100)),
        }),
    ],
    [
      'the environment of function "relay"',
      4096,
      'bytes',
      (bytes) =>
        stackOf(
          one('AWS::Lambda::Function', { FunctionName: 'relay', Environment: { Variables: environment(bytes) } }),
        ),
    ],
    [
      'the Description of One',
      512,
      'characters',
      (length) => stackOf(one('AWS::Scheduler::Schedule', { Description: 'x'.repeat(length) })),
    ],
    ['the RoleName of Role', 64, 'characters', (length) => stackOf(roleWith({}, 'x'.repeat(length)))],
    [
      'the event pattern of One',
      2048,
      'characters',
      (length) => stackOf(one('AWS::Events::Rule', { EventPattern: pattern(length) })),
    ],
    ['the graph "Objects" of the dashboard', 500, 'metrics', (count) => stackOf(dashboardOf([graph(count)]))],
    [
      'the dashboard',
      2500,
      'metrics',
      (count) => stackOf(dashboardOf([...Array(5).fill(graph(500)), graph(count - 2500)])),
    ],
    [
      'the widget "Alarms" of the dashboard',
      100,
      'alarms',
      (count) => stackOf(dashboardOf([{ properties: { title: 'Alarms', alarms: Array(count).fill('arn') } }])),
    ],
    [
      "the filter of the bucket's notification",
      2,
      'rules',
      (count) => stackOf(bucketWith(Array(count).fill({ Name: 'prefix', Value: 'a' }))),
    ],
    [
      "the suffix of the bucket's notification",
      1024,
      'characters',
      (length) => stackOf(bucketWith([{ Name: 'suffix', Value: 'x'.repeat(length) }])),
    ],
  ])('%s: %d %s', (what, limit, unit, stackWith) => {
    expect(() => checkLimits([stackWith(limit)], config)).not.toThrow();
    const [has, takes] = [limit + 1, limit].map((figure) => figure.toLocaleString('en'));
    const sentence = `cdk.json: field "relay.routes" has 1 entry: with it ${what} has ${has} ${unit}, and`;
    expect(() => checkLimits([stackWith(limit + 1)], config)).toThrow(sentence);
    expect(() => checkLimits([stackWith(limit + 1)], config)).toThrow(` takes ${takes}.`);
  });

  test.each([
    [true, 1_000_000, /the template of the stack "Source" has 1,000,\d{3} bytes, and CloudFormation takes 1,000,000\./],
    [false, 51_200, /the template of the stack "Source", sent without a bucket, has 51,\d{3} bytes, .* takes 51,200\./],
  ])('a template (with a bucket: %s) of %d bytes', (hasBucket, limit, sentence) => {
    const stackWith = (text: number) => stackOf(one('A', { text: 'x'.repeat(text) }), { hasBucket });
    expect(() => checkLimits([stackWith(limit - 100)], config)).not.toThrow();
    expect(() => checkLimits([stackWith(limit)], config)).toThrow(sentence);
  });
});

describe('the field that is named is the one to change', () => {
  test('a long prefix of a pulling route stands in its session policy twice', () => {
    const context = { ...committedContext(), routes: [pullingRoute({ filter: { prefix: '"'.repeat(480) } })] };
    delete context.source.bucket;
    const { config: own, stacks } = synthesized(context);
    expect(() => checkLimits(stacks, own)).toThrow(
      /^cdk\.json: field "relay\.routes\.0\.filter\.prefix" is "(\\"){79}\\…: with it the session policy for reading along route "customer" has 2,\d{3} characters, and STS takes 2,048\.$/,
    );
  });

  test('routes whose filters outgrow all policies that the relay’s role may have', () => {
    const { config: own, stacks } = synthesized(
      manyRoutes(150, (index) => ({ filter: { prefix: `${index}/${'x'.repeat(480)}/` } })),
    );
    expect(() => checkLimits(stacks, own)).toThrow(
      /field "relay\.routes" has 150 entries: with it role "upload-relay" has 1\d managed policies, and IAM takes 10\./,
    );
  });

  test('so many replays that one stack can’t hold them', () => {
    const replays = Array.from({ length: 480 }, (_, index) => ({ name: `r${index}`, schedule: 'rate(1 day)' }));
    const { config: own, stacks } = synthesized({ ...committedContext(), relay: { replays } });
    expect(() => checkLimits(stacks, own)).toThrow(
      /field "relay\.relay\.replays" has 480 entries: with it the stack "Source" has 5\d\d resources, and CloudFormation takes 500\./,
    );
  });

  test('so many alarms of routes that one stack can’t hold them', () => {
    const { config: own, stacks } = synthesized({
      ...manyRoutes(460, (index) => ({ filter: { prefix: `${index}/` } })),
      relay: { routeAlarms: true },
    });
    expect(() => checkLimits(stacks, own)).toThrow(
      /with it the stack "Source" has 5\d\d resources, and CloudFormation takes 500\./,
    );
  });

  test('so many new buckets that one stack can’t hold them', () => {
    const { destination } = committedContext().routes[0]!;
    const { config: own, stacks } = synthesized(
      manyRoutes(167, (index) => ({ destination: { ...destination, bucket: `bucket-${index}` } })),
    );
    expect(() => checkLimits(stacks, own)).toThrow(
      'field "relay.routes" has 167 entries: with it the stack "Destination" has 501 resources, and CloudFormation takes 500.',
    );
  });

  test('a writer role’s prefix, a reader role’s, a replay’s', () => {
    const context = committedContext();
    context.routes.push(pullingRoute({ filter: { prefix: 'out/' } }));
    context.relay = { replays: [{ name: 'nightly', schedule: 'rate(1 day)', prefix: 'in/' }] };
    const own = parseConfig(context);
    const trust = { AssumeRolePolicyDocument: policyOf(2049) };
    const schedule = { Name: 'nightly', Description: 'x'.repeat(513) };
    const sentences: [Record<string, Resource>, string][] = [
      [roleWith(trust, 'upload-relay-writer'), 'field "relay.routes.0.destination.prefix" is "incoming/"'],
      [roleWith(trust, 'upload-relay-reader'), 'field "relay.routes.1.filter.prefix" is "out/"'],
      [one('AWS::Scheduler::Schedule', schedule), 'field "relay.relay.replays.0.prefix" is "in/"'],
    ];
    for (const [resources, sentence] of sentences) {
      expect(() => checkLimits([stackOf(resources)], own)).toThrow(sentence);
    }
  });
});

describe('what nobody knows before the deployment is counted long enough', () => {
  const Resources = {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q'.repeat(80) } },
    Topic: { Type: 'AWS::SNS::Topic' },
  };
  const stack = stackOf(Resources, { region: 'us-gov-west-1' });

  test.each<[unknown, unknown]>([
    ['text', 'text'],
    [
      [1, true, null],
      [1, true, null],
    ],
    [{ Ref: 'AWS::Partition' }, 'aws-us-gov'],
    [{ Ref: 'AWS::AccountId' }, '111111111111'],
    [{ a: { Ref: 'AWS::Region' } }, { a: 'us-gov-west-1' }],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 'b']] }, 'a-us-gov-west-1-b'],
    [{ 'Fn::Join': ['', ['{"a":', '1', '}']] }, '{"a":1}'],
  ])('%j is %j', (value, text) => expect(resolved(value, stack)).toEqual(text));

  test.each<[unknown, string]>([
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, `arn:aws-us-gov:sqs:us-gov-west-1:111111111111:${'q'.repeat(80)}`],
    [{ 'Fn::GetAtt': 'Queue.Arn' }, `arn:aws-us-gov:sqs:us-gov-west-1:111111111111:${'q'.repeat(80)}`],
    [{ Ref: 'Queue' }, `https://sqs.us-gov-west-1.amazonaws.com/111111111111/${'q'.repeat(80)}`],
    [{ Ref: 'Topic' }, `arn:aws-us-gov:sns:us-gov-west-1:111111111111:Source-Topic-${'A'.repeat(12)}`],
    [{ 'Fn::Sub': 'anything' }, 'x'.repeat(96)],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
  ])('%j has room for %s', (value, real) => {
    expect(String(resolved(value, stack)).length).toBeGreaterThanOrEqual(real.length);
  });

  test('escapes count, and a function among other keys is none', () => {
    expect(jsonLength({ a: '"\\' }, stack)).toBe('{"a":"\\"\\\\"}'.length);
    expect(resolved({ Ref: 'a', other: 1 }, stack)).toEqual({ Ref: 'a', other: 1 });
  });
});

describe('what somebody should know before deploying', () => {
  test('a template that travels through a bucket needs one in its account', () => {
    const [note, ...others] = bucketNotes([stackOf({}, { name: 'Destination', account: '222222222222' })], config);
    expect(note).toContain('the stack "Destination" is too large to be sent as it is');
    expect(note).toContain('npx cdk bootstrap aws://222222222222/us-east-1');
    expect(others).toEqual([]);
    expect(bucketNotes([stackOf({}), stackOf({}, { account: '222222222222', hasBucket: false })], config)).toEqual([]);
  });

  test('a session policy of more than half its plain length may be too large once it is packed', () => {
    const context = committedContext();
    context.routes[0]!.destination.prefix = '"'.repeat(500);
    expect(checkLimits([], parseConfig(context))).toEqual([
      expect.stringMatching(
        /^the session policy for writing along route "main" has 1,\d{3} characters .*PackedPolicyTooLarge/,
      ),
    ]);
    expect(checkLimits([], config)).toEqual([]);
  });
});
