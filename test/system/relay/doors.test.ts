import { InvokeCommand } from '@aws-sdk/client-lambda';
import { ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventFixture, eventNames, messageBodies } from '../../support/events.ts';
import {
  changeProperties,
  DESTINATION_BUCKET,
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
      errorMessage: expect.stringContaining(
        'There is no such object; was it deleted before its turn (deletes do not travel), or is the key mistyped?',
      ),
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

const EXPECTED = 'Expected { "key": "…" } or { "keys": ["…"] }, optionally with "route"';
const HALF = String.fromCharCode(0xd800);
const LONG = `é${'x'.repeat(1_023)}`;

describe('what a person may get wrong is answered by one sentence, and nothing is begun', () => {
  test.each<[unknown, string, string]>([
    [{ keys: 'a' }, 'BadEvent', `${EXPECTED} (field "keys": must be a list of texts; it is "a"); got {"keys":"a"}.`],
    [{ keys: [] }, 'BadEvent', `${EXPECTED} (field "keys": must not be empty; it is []); got {"keys":[]}.`],
    [{ key: '' }, 'BadEvent', `${EXPECTED} (field "key": must not be empty; it is ""); got {"key":""}.`],
    [{ key: 7 }, 'BadEvent', `${EXPECTED} (field "key": must be a text; it is 7); got {"key":7}.`],
    [{ key: null }, 'BadEvent', `${EXPECTED} (field "key": must be a text; it is null); got {"key":null}.`],
    [{ keys: [7] }, 'BadEvent', `${EXPECTED} (field "keys.0": must be a text; it is 7); got 7.`],
    [
      { key: 'a', keys: ['b'] },
      'BadEvent',
      `${EXPECTED} (fields "key" and "keys": there must be one of them); got {"key":"a","keys":["b"]}.`,
    ],
    [
      { key: 'a', rout: 'main' },
      'BadEvent',
      `${EXPECTED} (field "rout" is not known; did you mean "route"?); got {"key":"a","rout":"main"}.`,
    ],
    [
      { key: 'a', route: 7 },
      'BadEvent',
      `${EXPECTED} (field "route": must be a text; it is 7); got {"key":"a","route":7}.`,
    ],
    [
      { kyes: ['a'] },
      'BadEvent',
      'Expected an SQS event, an S3 Batch Operations job, { "key": "…" } or { "keys": ["…"] } (field "kyes" is not known; did you mean "keys"?); got {"kyes":["a"]}.',
    ],
    [
      { key: `a${HALF}b` },
      'BadEvent',
      'The key "a\\ud800b" has half a character, the unpaired surrogate \\ud800 at position 2: UTF-8 cannot hold it, so no object of S3 has this key.',
    ],
    [
      { key: LONG },
      'KeyTooLong',
      `The key "é${'x'.repeat(99)}…" has 1025 bytes, and S3 takes 1024, so there is no such object; is the key mistyped?`,
    ],
    [
      { key: LONG.slice(0, -1) },
      'KeyTooLong',
      'With the prefix "incoming/" of route "main" the key has 1033 bytes, and S3 takes 1024. Shorten the key or the prefix.',
    ],
  ])('%j', async (event, errorType, errorMessage) => {
    const { functionError, payload } = await world.invoke(event);
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType, errorMessage });
    expect((payload as { trace: string[] }).trace.join('\n')).not.toMatch(/^ +at /m);
  });

  test('more keys than one invocation can answer for: it says how many it takes, and who takes more', async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `a/${index}`);
    const { payload } = await world.invoke({ keys });
    const { errorType, errorMessage } = payload as { errorType: string; errorMessage: string };
    expect(errorType).toBe('TooManyKeys');
    expect(errorMessage).toContain('Nothing was begun.');
    expect(errorMessage).toContain('upload-relay-replay:live with {"prefix":"a/","only":"all"}');
    expect(await world.ledgerItem('a/0')).toBeUndefined();
    const most = Number(/takes (\d+) of them at most/.exec(errorMessage)?.[1]);
    expect(most).toBeGreaterThan(1_000);
    expect(errorMessage).toContain(`Field "keys" has 10000 different keys`);
  });

  test('equal keys are one: it is relayed once, and answered once', async () => {
    const before = await copiesOf('LICENSE');
    const { payload } = await world.invoke({ keys: Array(10_000).fill('LICENSE') });
    expect(payload).toMatchObject(receipts('LICENSE'));
    expect(await copiesOf('LICENSE')).toBe(before + 1);
  });

  test('where nothing could be relayed, each key is named with its reason', async () => {
    const { functionError, payload } = await world.invoke({ keys: ['no/such', '', LONG] });
    expect(functionError).toBe('Unhandled');
    const { errorMessage } = payload as { errorMessage: string };
    expect(errorMessage).toMatch(/^None of the 3 keys could be relayed\./);
    expect(errorMessage).toMatch(/"no\/such": SourceMissing, .* or is the key mistyped\?/);
    expect(errorMessage).toContain('field "keys.1": must not be empty; it is ""');
    expect(errorMessage).toContain('"éxxx');
  });
});

describe('a key that no object can have is permanent', () => {
  test.each([
    [`half ${HALF}`, 'BadEvent'],
    [LONG, 'KeyTooLong'],
  ])('by the queue and by a batch job: %j', async (key, code) => {
    await drainDeadLetters();
    const detail = { bucket: { name: SOURCE_BUCKET }, object: { key } };
    const body = JSON.stringify({ source: 'aws.s3', 'detail-type': 'Object Created', detail });
    for (const each of [body, JSON.stringify({ key })]) {
      await world.invoke({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', receiptHandle: 'r', body: each }] });
      expect(await drainDeadLetters()).toEqual([code]);
    }
    const tasks = [{ taskId: 't', s3Key: key, s3Bucket: SOURCE_BUCKET }];
    const { payload } = await world.invoke({ invocationSchemaVersion: '2.0', invocationId: 'i', tasks });
    expect(payload).toEqual(batch('2.0', ['t', 'PermanentFailure', `${code}: The key`]));
  });
});

async function copiesOf(key: string): Promise<number> {
  const Prefix = `incoming/${key}`;
  const command = new ListObjectVersionsCommand({ Bucket: DESTINATION_BUCKET, Prefix });
  return (await world.b.s3.send(command)).Versions?.length ?? 0;
}

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
