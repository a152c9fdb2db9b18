import { describe, expect, test } from 'vitest';
import { requireConditions } from '../../../templates/conditions.ts';
import type { Template, TemplateValue } from '../../../templates/intrinsics.ts';

describe('a condition', () => {
  const queue = { Type: 'AWS::SQS::Queue' };
  const template = (change: Partial<Template>): Template => ({
    Parameters: { Stage: { Type: 'String' } },
    Resources: { Queue: queue },
    ...change,
  });
  const same: TemplateValue = { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] };

  test.each<[string, Partial<Template>]>([
    ['of a parameter', { Conditions: { IsTest: same } }],
    ['of a pseudo parameter', { Conditions: { IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] } } }],
    ['of others', { Conditions: { A: same, B: { 'Fn::And': [{ Condition: 'A' }, same] } } }],
    ['that a resource has', { Conditions: { A: same }, Resources: { Queue: { ...queue, Condition: 'A' } } }],
  ])('%s is taken', (_, change) => {
    expect(() => requireConditions(template(change))).not.toThrow();
  });

  test.each<[string, Partial<Template>, string]>([
    [
      'of a resource',
      { Conditions: { A: { 'Fn::Equals': [{ Ref: 'Queue' }, 'x'] } } },
      'Template format error: Unresolved dependencies [Queue]. Cannot reference resources in the Conditions block of the template',
    ],
    [
      'with one operand of Fn::And',
      { Conditions: { A: { 'Fn::And': [same] } } },
      'Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.',
    ],
    [
      'with two operands of Fn::Not',
      { Conditions: { A: { 'Fn::Not': [same, same] } } },
      'Template error: every Fn::Not object requires one boolean parameter.',
    ],
    [
      'with one operand of Fn::Equals',
      { Conditions: { A: { 'Fn::Equals': ['x'] } } },
      'Template error: every Fn::Equals object requires a list of 2 string parameters.',
    ],
    [
      'that is not there, on a resource',
      { Resources: { Queue: { ...queue, Condition: 'Gone' } } },
      'Template format error: Unresolved condition dependency Gone in the Resources block of the template',
    ],
    [
      'that is not there, on an output',
      { Outputs: { O: { Value: 'x', Condition: 'Gone' } } },
      'Template format error: Unresolved condition dependency Gone in the Outputs block of the template',
    ],
    [
      'that is not there, in Fn::If',
      { Resources: { Queue: { ...queue, Properties: { QueueName: { 'Fn::If': ['Gone', 'a', 'b'] } } } } },
      'Template error: unresolved condition dependency Gone in Fn::If',
    ],
    [
      'with two operands of Fn::If',
      { Conditions: { A: same }, Outputs: { O: { Value: { 'Fn::If': ['A', 'a'] } } } },
      'Template error: Fn::If requires a list argument with three elements',
    ],
  ])('%s is refused', (_, change, words) => {
    expect(() => requireConditions(template(change))).toThrow(words);
  });
});
