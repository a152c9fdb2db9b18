import { describe, expect, test } from 'vitest';
import { Queue } from '../../../../../services/sqs/state/queue.ts';
import type { QueueSettings } from '../../../../../services/sqs/state/queue-settings.ts';

const SENDER = 'AIDAEXAMPLE';
const START = Date.parse('2026-01-02T03:04:05.678Z');

function setUp(settings: Partial<QueueSettings> = {}) {
  const time = { now: START };
  const clock = () => time.now;
  const make = (name: string, more: Partial<QueueSettings> = {}, deadLetterQueue?: Queue) =>
    new Queue({ account: '111111111111', region: 'us-east-1', name, ...more }, clock, deadLetterQueue);
  const queue = make('uploads', settings);
  const receiveOne = async (from = queue) => (await from.receive({ maxMessages: 1 }))[0];
  return { time, make, queue, receiveOne, pass: (seconds: number) => (time.now += seconds * 1000) };
}

describe('visibility', () => {
  test('a received message is hidden until its visibility timeout ends, and then comes with a new handle', async () => {
    const { queue, receiveOne, pass } = setUp({ visibilityTimeoutSeconds: 30 });
    queue.send({ body: 'a' }, SENDER);
    const first = await receiveOne();
    pass(29.999);
    expect(await receiveOne()).toBeUndefined();
    pass(0.001);
    const second = await receiveOne();
    expect(second).toMatchObject({ messageId: first?.messageId, attributes: { ApproximateReceiveCount: '2' } });
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
  });

  test('a handle still deletes after its timeout, but no longer once the message has been received again', async () => {
    const { queue, receiveOne, pass } = setUp();
    queue.send({ body: 'a' }, SENDER);
    const stale = await receiveOne();
    pass(31);
    const latest = await receiveOne();
    queue.delete(stale!.receiptHandle);
    pass(31);
    expect(queue.counts().visible).toBe(1);
    queue.delete(latest!.receiptHandle);
    expect(queue.counts()).toEqual({ visible: 0, notVisible: 0, delayed: 0 });
    expect(() => queue.delete(latest!.receiptHandle)).not.toThrow();
  });

  test.each(['', 'nonsense', Buffer.from('some-queue a b').toString('base64')])(
    'what is no handle of the queue is refused: %j',
    (handle) => {
      const { queue } = setUp();
      const refusal = { name: 'ReceiptHandleIsInvalid', status: 404 };
      expect(() => queue.delete(handle)).toThrow(expect.objectContaining(refusal));
      expect(() => queue.changeVisibility(handle, 0)).toThrow(expect.objectContaining(refusal));
    },
  );

  test('a consumer may keep a message longer, or hand it back at once', async () => {
    const { queue, receiveOne, pass } = setUp({ visibilityTimeoutSeconds: 30 });
    queue.send({ body: 'a' }, SENDER);
    const { receiptHandle } = (await receiveOne())!;
    pass(20);
    queue.changeVisibility(receiptHandle, 30);
    pass(29);
    expect(await receiveOne()).toBeUndefined();
    queue.changeVisibility(receiptHandle, 0);
    expect(await receiveOne()).toBeDefined();
  });

  test('visibility can be changed only in flight, and not beyond 12 hours from the receive', async () => {
    const { queue, receiveOne, pass } = setUp({ visibilityTimeoutSeconds: 60 });
    queue.send({ body: 'a' }, SENDER);
    const { receiptHandle } = (await receiveOne())!;
    pass(10);
    expect(() => queue.changeVisibility(receiptHandle, 43_200)).toThrow(/beyond the limit \[43200 seconds\]/);
    expect(() => queue.changeVisibility(receiptHandle, 43_201)).toThrow(/Must be between 0 and 43200/);
    pass(50);
    expect(() => queue.changeVisibility(receiptHandle, 10)).toThrow(/not available for visibility timeout change/);
  });
});

describe('delay and retention', () => {
  test('a delayed message is not in flight, only not there yet', async () => {
    const { queue, receiveOne, pass } = setUp({ delaySeconds: 10 });
    queue.send({ body: 'late' }, SENDER);
    queue.send({ body: 'now', delaySeconds: 0 }, SENDER);
    expect(queue.counts()).toEqual({ visible: 1, notVisible: 0, delayed: 1 });
    expect((await receiveOne())?.body).toBe('now');
    expect(queue.counts()).toEqual({ visible: 0, notVisible: 1, delayed: 1 });
    pass(10);
    expect((await receiveOne())?.body).toBe('late');
  });

  test('a message that outlives the retention period is gone', async () => {
    const { queue, receiveOne, pass } = setUp({ messageRetentionSeconds: 60 });
    queue.send({ body: 'a' }, SENDER);
    pass(60);
    expect(await receiveOne()).toBeUndefined();
  });
});

describe('dead-letter queue', () => {
  async function exhausted() {
    const context = setUp();
    const dead = context.make('uploads-dead');
    const redrive = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
    const queue = context.make('uploads', { redrive, visibilityTimeoutSeconds: 30 }, dead);
    const { messageId } = queue.send({ body: 'poison' }, SENDER);
    for (let receive = 1; receive <= 2; receive += 1) {
      expect(await context.receiveOne(queue)).toMatchObject({ messageId });
      context.pass(30);
    }
    return { ...context, queue, dead, messageId };
  }

  test('the receive that would exceed maxReceiveCount moves the message instead of returning it', async () => {
    const { queue, dead, messageId, receiveOne } = await exhausted();
    expect(dead.counts().visible).toBe(0);
    expect(await receiveOne(queue)).toBeUndefined();
    expect(queue.counts()).toEqual({ visible: 0, notVisible: 0, delayed: 0 });
    expect(await receiveOne(dead)).toMatchObject({
      messageId,
      body: 'poison',
      attributes: {
        SenderId: SENDER,
        SentTimestamp: String(START),
        ApproximateReceiveCount: '3',
        DeadLetterQueueSourceArn: queue.arn,
      },
    });
  });

  test('dead letters do not use up the room of a batch', async () => {
    const { queue } = await exhausted();
    queue.send({ body: 'sound' }, SENDER);
    expect((await queue.receive({ maxMessages: 1 })).map(({ body }) => body)).toEqual(['sound']);
  });

  test('a handle of the source does not delete the dead letter', async () => {
    const { queue, dead, pass, receiveOne } = await exhausted();
    queue.send({ body: 'other' }, SENDER);
    const { receiptHandle } = (await receiveOne(queue))!;
    pass(30);
    expect(() => dead.delete(receiptHandle)).toThrow(expect.objectContaining({ name: 'ReceiptHandleIsInvalid' }));
    expect(dead.counts().visible).toBe(1);
  });
});

describe('long polling', () => {
  test('a waiting receive gets a message as soon as it is sent', async () => {
    const { queue } = setUp({ receiveWaitTimeSeconds: 20 });
    const waiting = queue.receive({ maxMessages: 10 });
    queue.send({ body: 'a' }, SENDER);
    expect((await waiting).map(({ body }) => body)).toEqual(['a']);
  });

  test('two waiting consumers never get the same message', async () => {
    const { queue } = setUp();
    const waiting = [1, 2].map(() => queue.receive({ maxMessages: 1, waitTimeSeconds: 20 }));
    queue.send({ body: 'a' }, SENDER);
    queue.send({ body: 'b' }, SENDER);
    expect((await Promise.all(waiting)).flat().map(({ body }) => body)).toEqual(['a', 'b']);
  });

  test('a message whose timeout ends while a consumer waits is handed over', async () => {
    const { queue, receiveOne, pass } = setUp();
    queue.send({ body: 'a' }, SENDER);
    await receiveOne();
    const waiting = queue.receive({ maxMessages: 1, waitTimeSeconds: 20 });
    pass(30);
    expect(await waiting).toHaveLength(1);
  });

  test('abort and close end the waiting with nothing, and what comes later is not lost', async () => {
    const { queue } = setUp();
    const abort = new AbortController();
    const aborted = queue.receive({ maxMessages: 1, waitTimeSeconds: 20, signal: abort.signal });
    abort.abort();
    expect(await aborted).toEqual([]);
    expect(await queue.receive({ maxMessages: 1, waitTimeSeconds: 20, signal: abort.signal })).toEqual([]);
    const closed = queue.receive({ maxMessages: 1, waitTimeSeconds: 20 });
    queue.close();
    expect(await closed).toEqual([]);
    queue.send({ body: 'a' }, SENDER);
    expect(queue.counts().visible).toBe(1);
  });
});

test('a queue is purged once a minute', () => {
  const { queue, pass } = setUp();
  queue.send({ body: 'a' }, SENDER);
  queue.purge();
  expect(queue.counts().visible).toBe(0);
  expect(() => queue.purge()).toThrow(/Only one PurgeQueue operation on uploads is allowed every 60 seconds/);
  pass(60);
  expect(() => queue.purge()).not.toThrow();
});

test.each([
  ['MaxNumberOfMessages', { maxMessages: 0 }],
  ['MaxNumberOfMessages', { maxMessages: 11 }],
  ['VisibilityTimeout', { maxMessages: 1, visibilityTimeoutSeconds: -1 }],
  ['WaitTimeSeconds', { maxMessages: 1, waitTimeSeconds: 21 }],
])('a receive with %s out of range is refused: %j', async (parameter, options) => {
  const { queue } = setUp();
  await expect(queue.receive(options)).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: expect.stringContaining(`for parameter ${parameter} is invalid`),
  });
});

test.each<[string, Partial<QueueSettings>]>([
  ['alphanumeric', { name: 'uploads.fifo' }],
  ['VisibilityTimeout', { visibilityTimeoutSeconds: 43_201 }],
  ['MessageRetentionPeriod', { messageRetentionSeconds: 59 }],
  ['ReceiveMessageWaitTimeSeconds', { receiveWaitTimeSeconds: 21 }],
  ['DelaySeconds', { delaySeconds: 901 }],
  ['MaximumMessageSize', { maximumMessageSizeBytes: 1_048_577 }],
  [
    'maxReceiveCount',
    { redrive: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:111111111111:dead', maxReceiveCount: 0 } },
  ],
])('a queue with a bad %s is not made', (word, settings) => {
  expect(() => setUp(settings)).toThrow(word);
});
