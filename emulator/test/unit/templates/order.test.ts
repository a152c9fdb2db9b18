import { describe, expect, test } from 'vitest';
import type { Template } from '../../../templates/intrinsics.ts';
import { chooser, type DeployOrder, dependencyGraph, inOrder, reversed } from '../../../templates/order.ts';

type Resources = Template['Resources'];

const chained: Resources = {
  Bucket: { Type: 'B', DependsOn: 'Policy', Properties: { x: [{ 'Fn::GetAtt': ['Queue', 'Arn'] }] } },
  Policy: { Type: 'P', Properties: { queue: { 'Fn::Sub': ['${Queue}${v}', { v: { Ref: 'Role' } }] } } },
  Queue: { Type: 'Q' },
  Role: { Type: 'R', DependsOn: ['Left'] },
  Left: { Type: 'L' },
};

function ordered(Resources: Resources, order: DeployOrder, stream = ''): string[] {
  const template = { Resources };
  return inOrder(dependencyGraph(template, Object.keys(Resources)), chooser(order, template, stream));
}

describe('an order', () => {
  test('has each resource after what it refers to or depends on, whatever is drawn', () => {
    for (let seed = 0; seed < 50; seed++) {
      const order = ordered(chained, seed);
      const isBefore = (one: string, other: string) => order.indexOf(one) < order.indexOf(other);
      expect(order).toHaveLength(5);
      expect([isBefore('Queue', 'Policy'), isBefore('Left', 'Role'), isBefore('Role', 'Policy')]).toEqual([
        true,
        true,
        true,
      ]);
      expect(order.at(-1)).toBe('Bucket');
    }
  });

  test('is the same for the same seed and stream, and any that is allowed comes up', () => {
    expect(ordered(chained, 7, 's')).toEqual(ordered(chained, 7, 's'));
    const drawn = new Set(Array.from({ length: 100 }, (_, seed) => ordered(chained, seed).join()));
    // Queue anywhere before Policy, Left before Role.
    expect(drawn.size).toBe(3);
  });

  test('may have any resource as early as it may be', () => {
    expect(ordered(chained, { first: 'Role' }).slice(0, 2)).toEqual(['Left', 'Role']);
    expect(ordered(chained, { first: 'Queue' })[0]).toBe('Queue');
  });

  test('for removal has the dependents first', () => {
    const template = { Resources: chained };
    const graph = reversed(dependencyGraph(template, Object.keys(chained)));
    const order = inOrder(graph, chooser(1, template, ''));
    expect(order.slice(0, 2)).toEqual(['Bucket', 'Policy']);
  });

  test.each([
    ['a circle', { A: { Type: 'A', DependsOn: 'B' }, B: { Type: 'B', Properties: { a: { Ref: 'A' } } } }, 'A → B → A'],
    ['an unknown dependency', { A: { Type: 'A', DependsOn: 'Z' } }, 'there is no resource Z'],
  ])('with %s between resources is refused', (_, Resources, message) => {
    expect(() => dependencyGraph({ Resources }, Object.keys(Resources))).toThrow(message);
  });
});

describe('at worst', () => {
  const talking: Resources = {
    Named: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'relay' } },
    Quiet: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
    Talker: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      DependsOn: 'Quiet',
      Properties: { FunctionName: 'relay', Qualifier: '$LATEST' },
    },
  };

  test('what speaks of another by text comes as soon as it may, before the other', () => {
    expect(ordered(talking, 'worst')).toEqual(['Quiet', 'Talker', 'Named']);
  });

  test('or what is spoken of comes as late as it may', () => {
    expect(ordered(talking, 'worst-mirrored')).toEqual(['Quiet', 'Talker', 'Named']);
  });
});
