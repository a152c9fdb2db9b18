import { describe, expect, test } from 'vitest';
import {
  conditionHolds,
  type Resolved,
  resolve,
  type Scope,
  type TemplateValue,
} from '../../../templates/intrinsics.ts';

const scope: Scope = {
  account: '111111111111',
  region: 'eu-west-1',
  stackName: 'Source',
  parameters: { Stage: 'prod' },
  resources: new Map([['Queue', { ref: 'https://queue', attributes: { Arn: 'arn:queue', 'Nested.Name': 'deep' } }]]),
  template: {
    Parameters: {
      Stage: { Type: 'String' },
      Size: { Type: 'Number', Default: 5 },
      Zones: { Type: 'CommaDelimitedList', Default: 'a, b,c' },
      Missing: { Type: 'String' },
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' },
    },
    Mappings: { Sizes: { 'eu-west-1': { small: 1, list: ['x', 'y'] } } },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      IsTest: { 'Fn::Not': [{ Condition: 'IsProd' }] },
      Both: { 'Fn::And': [{ Condition: 'IsProd' }, { 'Fn::Equals': [1, 1] }] },
      Either: { 'Fn::Or': [{ Condition: 'IsTest' }, { 'Fn::Equals': ['a', 'b'] }] },
      Chicken: { Condition: 'Egg' },
      Egg: { 'Fn::Not': [{ Condition: 'Chicken' }] },
    },
    Resources: {},
  },
};

describe('a template value resolves to what CloudFormation makes of it', () => {
  test.each<[string, TemplateValue, Resolved]>([
    ['plain values', { a: [1, 'x', true, null] }, { a: [1, 'x', true, null] }],
    ['a parameter', { Ref: 'Stage' }, 'prod'],
    ['a default, as text', { Ref: 'Size' }, '5'],
    ['a list parameter', { Ref: 'Zones' }, ['a', 'b', 'c']],
    ['a resource', { Ref: 'Queue' }, 'https://queue'],
    ['an attribute', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    ['an attribute by dots', { 'Fn::GetAtt': 'Queue.Nested.Name' }, 'deep'],
    ['the account', { Ref: 'AWS::AccountId' }, '111111111111'],
    ['NoValue leaves a property out', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['NoValue leaves an item out', [{ Ref: 'AWS::NoValue' }, 1], [1]],
    ['Sub', { 'Fn::Sub': 'q=${Queue.Arn} r=${AWS::Region} u=${Queue}' }, 'q=arn:queue r=eu-west-1 u=https://queue'],
    ['Sub keeps what is marked literal', { 'Fn::Sub': '${!aws:username}' }, '${aws:username}'],
    ['Sub with variables', { 'Fn::Sub': ['${a}-${Stage}', { a: { Ref: 'Size' } }] }, '5-prod'],
    ['Join', { 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, 1]] }, 'arn:aws:1'],
    ['Select of Split', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['If', { 'Fn::If': ['IsProd', { Ref: 'Stage' }, 'no'] }, 'prod'],
    ['If, otherwise', { 'Fn::If': ['IsTest', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'list'] }, ['x', 'y']],
    ['Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
    [
      'the Condition of a policy is no intrinsic',
      { Condition: { Bool: { x: 'y' } } },
      { Condition: { Bool: { x: 'y' } } },
    ],
  ])('%s', (_, value, expected) => {
    expect(resolve(value, scope, 'Resources.X')).toEqual(expected);
  });
});

test.each([
  ['IsProd', true],
  ['IsTest', false],
  ['Both', true],
  ['Either', false],
])('the condition %s holds: %s', (name, expected) => {
  expect(conditionHolds(name, scope, 'Resources.X')).toBe(expected);
});

describe('pseudo parameters go by the region', () => {
  test.each([
    ['eu-west-1', 'aws', 'amazonaws.com'],
    ['us-gov-east-1', 'aws-us-gov', 'amazonaws.com'],
    ['cn-northwest-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ])('%s', (region, partition, suffix) => {
    const value = (name: string) => resolve({ Ref: name }, { ...scope, region }, 'R');
    expect(value('AWS::Partition')).toBe(partition);
    expect(value('AWS::URLSuffix')).toBe(suffix);
    expect(value('AWS::StackId')).toMatch(`arn:${partition}:cloudformation:${region}:`);
  });
});

describe('what can not be resolved is refused with its place', () => {
  test.each<[string, TemplateValue, string]>([
    ['an unknown intrinsic', { a: [{ 'Fn::Transform': 'x' }] }, 'R.a[0]: the intrinsic function Fn::Transform is not'],
    ['an export of nobody', { 'Fn::ImportValue': 'x' }, 'R.Fn::ImportValue: No export named x found.'],
    ['an unknown reference', { Ref: 'Nobody' }, 'R.Ref: there is no parameter or resource Nobody'],
    ['an unknown reference in Sub', { 'Fn::Sub': '${Nobody.Arn}' }, 'there is no parameter or resource Nobody'],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Queue', 'Url'] },
      'Queue has no attribute Url (known: Arn, Nested.Name)',
    ],
    ['an unknown pseudo parameter', { Ref: 'AWS::NotificationARNs' }, 'AWS::NotificationARNs is not supported'],
    ['a parameter without value', { Ref: 'Missing' }, 'the parameter Missing has no value'],
    ['an SSM parameter', { Ref: 'BootstrapVersion' }, 'stands in the SSM parameter store'],
    ['an intrinsic beside other keys', { Ref: 'Queue', b: 1 }, 'Ref must stand alone'],
    ['Join of an object', { 'Fn::Join': ['', [{ a: 1 }]] }, 'expected text'],
    ['Select beyond the end', { 'Fn::Select': [3, ['a']] }, 'there is no item 3'],
    ['a missing mapping', { 'Fn::FindInMap': ['Sizes', 'x', 'y'] }, 'Mappings has no Sizes.x.y'],
    ['an unknown condition', { 'Fn::If': ['Nope', 1, 2] }, 'there is no condition Nope'],
    ['conditions in a circle', { 'Fn::If': ['Egg', 1, 2] }, 'conditions go in a circle: Egg → Chicken → Egg'],
  ])('%s', (_, value, message) => {
    expect(() => resolve(value, scope, 'R')).toThrow(message);
  });
});
