import { describe, expect, test } from 'vitest';
import { RelayError } from '../../../../functions/core/errors.ts';
import { SourceObject } from '../../../../functions/core/source-object.ts';
import { isBatchJob, parseBatchJob, parseBatchTask } from '../../../../functions/request/batch-operations.ts';
import { decodeKey } from '../../../../functions/request/encoded-key.ts';
import { isManualEvent, parseManualEvent } from '../../../../functions/request/manual.ts';
import { messageBody } from '../../../../functions/request/message-body.ts';
import { isSqsEvent, parseMessageBody } from '../../../../functions/request/sqs-message.ts';
import { eventFixture, eventNames, messageBodies } from '../../../support/events.ts';
import { aPull, aRoute } from '../../../support/relay.ts';

const BUCKET = 'upload-relay-source-111111111111';
const CUSTOMER = aRoute({ name: 'customer', pull: aPull() });
const SOURCES = { sourceBucket: BUCKET, routes: [aRoute(), CUSTOMER] };

describe('every queue fixture says which keys it asks for', () => {
  test.each([
    ['s3-put', [['README.md']]],
    [
      's3-encoded-key',
      [['with spaces.md'], ['1+1=2.md'], ['100%2B sure.md'], ['日本語/ファイル.json'], ['party 🎉.json']],
    ],
    ['s3-zero-bytes', [['empty.bin']]],
    ['s3-two-records', [['README.md', 'LICENSE']]],
    ['s3-through-topic', [['README.md']]],
    ['s3-through-topic-raw', [['README.md']]],
    ['s3-duplicate', [['README.md'], ['README.md']]],
    ['s3-reordered', [['README.md'], ['README.md']]],
    ['s3-multipart', [['64MiB.bin']]],
    ['s3-missing-object', [['never-uploaded.txt']]],
    ['s3-test-event', [[]]],
    ['event-bridge-created', [['1+1=2.md']]],
    ['event-bridge-set-aside', [['1+1=2.md']]],
  ])('%s', (name, keys) => {
    expect(isSqsEvent(eventFixture(name))).toBe(true);
    const requests = messageBodies(name).map((body) => parseMessageBody(body, SOURCES));
    expect(requests.map((each) => each.map(({ source }) => source.key))).toEqual(keys);
    for (const { source } of requests.flat()) expect(source.bucket).toBe(BUCKET);
  });
});

test('a message of the relay’s own names the key as it is, the route, and how often it was begun', () => {
  const body = JSON.stringify({ key: 'a+b c', route: 'main', attempts: 2 });
  expect(parseMessageBody(body, SOURCES)).toEqual([
    { source: new SourceObject(BUCKET, 'a+b c'), routeName: 'main', attempts: 2 },
  ]);
});

test('a message for a route that pulls is about the bucket that it pulls from', () => {
  const body = JSON.stringify({ key: 'a', route: 'customer' });
  expect(parseMessageBody(body, SOURCES)[0]!.source).toEqual(new SourceObject('customers', 'a'));
});

test('without a bucket of the relay’s own, a request must name its route', () => {
  const ask = () => parseManualEvent({ key: 'a' }, { routes: [CUSTOMER] });
  expect(ask).toThrow('This relay has no bucket of its own, so the route must be named; the routes are "customer".');
});

test('a message of the relay’s own takes every character of a key, although SQS does not', () => {
  const key = 'tab\t newline\n nul\0 \ufffe\uffff 日本 🎉';
  const body = messageBody({ key, route: 'main' });
  expect(body).not.toMatch(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  expect(parseMessageBody(body, SOURCES)[0]!.source.key).toBe(key);
});

test('what an event knows of the version is kept as a hint', () => {
  const [newer] = messageBodies('s3-reordered').flatMap((body) => parseMessageBody(body, SOURCES));
  expect(newer!.hint).toEqual({
    versionId: 'newer',
    eTag: 'd41d8cd98f00b204e9800998ecf8427e',
    sequencer: '0055AED6DCD90281E6',
    time: '2026-01-15T09:30:00.000Z',
    sizeBytes: 1024,
  });
  const [bridged] = messageBodies('event-bridge-created').flatMap((body) => parseMessageBody(body, SOURCES));
  expect(bridged!.hint).toMatchObject({
    eTag: 'd41d8cd98f00b204e9800998ecf8427e',
    sequencer: '0055AED6DCD90281E5',
    time: '2026-01-15T09:30:00Z',
  });
});

describe('a message that asks for nothing we know fails with a sentence that says what was expected', () => {
  test.each([
    ['s3-object-removed', 'Expected an S3 event notification .*"ObjectCreated:\\*"; got "ObjectRemoved:Delete"'],
    ['s3-broken-encoding', 'Expected a URL-encoded object key; got "100%.txt"'],
    ['sqs-not-json', 'Expected JSON in the message body; got "this is not JSON"'],
    ['event-bridge-deleted', 'detail-type "Object Created" \\(field "detail-type": .*\\); got .*Object Deleted'],
  ])('%s', (name, sentence) => {
    const [body] = messageBodies(name);
    const failure = thrownBy(() => parseMessageBody(body!, SOURCES));
    expect(failure).toMatchObject({ code: 'BadEvent', retryable: false });
    expect(failure.message).toMatch(new RegExp(sentence));
  });

  test.each([
    ['null', 'null'],
    ['a number', '7'],
    ['an empty list of records', '{"Records":[]}'],
    ['records of another service', '{"Records":[{"eventSource":"aws:sns"}]}'],
    [
      'a record without a key',
      JSON.stringify({
        Records: [
          { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'abc' }, object: {} } },
        ],
      }),
    ],
    ['a prototype trick', '{"__proto__":{"Records":[]}}'],
  ])('%s', (_, body) => {
    expect(thrownBy(() => parseMessageBody(body, SOURCES))).toMatchObject({ code: 'BadEvent', retryable: false });
  });

  test('a huge body is quoted only in part', () => {
    const { message } = thrownBy(() => parseMessageBody(JSON.stringify({ junk: 'x'.repeat(100_000) }), SOURCES));
    expect(message.length).toBeLessThan(500);
    expect(message).toContain('100011 characters');
  });
});

describe('keys are decoded once', () => {
  test.each([
    ['a+b', 'a b'],
    ['a%2Bb', 'a+b'],
    ['a%252Bb', 'a%2Bb'],
    ['a%20b', 'a b'],
    ['%E6%97%A5', '日'],
    ['%F0%9F%8E%89', '🎉'],
    ['a/b//c', 'a/b//c'],
    ['..%2F..%2Fetc', '../../etc'],
    ['%00', '\0'],
  ])('%s → %s', (encoded, key) => expect(decodeKey(encoded)).toBe(key));

  test.each(['%', '%E6', '%zz', '%C3%28'])('%s is refused', (encoded) => {
    expect(thrownBy(() => decodeKey(encoded)).code).toBe('BadEvent');
  });
});

describe('batch jobs', () => {
  test.each([
    ['batch-operations-1.0', 'with spaces.md'],
    ['batch-operations-2.0', '1+1=2.md'],
  ])('%s', (name, key) => {
    const event = eventFixture(name);
    expect(isBatchJob(event)).toBe(true);
    const job = parseBatchJob(event);
    expect(parseBatchTask(job, job.tasks[0])).toEqual({ source: new SourceObject(BUCKET, key) });
  });

  test('an unknown schema names the two that are known', () => {
    const job = parseBatchJob(eventFixture('batch-operations-unknown-schema'));
    const failure = thrownBy(() => parseBatchTask(job, job.tasks[0]));
    expect(failure.message).toBe('Expected invocationSchemaVersion "1.0" or "2.0"; got "3.0".');
  });
});

describe('invoked by hand', () => {
  test.each([
    ['manual-key', [{ key: 'README.md' }]],
    ['manual-keys', [{ key: 'README.md' }, { key: 'LICENSE' }, { key: 'party 🎉.json' }]],
    ['manual-route', [{ key: 'README.md', routeName: 'main' }]],
  ])('%s', (name, expected) => {
    const event = eventFixture(name);
    expect(isManualEvent(event)).toBe(true);
    const requests = parseManualEvent(event, SOURCES);
    expect(requests.map(({ source, routeName }) => ({ key: source.key, routeName }))).toEqual(
      expected.map((each) => ({ routeName: undefined, ...each })),
    );
  });

  test.each([
    ['a misspelt field', eventFixture('manual-misspelt')],
    ['an empty key', { key: '' }],
    ['no keys', { keys: [] }],
    ['a number as key', { keys: ['a', 7] }],
  ])('%s is refused', (_, event) => {
    expect(thrownBy(() => parseManualEvent(event, SOURCES))).toMatchObject({ code: 'BadEvent', retryable: false });
  });
});

test('each fixture goes through one door and no other', () => {
  for (const name of eventNames()) {
    const event = eventFixture(name);
    const doors = [isSqsEvent(event), isBatchJob(event), isManualEvent(event)].filter(Boolean).length;
    expect(`${name}: ${doors}`).toBe(`${name}: ${name === 'unknown-event' ? 0 : 1}`);
  }
});

test.each([[null], [undefined], ['text'], [7], [[[]]]])('%j goes through no door', (event) => {
  expect([isSqsEvent(event), isBatchJob(event), isManualEvent(event)]).toEqual([false, false, false]);
});

function thrownBy(action: () => unknown): RelayError {
  try {
    action();
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
