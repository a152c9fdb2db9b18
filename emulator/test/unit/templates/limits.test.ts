import { describe, expect, test } from 'vitest';
import { templateStack } from '../../../templates/assembly.ts';
import { templateProblem } from '../../../templates/limits.ts';

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
