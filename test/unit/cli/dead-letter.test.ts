/** The key, route and reason of every kind of message that may lie in the dead-letter queue. */
import { readFileSync } from 'node:fs';
import type { Message } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { readDeadLetter } from '../../../cli/dead-letter.ts';
import { aRoute } from '../../support/relay.ts';

const BUCKET = 'upload-relay-source-111111111111';
const TOLD = {
  sourceBucket: BUCKET,
  routes: [aRoute(), aRoute({ name: 'archive', filter: { prefix: 'a/', suffix: '' } })],
};

const read = (Body: string, MessageAttributes: Message['MessageAttributes'] = {}) =>
  readDeadLetter({ Body, MessageAttributes, Attributes: { SentTimestamp: '1768469400000' } }, TOLD);

/** An example of events/: the body of its first message, or the event itself. */
function bodyOf(name: string): string {
  const text = readFileSync(new URL(`../../../events/${name}.json`, import.meta.url), 'utf8');
  const [record] = (JSON.parse(text) as Partial<SQSEvent>).Records ?? [];
  return record?.body ?? text;
}

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** As Lambda sends of an invocation that failed. */
const failed = (functionName: string, requestPayload: unknown, responsePayload?: unknown) =>
  JSON.stringify({
    version: '1.0',
    requestContext: {
      functionArn: `arn:aws:lambda:us-east-1:111111111111:function:${functionName}:live`,
      condition: 'RetriesExhausted',
    },
    requestPayload,
    responsePayload,
  });

describe('the keys', () => {
  test.each([
    ['a notification of S3', bodyOf('s3-put'), ['README.md']],
    ['one with an encoded key', bodyOf('s3-encoded-key'), ['with spaces.md']],
    ['one with two records', bodyOf('s3-two-records'), ['README.md', 'LICENSE']],
    ['an event of EventBridge', bodyOf('event-bridge-created'), ['1+1=2.md']],
    ['one that a rule could not send', bodyOf('event-bridge-set-aside'), ['1+1=2.md']],
    ['one that came by a topic', bodyOf('s3-through-topic'), ['README.md']],
    ['one that came by a topic, raw', bodyOf('s3-through-topic-raw'), ['README.md']],
    ['a large object that failed', bodyOf('sqs-large-set-aside'), ['README.md']],
    ["a message of replay's or of a route that pulls", '{"key":"a b","route":"customer"}', ['a b']],
    ['an invocation by hand', failed('upload-relay', { keys: ['a', 'b'] }), ['a', 'b']],
    ['a job of S3 Batch Operations', failed('upload-relay', JSON.parse(bodyOf('batch-operations-2.0'))), ['1+1=2.md']],
    [
      'an execution of relay-large',
      failed('upload-relay-large', { route: 'main', key: 'large.bin', hint: { eTag: 'x' }, attempts: 2 }),
      ['large.bin'],
    ],
    [
      'workers of relay-large',
      failed('upload-relay-large', { route: 'main', key: 'large.bin', pin: {}, partsPerGroup: 3 }),
      ['large.bin'],
    ],
    [
      'a canary that a rule could not send',
      bodyOf('event-bridge-set-aside').replace('1+1=2.md', 'upload-relay-canary/main/canary'),
      ['upload-relay-canary/main/canary'],
    ],
  ])('of %s', (_, body, keys) => {
    const letter = read(body);
    expect(letter.keys).toEqual(keys);
    expect(letter).not.toHaveProperty('about');
    expect(letter.routes.length).toBeGreaterThan(0);
    expect(letter.at).toBe('2026-01-15T09:30:00.000Z');
  });
});

describe('what names no key is shown itself', () => {
  const long = `not JSON: ${'x'.repeat(400)}`;
  test.each([
    ['a replay that a schedule could not begin', bodyOf('sqs-schedule-set-aside'), '{"prefix":"","only":"missing"}'],
    ['a replay that failed', failed('upload-relay-replay', { only: 'missing' }), '{"only":"missing"}'],
    ['what nobody can read', long, `${long.slice(0, 200)}… (${long.length} characters)`],
    ['nothing', '', ''],
  ])('%s', (_, body, about) => {
    expect(read(body)).toMatchObject({ keys: [], routes: [], about });
  });
});

describe('the routes', () => {
  test.each([
    ['that failed, where others were successful', bodyOf('s3-put'), { Routes: text('archive') }, ['archive']],
    ['that take the key', '{"key":"a/b"}', {}, ['main', 'archive']],
    ['that the message names', '{"key":"a/b","route":"customer"}', {}, ['customer']],
  ])('%s', (_, body, attributes, routes) => {
    expect(read(body, attributes).routes).toEqual(routes);
  });
});

describe('the reason', () => {
  test.each([
    [
      "the relay's",
      '{"key":"a"}',
      { ErrorCode: text('SourceDenied'), ErrorMessage: text('HEAD failed') },
      'SourceDenied',
      'HEAD failed',
    ],
    [
      "EventBridge's",
      '{"key":"a"}',
      { ERROR_CODE: text('NO_PERMISSIONS'), ERROR_MESSAGE: text('Lack of') },
      'NO_PERMISSIONS',
      'Lack of',
    ],
    [
      "a function's",
      failed('upload-relay-large', { route: 'main', key: 'a' }, { errorType: 'Gone', errorMessage: 'it is gone' }),
      {},
      'Gone',
      'The function upload-relay-large failed: it is gone',
    ],
    ['of a function that was killed', failed('upload-relay', {}, null), {}, 'RetriesExhausted', 'it has not answered'],
    ['of nobody', '{"key":"a"}', {}, 'unknown', 'no reason was given'],
  ])('%s', (_, body, attributes, code, reason) => {
    expect(read(body, attributes)).toMatchObject({ code, reason: expect.stringContaining(reason) });
  });
});
