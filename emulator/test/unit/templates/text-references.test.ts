import { describe, expect, test } from 'vitest';
import type { Template } from '../../../templates/intrinsics.ts';
import { textReferences } from '../../../templates/text-references.ts';

type Resources = Template['Resources'];

describe('a text speaks of a resource', () => {
  const named: Resources = {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'relay' } },
    Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'relay' } },
    Function: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'relay' } },
    Alias: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Function' }, Name: 'live' } },
    Other: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'other' } },
    OtherAlias: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Other' }, Name: 'live' } },
  };

  test.each<[string, unknown, string[]]>([
    ['by its bare name, of whatever kind', 'relay', ['Queue', 'Role', 'Function']],
    ['by its ARN, of its own kind only', 'arn:aws:iam::111111111111:role/relay', ['Role']],
    ['by its ARN with an alias', 'arn:aws:lambda:us-east-1:111111111111:function:relay:live', ['Function', 'Alias']],
    [
      'by an ARN that is put together',
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::1:role/relay']] },
      ['Role'],
    ],
    ['by an ARN that is filled in', { 'Fn::Sub': 'arn:${AWS::Partition}:sqs:${AWS::Region}:1:relay' }, ['Queue']],
    ['within a longer text', '{"FunctionName":"relay"}', ['Queue', 'Role', 'Function']],
    ['not by a name that only begins with its own', 'relay-large', []],
    ['not by a reference', { Ref: 'Queue' }, []],
  ])('%s', (_, text, expected) => {
    const Speaker = { Type: 'X', Properties: { a: [{ b: text as string }] } };
    const found = textReferences({ Resources: { ...named, Speaker } }).filter(({ from }) => from === 'Speaker');
    expect(found.map(({ to }) => to)).toEqual(expected);
    expect(new Set(found.map(({ path }) => path))).toEqual(new Set(expected.length > 0 ? ['Properties.a.b'] : []));
  });

  test('by an alias’ name beside its function only', () => {
    const Config = {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: { Ref: 'Other' }, Qualifier: 'live' },
    };
    const found = textReferences({ Resources: { ...named, Config } }).filter(({ from }) => from === 'Config');
    expect(found.map(({ to }) => to)).toEqual(['OtherAlias']);
  });
});
