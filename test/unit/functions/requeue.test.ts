import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { attributesOf, deliveryName, historyOf, namesLeft } from '../../../functions/delivery/message-history.ts';
import { routesLeft } from '../../../functions/delivery/relay-object.ts';
import { spread } from '../../../functions/delivery/requeue.ts';
import { type Failed, verdictOn } from '../../../functions/delivery/verdict.ts';
import { RelayError, type RelayErrorCode } from '../../../functions/errors.ts';
import { checkMessage } from '../../../local/sqs/message.ts';

const SENT_AT = Date.parse('2026-01-15T12:00:00Z');

/** As Lambda hands it over. */
function aRecord(change: { sentAt?: number; receives?: number; attributes?: Record<string, string> } = {}): SQSRecord {
  const { sentAt = SENT_AT, receives = 1, attributes = {} } = change;
  return {
    messageId: 'this',
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAt) },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
    ),
  } as unknown as SQSRecord;
}

const CARRIED = {
  FirstMessageId: 'first',
  FirstSentAt: String(SENT_AT - 3_600_000),
  Tries: '2',
  RequeuedAt: String(SENT_AT - 500),
  Left: '0/main,1/second',
};

describe('what a message has behind it', () => {
  test('nothing, when it comes for the first time', () => {
    expect(historyOf(aRecord())).toEqual({ firstId: 'this', firstSentAt: SENT_AT, tries: 1 });
  });

  test('what SQS has counted', () => {
    expect(historyOf(aRecord({ receives: 3 }))).toEqual({ firstId: 'this', firstSentAt: SENT_AT, tries: 3 });
  });

  test('what the message that sent it anew had behind it', () => {
    expect(historyOf(aRecord({ receives: 2, attributes: CARRIED }))).toEqual({
      firstId: 'first',
      firstSentAt: SENT_AT - 3_600_000,
      tries: 4,
      left: new Set(['0/main', '1/second']),
    });
  });

  test.each([
    ['redriven: another sending', { sentAt: SENT_AT + 600_000, attributes: CARRIED }],
    ['without one of the attributes', { attributes: { ...CARRIED, Left: '' } }],
    ['with a count that is none', { attributes: { ...CARRIED, Tries: '-1' } }],
    ['with a time that is none', { attributes: { ...CARRIED, RequeuedAt: 'now' } }],
    ['a dead letter of the relay’s own', { attributes: { ErrorCode: 'Throttled', OriginalMessageId: 'first' } }],
  ])('starts afresh, %s', (_, change) => {
    expect(historyOf(aRecord(change))).toMatchObject({ firstId: 'this', tries: 1 });
    expect(historyOf(aRecord(change)).left).toBeUndefined();
  });

  test('is the same after any number of sendings that were no try', () => {
    let record = aRecord({ receives: 3 });
    for (let sending = 1; sending <= 100; sending++) {
      const history = historyOf(record);
      expect(history).toMatchObject({ firstId: 'this', firstSentAt: SENT_AT, tries: 3 });
      const now = new Date(SENT_AT + sending * 900_000);
      const sent = attributesOf(history, [deliveryName(0, 'main')], now);
      const attributes = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, value.StringValue!]));
      record = { ...aRecord({ sentAt: now.getTime(), attributes }), messageId: `sending ${sending}` };
    }
  });

  test('is nothing that SQS would refuse, for as many deliveries as a message may ask for', () => {
    const left = Array.from({ length: 500 }, (_, index) => deliveryName(index, 'r'.repeat(40)));
    const sent = attributesOf({ firstId: 'first', firstSentAt: SENT_AT, tries: 1 }, left, new Date(SENT_AT));
    const attributes = Object.fromEntries(
      Object.entries(sent).map(([name, { DataType, StringValue }]) => [
        name,
        { dataType: DataType!, stringValue: StringValue! },
      ]),
    );
    checkMessage({ body: 'x', attributes }, 256 * 1024);
  });
});

describe('what becomes of a message', () => {
  const failure = (code: RelayErrorCode, retryable: boolean, retryAfterSeconds?: number) =>
    new RelayError({ code, message: code, retryable, retryAfterSeconds });
  const of = (delivery: string, code: RelayErrorCode, retryAfterSeconds?: number): Failed => ({
    delivery,
    failure: failure(code, code !== 'SourceMissing', retryAfterSeconds),
  });
  const passing = of('0/main', 'Throttled');
  const final = of('0/main', 'SourceMissing');
  const awaited = of('0/second', 'RoleAwaited', 60);
  const sooner = of('0/third', 'NotBegun');

  test.each<[string, Failed[], boolean, string]>([
    ['nothing failed', [], false, 'over'],
    ['it may pass', [passing], false, 'go back with Throttled'],
    ['it may pass, at the last try', [passing], true, 'over, dead: Throttled'],
    ['it won’t pass', [final], false, 'over, dead: SourceMissing'],
    ['it was no try', [awaited], false, 'over, anew in 60: 0/second'],
    ['it was no try, at the last try', [awaited], true, 'over, anew in 60: 0/second'],
    ['one may pass, one was no try', [awaited, passing], false, 'go back with Throttled'],
    ['the same at the last try', [awaited, passing], true, 'over, dead: Throttled, anew in 60: 0/second'],
    ['one won’t pass, one was no try', [final, awaited], false, 'over, dead: SourceMissing, anew in 60: 0/second'],
    ['two were no try', [awaited, sooner], false, 'over, anew in 0: 0/second 0/third'],
    ['one won’t pass, another may', [final, passing], false, 'go back with Throttled'],
  ])('%s', (_, failed, isLastTry, expected) => {
    expect(inWords(verdictOn(failed, { isLastTry, mayWait: true }))).toBe(expected);
  });

  test('what was no try counts as one when it has waited too long', () => {
    const mayWait = false;
    expect(inWords(verdictOn([awaited], { isLastTry: false, mayWait }))).toBe('go back with RoleAwaited');
    expect(inWords(verdictOn([awaited], { isLastTry: true, mayWait }))).toBe('over, dead: RoleAwaited');
  });

  function inWords(verdict: ReturnType<typeof verdictOn>): string {
    if (verdict.kind === 'go back') return `go back with ${verdict.failure.code}`;
    const { failure: dead, untried } = verdict;
    return [
      'over',
      ...(dead ? [`dead: ${dead.code}`] : []),
      ...(untried ? [`anew in ${untried.afterSeconds}: ${untried.deliveries.join(' ')}`] : []),
    ].join(', ');
  }
});

test.each([
  [0, 0, 0],
  [60, 0, 60],
  [60, 1, 45],
  [900, 0, 900],
  [4_000, 0, 900],
  [0.1, 0, 0],
])('a pause of %f s, by chance %f, is %i s as SQS takes it', (seconds, random, expected) => {
  expect(spread(seconds, random)).toBe(expected);
});

describe('the routes that a request is still to go', () => {
  const [ONE, TWO] = [{ name: 'one' }, { name: 'two' }];
  test.each<[string, string[] | undefined, { name: string }[]]>([
    ['all, of a new message', undefined, [ONE!, TWO!]],
    ['those that are left', ['0/two'], [TWO!]],
    ['none, where the others are of another request', ['1/one', '10/two'], []],
    ['all, where one has another name or another filter by now', ['0/two', '0/gone'], [ONE!, TWO!]],
    ['all, where each has', ['0/gone'], [ONE!, TWO!]],
  ])('%s', (_, deliveries, routes) => {
    const history = { firstId: 'a', firstSentAt: 0, tries: 1, left: deliveries && new Set(deliveries) };
    expect(routesLeft([ONE!, TWO!], namesLeft(history, 0))).toEqual(routes);
  });
});
