import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { checkMessage } from '../../../../emulator/index.ts';
import { RelayError, type RelayErrorCode } from '../../../../functions/core/errors.ts';
import { routesLeft } from '../../../../functions/delivery/relay-object.ts';
import { type Failed, type Tries, verdictOn } from '../../../../functions/doors/verdict.ts';
import {
  attributesOf,
  deliveryName,
  historyOf,
  namesLeft,
  patient,
} from '../../../../functions/messages/message-history.ts';
import { spread } from '../../../../functions/messages/requeue.ts';

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
    expect(historyOf(aRecord())).toEqual({
      firstId: 'this',
      firstSentAt: SENT_AT,
      tries: 1,
      isRedelivered: false,
      isUncertain: false,
      isSuperseded: false,
    });
  });

  test('what SQS has counted', () => {
    expect(historyOf(aRecord({ receives: 3 }))).toEqual({
      firstId: 'this',
      firstSentAt: SENT_AT,
      tries: 3,
      // Whoever had it before may have died in mid-write.
      isRedelivered: true,
      isUncertain: true,
      isSuperseded: false,
    });
  });

  test('what the message that sent it anew had behind it', () => {
    expect(historyOf(aRecord({ receives: 2, attributes: CARRIED }))).toEqual({
      firstId: 'first',
      firstSentAt: SENT_AT - 3_600_000,
      tries: 4,
      isRedelivered: true,
      isUncertain: true,
      isSuperseded: false,
      left: new Set(['0/main', '1/second']),
    });
  });

  test('what it was sent anew for, when it comes for the first time since', () => {
    expect(historyOf(aRecord({ attributes: CARRIED }))).toMatchObject({ isRedelivered: false, isUncertain: false });
    const attributes = { ...CARRIED, Uncertain: 'yes' };
    expect(historyOf(aRecord({ attributes }))).toMatchObject({ isRedelivered: false, isUncertain: true });
  });

  test.each([
    ['was sent anew after it', { ...CARRIED, Superseded: 'yes' }],
    ['is redriven', { ErrorCode: 'Superseded' }],
  ])('that account B was told to put a version back, when it %s', (_, attributes) => {
    expect(historyOf(aRecord({ attributes }))).toMatchObject({ isSuperseded: true });
    const history = historyOf(aRecord({ attributes }));
    expect(attributesOf(history, new Date(SENT_AT))).toMatchObject({ Superseded: { StringValue: 'yes' } });
  });

  test.each([
    ['redriven: another sending', { sentAt: SENT_AT + 600_000, attributes: CARRIED }],
    ['without one of the attributes', { attributes: { ...CARRIED, Tries: '' } }],
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
      const left = new Set([deliveryName(0, 'main')]);
      const sent = attributesOf({ ...history, tries: history.tries - 1, left }, now);
      const attributes = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, value.StringValue!]));
      record = { ...aRecord({ sentAt: now.getTime(), attributes }), messageId: `sending ${sending}` };
    }
  });

  test('is nothing that SQS would refuse, for as many deliveries as a message may ask for', () => {
    const left = new Set(Array.from({ length: 500 }, (_, index) => deliveryName(index, 'r'.repeat(40))));
    const carried = { firstId: 'first', firstSentAt: SENT_AT, tries: 1, isUncertain: true, left };
    const sent = attributesOf(carried, new Date(SENT_AT));
    const attributes = Object.fromEntries(
      Object.entries(sent).map(([name, { DataType, StringValue }]) => [
        name,
        { dataType: DataType!, stringValue: StringValue! },
      ]),
    );
    checkMessage({ body: 'x', attributes }, 256 * 1024);
  });
});

describe('receives of a message that nobody may have begun', () => {
  const HOUR_MS = 3_600_000;
  const history = {
    firstId: 'a',
    firstSentAt: 0,
    tries: 9,
    isRedelivered: true,
    isUncertain: true,
    firstReceivedAt: 0,
  };

  test.each<[string, object, number, number]>([
    ['do not count as the last try for some hours', {}, 5 * HOUR_MS, 4],
    ['count after that', {}, 7 * HOUR_MS, 9],
    ['count if nobody knows when the first one was', { firstReceivedAt: undefined }, HOUR_MS, 9],
    ['are none, of a message that has not come back', { isRedelivered: false }, HOUR_MS, 9],
    ['count as they are when there were few', { tries: 2 }, HOUR_MS, 2],
  ])('%s', (_, change, nowMs, expected) => {
    expect(patient({ ...history, ...change }, 5, nowMs).tries).toBe(expected);
  });
});

describe('what becomes of a message', () => {
  const of = (delivery: string, code: RelayErrorCode, more: Partial<Failed> & { after?: number } = {}): Failed => ({
    request: Number(delivery[0]),
    delivery,
    failure: new RelayError({
      code,
      message: code,
      retryable: code !== 'SourceMissing' && code !== 'Superseded',
      retryAfterSeconds: more.after,
    }),
    quietSeconds: 0,
    isUncertain: false,
    ...more,
  });
  const passing = of('0/main', 'Throttled');
  const unanswered = of('0/main', 'TransferFailed', { quietSeconds: 120 });
  const delivered = of('0/main', 'WriteUnanswered', { quietSeconds: 120 });
  const final = of('1/main', 'SourceMissing');
  const superseded = of('1/main', 'Superseded');
  const awaited = of('0/second', 'RoleAwaited', { after: 60 });
  const sooner = of('0/third', 'NotBegun');
  const [FIRST, LAST, ONE_MORE] = [1, 5, 6];

  test.each<[string, Failed[], number, string]>([
    ['nothing failed', [], FIRST, ''],
    ['it may pass', [passing], FIRST, 'a try in 30: 0/main'],
    ['it may pass, later on', [passing], 3, 'a try in 480: 0/main'],
    ['it may pass, at the last try', [passing], LAST, 'dead: Throttled'],
    ['it won’t pass', [final], FIRST, 'dead: SourceMissing'],
    ['it won’t pass, and a write of it may yet land', [{ ...final, quietSeconds: 120 }], FIRST, 'a try in 120: 1/main'],
    ['the same at the last try', [{ ...final, quietSeconds: 120 }], LAST, 'a try in 900: 1/main'],
    ['the same at the one after that', [{ ...final, quietSeconds: 120 }], ONE_MORE, 'dead: SourceMissing'],
    ['account B must put it right', [superseded], FIRST, 'dead: Superseded'],
    [
      'account B must put it right, and a write of it may yet land on what is uploaded meanwhile',
      [{ ...superseded, quietSeconds: 120 }],
      FIRST,
      'dead: Superseded, a try in 120: 1/main',
    ],
    ['the same after the last try', [{ ...superseded, quietSeconds: 120 }], ONE_MORE, 'dead: Superseded'],
    ['a write of it may yet land', [unanswered], FIRST, 'a try in 120: 0/main'],
    ['a write of it may yet land, at the last try', [unanswered], LAST, 'dead: TransferFailed'],
    ['it is delivered, and an earlier write may yet land', [delivered], FIRST, 'a try in 120: 0/main'],
    ['the same at the last try', [delivered], LAST, 'a try in 120: 0/main'],
    ['the same at the one after that', [delivered], ONE_MORE, 'dead: WriteUnanswered'],
    ['it was no try', [awaited], FIRST, 'no try in 60: 0/second'],
    ['it was no try, at the last try', [awaited], LAST, 'no try in 60: 0/second'],
    ['one may pass, one was no try', [awaited, passing], FIRST, 'a try in 30: 0/second 0/main'],
    ['the same at the last try', [awaited, passing], LAST, 'dead: Throttled, no try in 60: 0/second'],
    ['one won’t pass, one was no try', [final, awaited], FIRST, 'dead: SourceMissing, no try in 60: 0/second'],
    ['two were no try', [awaited, sooner], FIRST, 'no try in 0: 0/second 0/third'],
    ['one won’t pass, another may', [final, passing], FIRST, 'dead: SourceMissing, a try in 30: 0/main'],
    ['one may pass, a write of another may yet land', [unanswered, sooner], FIRST, 'a try in 120: 0/main 0/third'],
  ])('%s', (_, failed, tries, expected) => {
    expect(inWords(failed, { tries, maxReceives: 5, mayWait: true })).toBe(expected);
  });

  test('what was no try counts as one when it has waited too long', () => {
    const waited = { maxReceives: 5, mayWait: false };
    expect(inWords([awaited], { ...waited, tries: 5 })).toBe('dead: RoleAwaited');
  });

  test('what an earlier try may have written goes along', () => {
    const options = { tries: 1, maxReceives: 5, mayWait: true, retryDelaySeconds: 30, random: 0 };
    expect(verdictOn([passing], options).again).toMatchObject({ isUncertain: false });
    expect(verdictOn([passing, { ...unanswered, isUncertain: true }], options).again).toMatchObject({
      isUncertain: true,
    });
  });

  function inWords(failed: Failed[], tries: Tries): string {
    const { final: dead, again } = verdictOn(failed, { ...tries, retryDelaySeconds: 30, random: 0 });
    return [
      ...dead.map((each) => `dead: ${each.failure.code}`),
      ...(again
        ? [`${again.isTry ? 'a' : 'no'} try in ${again.afterSeconds}: ${again.deliveries?.join(' ') ?? 'all'}`]
        : []),
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
    const left = deliveries && new Set(deliveries);
    const history = { firstId: 'a', firstSentAt: 0, tries: 1, isRedelivered: false, isUncertain: false, left };
    expect(routesLeft([ONE!, TWO!], namesLeft(history, 0))).toEqual(routes);
  });
});
