import { describe, expect, test } from 'vitest';
import { resourceTypes } from '../../../resource-types.ts';
import { templateStack } from '../../../templates/assembly.ts';
import { changeOf } from '../../../templates/change.ts';
import type { Template, TemplateValue } from '../../../templates/intrinsics.ts';
import { templateProblem } from '../../../templates/limits.ts';
import { effectiveParameters } from '../../../templates/parameters.ts';
import { isRetained } from '../../../templates/provision.ts';
import { requireRules } from '../../../templates/rules.ts';

const queue = { Type: 'AWS::SQS::Queue' };
const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`A${index}`, value]));

describe('a template is refused', () => {
  const problemOf = (template: object, templateUploaded: boolean) =>
    templateProblem(templateStack({ name: 'S', account: '1', region: 'r', template, templateUploaded }))?.problem;

  test.each<[string, object, boolean, string]>([
    [
      'above 51,200 bytes without a bucket',
      { Resources: { A: { ...queue, Metadata: 'x'.repeat(51_200) } } },
      false,
      '51200',
    ],
    ['above a million bytes with one', { Resources: { A: { ...queue, Metadata: 'x'.repeat(1e6) } } }, true, '1000000'],
    ['with 501 resources', { Resources: many(501, queue) }, true, 'Number of resources, 501, is greater than'],
    ['with 201 outputs', { Resources: { A: queue }, Outputs: many(201, { Value: 1 }) }, true, 'Number of outputs, 201'],
    [
      'with 201 parameters',
      { Resources: { A: queue }, Parameters: many(201, { Type: 'String' }) },
      true,
      'parameters, 201',
    ],
    [
      'with a description of 1,025 bytes',
      { Description: 'é'.repeat(513), Resources: { A: queue } },
      true,
      '1026 bytes',
    ],
    ['with a section that is not known here', { Transform: 'X', Resources: {} }, true, 'Transform is not supported'],
    [
      'with a policy that is not known here',
      { Resources: { A: { ...queue, DeletionPolicy: 'Snapshot' } } },
      true,
      '"Snapshot" is not supported',
    ],
    [
      'with a key that is not known here',
      { Resources: { A: { ...queue, CreationPolicy: {} } } },
      true,
      'CreationPolicy is not supported',
    ],
  ])('%s', (_, template, uploaded, problem) => {
    expect(problemOf(template, uploaded)).toContain(problem);
  });

  test('but not at the limits', () => {
    expect(problemOf({ Resources: { A: { ...queue, Metadata: 'x'.repeat(51_100) } } }, false)).toBeUndefined();
    expect(problemOf({ Resources: { A: { ...queue, Metadata: 'x'.repeat(52_000) } } }, true)).toBeUndefined();
    expect(problemOf({ Resources: many(500, queue), Outputs: many(200, { Value: 1 }) }, true)).toBeUndefined();
  });
});

describe('a parameter', () => {
  const Parameters: NonNullable<Template['Parameters']> = {
    Stage: { Type: 'String', Default: 'test', AllowedValues: ['test', 'prod'] } as { Type: string },
    Owner: { Type: 'String', AllowedPattern: '[a-z]+', ConstraintDescription: 'lower case' } as { Type: string },
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk' },
  };
  const template = { Parameters, Resources: {} };

  test('has its default, until it is given', () => {
    expect(effectiveParameters(template, { Owner: 'a' })).toEqual({ Owner: 'a', Stage: 'test' });
  });

  test('keeps in an update what it had, also where the default has changed', () => {
    const changed = { ...template, Parameters: { ...Parameters, Stage: { Type: 'String', Default: 'prod' } } };
    expect(effectiveParameters(changed, {}, { Owner: 'a', Stage: 'test' })).toEqual({ Owner: 'a', Stage: 'test' });
    expect(effectiveParameters(changed, { Owner: 'b' }, { Owner: 'a', Gone: 'x' })).toEqual({
      Owner: 'b',
      Stage: 'prod',
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['without a value', {}, 'Parameters: [Owner] must have values'],
    ['that the template has not', { Owner: 'a', Other: 'b' }, 'Parameters: [Other] do not exist in the template'],
    ['of a value that is not allowed', { Owner: 'a', Stage: 'x' }, "Parameter 'Stage' must be one of AllowedValues"],
    ['that does not fit its pattern', { Owner: 'A' }, 'Parameter Owner failed to satisfy constraint: lower case'],
  ])('%s is refused', (_, given, problem) => {
    expect(() => effectiveParameters(template, given)).toThrow(problem);
  });
});

describe('a rule', () => {
  const scope = {
    account: '1',
    region: 'r',
    stackName: 'S',
    parameters: { Relay: 'second', Zones: 'a,b' },
    resources: new Map(),
    template: {
      Parameters: { Relay: { Type: 'String' }, Zones: { Type: 'CommaDelimitedList' } },
      Resources: {},
    },
  };
  const rule = (Assert: unknown, RuleCondition?: unknown) => ({
    Same: {
      Assertions: [{ Assert, AssertDescription: 'another relay is here' }],
      ...(RuleCondition ? { RuleCondition } : {}),
    },
  });
  const isRelay = (name: string): TemplateValue => ({ 'Fn::Equals': [{ Ref: 'Relay' }, name] });

  test.each<[string, unknown, boolean]>([
    ['Fn::Equals', isRelay('second'), true],
    ['Fn::Equals of something else', isRelay('first'), false],
    ['Fn::Not', { 'Fn::Not': [isRelay('first')] }, true],
    ['Fn::And', { 'Fn::And': [isRelay('second'), isRelay('first')] }, false],
    ['Fn::Or', { 'Fn::Or': [isRelay('second'), isRelay('first')] }, true],
    ['Fn::Contains', { 'Fn::Contains': [['first', 'second'], { Ref: 'Relay' }] }, true],
    ['Fn::Contains of something else', { 'Fn::Contains': [['first'], { Ref: 'Relay' }] }, false],
    ['Fn::EachMemberIn', { 'Fn::EachMemberIn': [{ Ref: 'Zones' }, ['a', 'b', 'c']] }, true],
    ['Fn::EachMemberIn with one more', { 'Fn::EachMemberIn': [{ Ref: 'Zones' }, ['a']] }, false],
    ['Fn::EachMemberEquals', { 'Fn::EachMemberEquals': [{ Ref: 'Zones' }, 'a'] }, false],
  ])('of %s holds: %s → %s', (_, assert, holds) => {
    const check = expect(() => requireRules(rule(assert), scope));
    if (holds) check.not.toThrow();
    else check.toThrow('Rules.Same: another relay is here');
  });

  test('whose condition does not hold asks nothing', () => {
    expect(() => requireRules(rule(isRelay('first'), isRelay('first')), scope)).not.toThrow();
    expect(() => requireRules(rule(isRelay('first'), isRelay('second')), scope)).toThrow('another relay is here');
  });

  test('of a function that is not known here is refused by its name', () => {
    expect(() => requireRules(rule({ 'Fn::RefAll': ['x'] }), scope)).toThrow("a rule can't be made of Fn::RefAll");
  });

  test('of the CDK’s bootstrap version is taken as holding', () => {
    expect(() => requireRules({ CheckBootstrapVersion: rule(isRelay('first')).Same }, scope)).not.toThrow();
  });
});

describe('a change of', () => {
  const table = (more: object = {}) => ({ KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }], ...more });

  test.each<[string, string, object, object, string]>([
    ['nothing', 'AWS::SQS::Queue', { QueueName: 'q' }, { QueueName: 'q' }, 'none'],
    ['a setting', 'AWS::SQS::Queue', { QueueName: 'q' }, { QueueName: 'q', DelaySeconds: 1 }, 'update'],
    ['a name', 'AWS::SQS::Queue', { QueueName: 'q' }, { QueueName: 'r' }, 'replace'],
    ['what nobody can notice', 'AWS::Logs::LogGroup', { RetentionInDays: 1 }, { RetentionInDays: 2 }, 'update'],
    ['the key of a table without a name', 'AWS::DynamoDB::Table', table(), { KeySchema: [] }, 'replace'],
    ['a permission', 'AWS::Lambda::Permission', { Principal: 'a' }, { Principal: 'b' }, 'replace'],
  ])('%s', (_, type, before, after, change) => {
    expect(changeOf(type, resourceTypes[type]!, before as never, after as never)).toBe(change);
  });

  test.each<[string, string, object, object, string]>([
    [
      'the key of a table with a name',
      'AWS::DynamoDB::Table',
      table({ TableName: 't' }),
      { TableName: 't', KeySchema: [] },
      'cannot update a stack when a custom-named resource requires replacing. Rename t and update the stack again.',
    ],
    [
      'an index',
      'AWS::DynamoDB::Table',
      table(),
      table({ GlobalSecondaryIndexes: [] }),
      'update of property GlobalSecondaryIndexes of type AWS::DynamoDB::Table is not supported here',
    ],
    [
      'Object Lock',
      'AWS::S3::Bucket',
      {},
      { ObjectLockEnabled: true },
      'update of property ObjectLockEnabled of type AWS::S3::Bucket is not supported here',
    ],
  ])('%s is refused', (_, type, before, after, problem) => {
    expect(() => changeOf(type, resourceTypes[type]!, before as never, after as never)).toThrow(problem);
  });
});

test.each([
  ['Delete', 'Delete', { undone: false, removed: false, replaced: false }],
  ['Retain', 'Delete', { undone: true, removed: true, replaced: false }],
  ['RetainExceptOnCreate', 'Delete', { undone: false, removed: true, replaced: false }],
  ['Delete', 'Retain', { undone: false, removed: false, replaced: true }],
] as const)('with %s and, when replaced, %s, a resource stays: %o', (deletionPolicy, updateReplacePolicy, stays) => {
  for (const removal of ['undone', 'removed', 'replaced'] as const) {
    expect(isRetained({ deletionPolicy, updateReplacePolicy }, removal)).toBe(stays[removal]);
  }
});
