import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventFixture, eventNames, messageBodies } from '../../support/events.ts';
import {
  changeProperties,
  eventually,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts({
    // Lambda waits minutes between its tries.
    change: (stacks) => changeProperties(stacks, 'AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 }),
  });
  const objects: [string, string | Buffer][] = [
    ['README.md', 'readme'],
    ['LICENSE', 'licence'],
    ['with spaces.md', 'spaces'],
    ['1+1=2.md', 'plus'],
    ['100%2B sure.md', 'percent'],
    ['日本語/ファイル.json', '{}'],
    ['party 🎉.json', '{}'],
    ['empty.bin', Buffer.alloc(0)],
    ['64MiB.bin', Buffer.alloc(9 * 1024 ** 2)],
  ];
  for (const [Key, Body] of objects) await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body }));
  await world.cloud.settled();
});

afterAll(async () => {
  await world.cloud.settled();
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

const allDone = { batchItemFailures: [] };
const receipts = (...keys: string[]) => ({
  receipts: expect.toSatisfy((list: { source: { key: string } }[]) => {
    expect(list.map(({ source }) => source.key).toSorted()).toEqual(keys.toSorted());
    return true;
  }),
  failures: [],
});
const batch = (version: string, ...results: [taskId: string, resultCode: string, text: string][]) => ({
  invocationSchemaVersion: version,
  treatMissingKeysAs: 'PermanentFailure',
  invocationId: expect.any(String),
  results: results.map(([taskId, resultCode, text]) => ({
    taskId,
    resultCode,
    resultString: expect.stringContaining(text),
  })),
});

/** What `aws lambda invoke` answers to each fixture; `dead` counts the messages it adds to the dead-letter queue. */
const ANSWERS: Record<
  string,
  { payload?: unknown; error?: { errorType: string; errorMessage: unknown }; dead?: string[] }
> = {
  's3-put': { payload: allDone },
  's3-encoded-key': { payload: allDone },
  's3-zero-bytes': { payload: allDone },
  's3-two-records': { payload: allDone },
  's3-duplicate': { payload: allDone },
  's3-reordered': { payload: allDone },
  's3-multipart': { payload: allDone },
  's3-test-event': { payload: allDone },
  's3-missing-object': { payload: allDone, dead: ['SourceMissing'] },
  's3-one-bad-record': { payload: allDone, dead: ['BadEvent'] },
  's3-through-topic': { payload: allDone },
  's3-through-topic-raw': { payload: allDone },
  's3-wrong-bucket': { payload: allDone, dead: ['WrongBucket'] },
  's3-object-removed': { payload: allDone, dead: ['BadEvent'] },
  's3-broken-encoding': { payload: allDone, dead: ['BadEvent'] },
  'sqs-not-json': { payload: allDone, dead: ['BadEvent'] },
  'sqs-mixed-batch': { payload: allDone, dead: ['BadEvent'] },
  // What relay-large gives back to the queue, what a redrive brings back, and what it can't.
  'sqs-large-handed-back': { payload: allDone },
  'sqs-large-set-aside': { payload: allDone },
  'sqs-schedule-set-aside': { payload: allDone, dead: ['BadEvent'] },
  'event-bridge-created': { payload: allDone },
  'event-bridge-set-aside': { payload: allDone },
  'event-bridge-deleted': { payload: allDone, dead: ['BadEvent'] },
  'batch-operations-1.0': { payload: batch('1.0', ['dGFza2lkZ29lc2hlcmUK', 'Succeeded', 'incoming/with spaces.md']) },
  'batch-operations-2.0': { payload: batch('2.0', ['dGFza2lkZ29lc2hlcmUK', 'Succeeded', 'incoming/1+1=2.md']) },
  'batch-operations-failures': {
    payload: batch(
      '1.0',
      ['missing', 'PermanentFailure', 'SourceMissing: HeadObject on s3://'],
      ['broken', 'PermanentFailure', 'BadEvent: Expected a URL-encoded object key; got "100%.txt"'],
      ['fine', 'Succeeded', 'incoming/README.md'],
    ),
  },
  'batch-operations-unknown-schema': {
    payload: batch('3.0', ['only', 'PermanentFailure', 'Expected invocationSchemaVersion "1.0" or "2.0"']),
  },
  'manual-key': { payload: receipts('README.md') },
  'manual-keys': { payload: receipts('README.md', 'LICENSE', 'party 🎉.json') },
  'manual-route': { payload: receipts('README.md') },
  'manual-unknown-route': {
    error: { errorType: 'UnknownRoute', errorMessage: 'There is no route "nowhere"; the routes are "main".' },
  },
  'manual-missing-object': {
    error: {
      errorType: 'SourceMissing',
      errorMessage: expect.stringContaining('it was deleted before it could be relayed'),
    },
  },
  'manual-partly-missing': {
    payload: {
      receipts: [expect.objectContaining({ source: expect.objectContaining({ key: 'README.md' }) })],
      failures: [
        { key: 'never-uploaded.txt', failure: expect.objectContaining({ code: 'SourceMissing', retryable: false }) },
      ],
    },
  },
  'manual-misspelt': {
    error: { errorType: 'BadEvent', errorMessage: expect.stringContaining('Expected { "key": "…" }') },
  },
  'unknown-event': {
    error: {
      errorType: 'BadEvent',
      errorMessage: expect.stringContaining('Expected an SQS event, an S3 Batch Operations job'),
    },
  },
};

test('every fixture has its answer here', () => {
  expect(Object.keys(ANSWERS).toSorted()).toEqual(eventNames().toSorted());
});

describe('aws lambda invoke --payload file://events/…', () => {
  test.each(Object.entries(ANSWERS))('%s.json', async (name, { payload, error, dead = [] }) => {
    await drainDeadLetters();
    const answer = await world.invoke(eventFixture(name));
    if (error) {
      expect(answer.functionError).toBe('Unhandled');
      expect(answer.payload).toMatchObject(error);
    } else {
      expect(answer).toEqual({ functionError: undefined, payload });
    }
    expect(await drainDeadLetters()).toEqual(dead);
  });

  test.each([['null'], ['"text"'], ['7'], ['[]'], ['{}'], ['{"Records":[]}']])(
    '%s is refused by a sentence',
    async (json) => {
      const { functionError, payload } = await world.invoke(JSON.parse(json));
      expect(functionError).toBe('Unhandled');
      expect(payload).toMatchObject({ errorType: 'BadEvent' });
    },
  );
});

async function drainDeadLetters(): Promise<string[]> {
  const messages = await world.deadLetters();
  return messages.map(({ MessageAttributes }) => MessageAttributes?.['ErrorCode']?.StringValue ?? 'no code');
}

describe('nothing ends in silence', () => {
  const queueUrl = () => world.cloud.outputs('upload-relay-source')['QueueUrl']!;

  test('a bad message in the queue ends in the dead-letter queue, unchanged and with its reason', async () => {
    const [body] = messageBodies('sqs-not-json');
    await world.a.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: body }));
    const [message] = await eventually(async () => {
      const found = await world.deadLetters();
      return found.length > 0 && found;
    });
    expect(message!.Body).toBe(body);
    expect(message!.MessageAttributes).toMatchObject({
      ErrorCode: { StringValue: 'BadEvent' },
      ErrorMessage: { StringValue: 'Expected JSON in the message body; got "this is not JSON".' },
      OriginalMessageId: { StringValue: expect.any(String) },
    });
  });

  test('an asynchronous invocation that fails ends there as well', async () => {
    const Payload = Buffer.from(JSON.stringify(eventFixture('unknown-event')));
    await world.a.lambda.send(new InvokeCommand({ FunctionName: 'upload-relay', InvocationType: 'Event', Payload }));
    const [message] = await eventually(async () => {
      const found = await world.deadLetters();
      return found.length > 0 && found;
    });
    expect(JSON.parse(message!.Body!)).toMatchObject({
      requestPayload: { hello: 'world' },
      responsePayload: { errorType: 'BadEvent' },
    });
  });
});

test('the log tells what was relayed and what was not, and holds no credentials', async () => {
  await world.invoke(eventFixture('manual-key'));
  await world.invoke(eventFixture('s3-missing-object'));
  const log = world.cloud.logs.lines(RELAY_LOG_GROUP).join('\n');
  expect(log).toContain('"message":"relayed"');
  expect(log).toContain('"message":"not relayed, sent to the dead-letter queue"');
  expect(log).not.toMatch(
    /ASIA[A-Z0-9]{12}|AKIA[A-Z0-9]{12}|aws_?session_?token|secretAccessKey|X-Amz-Signature|Signature=/i,
  );
});
