import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readForm } from '../../../protocols/query-form.ts';

describe('a form', () => {
  const shape = z.strictObject({ Tags: z.array(z.strictObject({ Key: z.string() })).optional(), Name: z.string() });

  test('holds lists by their numbers, not by their order', () => {
    const form = new URLSearchParams('Action=A&Version=1&Name=n&Tags.member.10.Key=b&Tags.member.2.Key=a');
    expect(readForm('A', form, shape)).toEqual({ Name: 'n', Tags: [{ Key: 'a' }, { Key: 'b' }] });
  });

  test.each([
    ['Name=n&Other=1', 'A is refused: Unrecognized key: "Other"'],
    ['Name=n&Tags.member.1.Value=v', 'A is refused: Tags: 0: Key'],
    ['Tags.member.1.Key=v', 'A is refused: Name: '],
  ])('%s is refused by name', (query, problem) => {
    expect(() => readForm('A', new URLSearchParams(query), shape)).toThrow(problem);
  });
});
