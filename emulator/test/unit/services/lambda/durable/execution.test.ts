import { describe, expect, test } from 'vitest';
import type { Execution } from '../../../../../core/invocation.ts';
import { DurableExecution } from '../../../../../services/lambda/durable/execution.ts';
import { Journal } from '../../../../../services/lambda/durable/journal.ts';
import type { OperationUpdate } from '../../../../../services/lambda/durable/operation.ts';
import type { Target } from '../../../../../services/lambda/store.ts';

function journal(): Journal {
  const ignore = () => undefined;
  const made = new Journal(() => 0, { onWait: ignore, onRetry: ignore, onInvoke: ignore });
  made.begin('execution', 'name', '{}');
  return made;
}

const update = (Id: string, change: Partial<OperationUpdate>): OperationUpdate => ({
  Id,
  Type: 'STEP',
  Action: 'START',
  ...change,
});

describe('the checkpoints of an execution', () => {
  test('a step that is to be tried again waits, becomes ready, and counts its tries', () => {
    const kept = journal();
    kept.apply([update('a', {})]);
    const [pending] = kept.apply([update('a', { Action: 'RETRY', StepOptions: { NextAttemptDelaySeconds: 5 } })]);
    expect(pending).toMatchObject({
      Status: 'PENDING',
      StepDetails: { Attempt: 1, NextAttemptTimestamp: new Date(5_000) },
    });
    kept.makeReady(pending!);
    expect(kept.hasNews).toBe(true);
    expect(kept.apply([update('a', {})])[0]).toMatchObject({ Status: 'STARTED' });
  });

  test.each([
    [true, ['execution', 'a', 'b']],
    [false, ['execution', 'a']],
  ])('what is within a finished context is kept only if it is to be replayed: %s', (ReplayChildren, ids) => {
    const kept = journal();
    kept.apply([update('a', { Type: 'CONTEXT' }), update('b', { ParentId: 'a' })]);
    kept.apply([
      update('b', { Action: 'SUCCEED', ParentId: 'a' }),
      update('a', { Type: 'CONTEXT', Action: 'SUCCEED', ContextOptions: { ReplayChildren } }),
    ]);
    expect(kept.operations.map(({ Id }) => Id)).toEqual(ids);
  });

  test('what Lambda has done is told once', () => {
    const kept = journal();
    const [invoke] = kept.apply([update('a', { Type: 'CHAINED_INVOKE', ChainedInvokeOptions: { FunctionName: 'f' } })]);
    kept.answer(invoke!, { Result: '1' });
    expect(kept.apply([])).toMatchObject([{ Id: 'a', Status: 'SUCCEEDED', ChainedInvokeDetails: { Result: '1' } }]);
    expect(kept.apply([])).toEqual([]);
  });

  test.each([
    ['a step that was not started', [update('a', { Action: 'SUCCEED' })], 'a was not started'],
    ['a second start', [update('a', {}), update('a', {})], 'a was started before'],
    [
      'more after the end',
      [update('a', {}), update('a', { Action: 'SUCCEED' }), update('a', { Action: 'FAIL' })],
      'over',
    ],
    ['a wait without its seconds', [update('a', { Type: 'WAIT' })], 'lacks its number of seconds'],
    ['more than 3,000 operations', Array.from({ length: 3_001 }, (_, n) => update(`s${n}`, {})), 'exceeded 3000'],
    [
      'more than 100 MB',
      Array.from({ length: 11 }, (_, n) => update(`s${n}`, { Payload: 'x'.repeat(1e7) })),
      'wrote more',
    ],
  ])('refused: %s', (_, updates, reason) => {
    expect(() => journal().apply(updates)).toThrow(reason);
  });
});

test('a checkpoint uses up its token, and an invocation that was given up has none', async () => {
  const target = {
    function: { arn: 'arn', durable: { executionTimeoutSeconds: 60 } },
    version: '1',
  } as unknown as Target;
  const events: { CheckpointToken: string }[] = [];
  const answers = [Promise.withResolvers<Execution>(), Promise.withResolvers<Execution>()];
  const execution = new DurableExecution(target, 'name', '{}', {
    clock: Date.now,
    executor: {
      run: (_, { payload }) => answers[events.push(JSON.parse(payload)) - 1]!.promise,
    },
    invoke: () => Promise.reject(new Error('nobody asked')),
  });
  const outcome = { timedOut: false, durationMs: 0, maxMemoryMb: 0, logTail: Buffer.alloc(0) };
  const first = events[0]!.CheckpointToken;
  const { token } = execution.checkpoint(first, []);
  expect(() => execution.checkpoint(first, [])).toThrow('Invalid Checkpoint Token');
  answers[0]!.resolve({ ...outcome, failed: true, payload: '{}' });
  while (events.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(() => execution.checkpoint(token, [])).toThrow('Invalid Checkpoint Token');
  expect(execution.checkpoint(events[1]!.CheckpointToken, []).operations).toEqual([]);
  answers[1]!.resolve({ ...outcome, failed: false, payload: '{"Status":"SUCCEEDED","Result":"7"}' });
  expect(await execution.closed).toMatchObject({ failed: false, payload: '7' });
  expect(execution.status).toBe('SUCCEEDED');
});
