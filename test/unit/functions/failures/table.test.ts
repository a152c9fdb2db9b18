import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { failureRow } from '../../../../functions/failures/classify.ts';
import { bareCode } from '../../../../functions/failures/codes.ts';
import type { Side } from '../../../../functions/failures/failure.ts';
import { FAILURES, TRANSIENT } from '../../../../functions/failures/table.ts';
import { KMS_CODES, S3_CODES, STS_CODES } from './documented-codes.ts';

const answer = (name: string, status: number) =>
  Object.assign(new Error('words'), { name, $metadata: { httpStatusCode: status } });

describe('every code that AWS documents is in a row on purpose', () => {
  const documented: [Side, string, number][] = [
    ...Object.entries(S3_CODES).flatMap(([code, status]): [Side, string, number][] => [
      ['source', code, status],
      ['destination', code, status],
    ]),
    ...Object.entries(STS_CODES).map(([code, status]): [Side, string, number] => ['session', code, status]),
    ...KMS_CODES.flatMap((code): [Side, string, number][] => [
      ['source', `KMS.${code}`, 400],
      ['destination', `KMS.${code}`, 400],
    ]),
  ];

  test.each(documented)('on the side of the %s: %s', (side, name, status) => {
    const { codes } = failureRow(answer(name, status), side);
    const bare = bareCode(name);
    expect(codes?.includes(bare) || codes?.includes(bare.replace('KMS.', ''))).toBe(true);
    // Its status must not be what put it there.
    expect(failureRow(answer(name, 299), side).codes).toBe(codes);
  });

  test('and in one row of a side only', () => {
    for (const side of ['source', 'destination', 'session'] as const) {
      const rows = FAILURES.filter((row) => (row.side === side || row.side === 'either') && !row.refusedAction);
      const codes = rows.flatMap((row) => row.codes ?? []);
      expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    }
  });
});

describe('no failure gets the advice of another cause', () => {
  const adviceOf = (side: Side, name: string, status = 400) => failureRow(answer(name, status), side);

  test('only what may be about a customer’s key is told so', () => {
    const told = Object.keys(S3_CODES).filter((code) => adviceOf('source', code).advice.includes('SSE-C'));
    expect(told.toSorted()).toEqual(['InvalidRequest']);
  });

  test.each(['source', 'destination'] as const)('a key that is too long, at the %s', (side) => {
    expect(adviceOf(side, 'KeyTooLongError')).toMatchObject({ code: 'KeyTooLong', retryable: false });
    expect(adviceOf(side, 'KeyTooLongError').advice).toMatch(/^A key has 1,024 bytes at most/);
  });

  test('an object that isn’t there may have been deleted, or its key be mistyped', () => {
    for (const code of ['NoSuchKey', 'NotFound', 'NoSuchVersion'])
      expect(adviceOf('source', code, 404).advice).toMatch(
        /^There is no such object; was it deleted .* or is the key mistyped\?$/,
      );
  });

  test('only a refused policy is told to be shortened', () => {
    const told = Object.keys(STS_CODES).filter((code) => adviceOf('session', code).advice.includes('shorten'));
    expect(new Set(told.map(bareCode))).toEqual(new Set(['MalformedPolicyDocument', 'PackedPolicyTooLarge']));
  });

  test.each(['source', 'destination'] as const)('no bucket is blamed for what isn’t there at the %s', (side) => {
    const rows = Object.keys(S3_CODES).map((code) => [code, adviceOf(side, code)] as const);
    const bucketless = rows.filter(([, { code }]) => code === 'BucketMissing').map(([code]) => code);
    expect(bucketless.every((code) => /Bucket|AccessPoint|MultiRegion/.test(code))).toBe(true);
  });
});

test.each(['source', 'destination', 'session', 'either'] as const)('the runbook has each row of side %s', (side) => {
  const runbook = readFileSync(new URL('../../../../docs/runbook.md', import.meta.url), 'utf8');
  const rows = [...FAILURES, TRANSIENT].filter((row) => row.side === side);
  expect(rows.length).toBeGreaterThan(2);
  const lines = rows.map(({ when, code, retryable, advice }) => {
    const givenUp = code === 'AlreadyThere' ? 'recorded' : 'dead-letter queue';
    return `- **${when}**: \`${code}\`, ${retryable ? 'retried' : givenUp}. ${advice}`;
  });
  expect(runbook).toContain(`\n\n${lines.join('\n')}\n`);
});
