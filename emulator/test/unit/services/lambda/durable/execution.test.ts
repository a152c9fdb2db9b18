import { describe, expect, test } from 'vitest';
import type { Execution } from '../../../../../core/invocation.ts';
import { readDocument, writeDocument } from '../../../../../keeping/document.ts';
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

describe('an execution that was kept', () => {
  const target = {
    function: { arn: 'arn', durable: { executionTimeoutSeconds: 60 } },
    version: '1',
  } as unknown as Target;
  const outcome = { timedOut: false, durationMs: 0, maxMemoryMb: 0, logTail: Buffer.alloc(0), failed: false };
  const kept = ({ kept }: DurableExecution) => readDocument(writeDocument(kept)) as DurableExecution['kept'];

  interface Event {
    DurableExecutionArn: string;
    CheckpointToken: string;
    InitialExecutionState: { Operations: { Id: string; Status: string }[] };
  }

  /** Hands over what an invocation gets, and answers it when the test says so. */
  function services(now = 0) {
    const events: Event[] = [];
    const invoked: string[][] = [];
    const answer = Promise.withResolvers<Execution>();
    const made = {
      clock: () => now,
      executor: {
        run: (_: Target, { payload }: { payload: string }) => {
          events.push(JSON.parse(payload) as Event);
          return answer.promise;
        },
      },
      invoke: (_: Target, ...asked: string[]) => {
        invoked.push(asked);
        return new Promise<never>(() => undefined);
      },
    };
    return { ...made, events, invoked, answer };
  }

  test('goes on with its checkpoints: a wait ends at its time, and whom it has invoked it asks for again by the same name', async () => {
    const before = services();
    const first = new DurableExecution(target, 'name', '{"a":1}', before);
    first.checkpoint(before.events[0]!.CheckpointToken, [
      update('step', {}),
      update('step', { Action: 'SUCCEED', Payload: '1' }),
      update('wait', { Type: 'WAIT', WaitOptions: { WaitSeconds: 10 } }),
      update('invoke', { Type: 'CHAINED_INVOKE', ChainedInvokeOptions: { FunctionName: 'f' }, Payload: '2' }),
    ]);
    const state = kept(first);
    first.close();

    const after = services(11_000);
    const second = new DurableExecution(target, 'name', '{"a":1}', after, state);
    expect(second.arn).toBe(first.arn);
    expect(after.invoked).toEqual(before.invoked);
    expect(after.invoked[0]).toEqual(['f', '2', expect.any(String)]);
    await expect.poll(() => second.journal.operations.find(({ Id }) => Id === 'wait')!.Status).toBe('SUCCEEDED');
    expect(after.events[0]!.InitialExecutionState.Operations.map(({ Id, Status }) => `${Id} ${Status}`)).toEqual([
      expect.stringContaining('STARTED'),
      'step SUCCEEDED',
      'wait STARTED',
      'invoke STARTED',
    ]);
    after.answer.resolve({ ...outcome, payload: '{"Status":"SUCCEEDED","Result":"7"}' });
    expect(await second.closed).toMatchObject({ failed: false, payload: '7' });
  });

  test('is not run again when it had ended', async () => {
    const before = services();
    const first = new DurableExecution(target, 'name', '{}', before);
    before.answer.resolve({ ...outcome, payload: '{"Status":"SUCCEEDED","Result":"7"}' });
    await first.closed;
    const after = services();
    const second = new DurableExecution(target, 'name', '{}', after, kept(first));
    expect(await second.closed).toMatchObject({ failed: false, payload: '7' });
    expect(second.status).toBe('SUCCEEDED');
    expect(after.events).toEqual([]);
  });
});
