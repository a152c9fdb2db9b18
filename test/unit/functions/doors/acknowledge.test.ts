import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { earlyAcknowledgement } from '../../../../functions/doors/acknowledge.ts';
import type { Invocation } from '../../../../functions/invocation/invocation.ts';

let deleted: string[];

beforeEach(() => {
  vi.useFakeTimers();
  deleted = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const message = (receiptHandle: string, receives = 1) =>
  ({ receiptHandle, attributes: { ApproximateReceiveCount: String(receives) } }) as SQSRecord;
const batchOf = (size: number) => Array.from({ length: size }, (_, nth) => message(String(nth)));

function invocation(answer: () => Promise<unknown> = async () => ({})): Invocation {
  const send = (command: { input: { ReceiptHandle: string } }) => {
    deleted.push(command.input.ReceiptHandle);
    return answer();
  };
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return { config: { queueUrl: 'q' }, clients: { sqs: { send } }, logger, reports: [] } as unknown as Invocation;
}

test('a quick batch is left to Lambda, which acknowledges it for nothing', async () => {
  const acknowledgement = earlyAcknowledgement(invocation(), batchOf(3));
  for (const handle of ['a', 'b', 'c']) await acknowledgement.done(message(handle));
  acknowledgement.close();
  vi.advanceTimersByTime(60_000);
  expect(deleted).toEqual([]);
});

test('while one object is slow, the others are acknowledged: those finished, and then each as it finishes', async () => {
  const acknowledgement = earlyAcknowledgement(invocation(), batchOf(4));
  await acknowledgement.done(message('a'));
  vi.advanceTimersByTime(4_999);
  expect(deleted).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(deleted).toEqual(['a']);
  await acknowledgement.done(message('b'));
  expect(deleted).toEqual(['a', 'b']);
});

test('where one was handed out before, at which its receiver may have died, each is acknowledged as it finishes, and once', async () => {
  const acknowledgement = earlyAcknowledgement(invocation(), [message('a'), message('b'), message('deadly', 2)]);
  await acknowledgement.done(message('a'));
  await acknowledgement.done(message('b'));
  vi.advanceTimersByTime(60_000);
  expect(deleted).toEqual(['a', 'b']);
});

test('the last of a batch is left to Lambda: the answer comes at once', async () => {
  const acknowledgement = earlyAcknowledgement(invocation(), batchOf(1));
  vi.advanceTimersByTime(5_000);
  await acknowledgement.done(message('a'));
  expect(deleted).toEqual([]);
});

test('a refused acknowledgement does no harm', async () => {
  const acknowledgement = earlyAcknowledgement(
    invocation(() => Promise.reject(new Error('no'))),
    batchOf(2),
  );
  vi.advanceTimersByTime(5_000);
  await acknowledgement.done(message('a'));
  expect(deleted).toEqual(['a']);
});
