import { expect, test } from 'vitest';
import { retry } from '../../../../functions/core/retry.ts';

/** Fails with these in turn, then succeeds. */
async function attempted(failures: string[], attempts: number) {
  const pauses: number[] = [];
  const told: string[] = [];
  let begun = 0;
  const result = retry<number, Error>(
    async () => {
      const failure = failures[begun++];
      if (failure !== undefined) throw new Error(failure);
      return begun;
    },
    {
      attempts,
      isTransient: ({ message }) => message !== 'permanent',
      onRetry: ({ message }) => told.push(message),
      backoffMs: (failed) => failed * 100,
      sleep: async (ms) => void pauses.push(ms),
    },
  );
  const outcome = await result.catch((error: Error) => error.message);
  return { outcome, begun, pauses, told };
}

test.each([
  ['success at once is not repeated', [], 3, { outcome: 1, pauses: [], told: [] }],
  ['a transient failure is', ['a', 'b'], 3, { outcome: 3, pauses: [100, 200], told: ['a', 'b'] }],
  ['the last failure is thrown', ['a', 'b', 'c'], 3, { outcome: 'c', begun: 3, pauses: [100, 200], told: ['a', 'b'] }],
  [
    'a permanent failure ends it',
    ['a', 'permanent'],
    3,
    { outcome: 'permanent', begun: 2, pauses: [100], told: ['a'] },
  ],
  ['a single attempt has no pause', ['a'], 1, { outcome: 'a', begun: 1, pauses: [], told: [] }],
] as const)('%s', async (_, failures, attempts, expected) => {
  expect(await attempted([...failures], attempts)).toMatchObject(expected);
});
