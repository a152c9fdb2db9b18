import { describe, expect, test } from 'vitest';
import { type Flight, judge, OF_THE_CHECK, OF_THE_NEXT } from '../../../../functions/check/canary.ts';
import type { Door } from '../../../../functions/check/door-context.ts';
import { aRoute } from '../../../support/relay.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const door = {
  config: {
    sourceAccount: '111111111111',
    door: { canaryFunction: 'arn:aws:lambda:r:1:function:upload-relay-canary' },
  },
} as Door;

const at = (time: string) => new Date(`2026-01-01T${time}:00Z`);
const dropped = (time: string) => ({ ETag: '"this"', LastModified: at(time) });
const receipt = (status: string, time: string, eTag = '"this"') => ({
  status: { S: status },
  startedAt: { S: at(time).toISOString() },
  ...(status === 'failed'
    ? { reasonCode: { S: 'DestinationDenied' }, reason: { S: 'because' } }
    : { sourceETag: { S: eTag } }),
});

function judged(flight: Partial<Flight>) {
  const flown = { route: aRoute(), dropped: undefined, receipt: undefined, patience: OF_THE_NEXT, now: NOW };
  return judge(door, { ...flown, ...flight });
}

describe('when the next canary is dropped', () => {
  test.each<[string, Partial<Flight>, string, string]>([
    ['there was none yet', {}, 'skipped', 'no canary has been dropped yet'],
    ['delivered', { dropped: dropped('11:30'), receipt: receipt('delivered', '11:30') }, 'ok', 'the one of'],
    ['taken', { dropped: dropped('11:30'), receipt: receipt('already there', '11:30') }, 'ok', 'the one of'],
    ['delivered long ago', { dropped: dropped('01:30'), receipt: receipt('delivered', '01:30') }, 'ok', 'the one of'],
    ['without a receipt', { dropped: dropped('11:30') }, 'failed', 'did not come across'],
    ['just dropped, by hand', { dropped: dropped('11:59') }, 'failed', 'did not come across'],
    [
      'only the one before has a receipt',
      { dropped: dropped('11:30'), receipt: receipt('delivered', '11:00', '"that"') },
      'failed',
      'did not come across',
    ],
    [
      'failed',
      { dropped: dropped('11:30'), receipt: receipt('failed', '11:30') },
      'failed',
      'did not come across: DestinationDenied: because',
    ],
    ['removed after it came across', { receipt: receipt('delivered', '11:30') }, 'ok', 'the one of'],
    [
      'removed, and the receipt is of an earlier one',
      { receipt: receipt('delivered', '11:00') },
      'failed',
      'none has come across since',
    ],
    ['removed before it came across', { receipt: receipt('failed', '11:30') }, 'failed', 'was removed'],
  ])('%s', (_, flight, status, found) => {
    expect(judged(flight)).toMatchObject({ status, found: expect.stringContaining(found) });
  });
});

describe('when the check looks', () => {
  test.each<[string, Partial<Flight>, string, string]>([
    ['a canary may be on its way', { dropped: dropped('11:58') }, 'skipped', 'is on its way'],
    ['but not for long', { dropped: dropped('11:54') }, 'failed', 'did not come across'],
    [
      'the canary must not be silent',
      { dropped: dropped('09:59'), receipt: receipt('delivered', '09:59') },
      'failed',
      'no canary since 2026-01-01T09:59',
    ],
  ])('%s', (_, flight, status, found) => {
    expect(judged({ patience: OF_THE_CHECK, ...flight })).toMatchObject({
      status,
      found: expect.stringContaining(found),
    });
  });
});

test('where a topic tells of uploads, its subscription is named: nobody here may look at it', () => {
  const topicArn = 'arn:aws:sns:us-east-1:111111111111:uploads';
  const queueArn = 'arn:aws:sqs:us-east-1:111111111111:upload-relay';
  const topical = { config: { ...door.config, door: { ...door.config.door, topicArn, queueArn } } } as Door;
  const change = `aws sns list-subscriptions-by-topic --topic-arn ${topicArn}`;
  const flight = { dropped: dropped('11:30'), receipt: undefined, route: aRoute(), patience: OF_THE_NEXT, now: NOW };
  expect(judge(topical, flight).remedy?.change).toContain(change);
  expect(judge(door, flight).remedy?.change).not.toContain('sns');
});

test('what account B must mend is told so', () => {
  const flight = { dropped: dropped('11:30'), receipt: receipt('failed', '11:30') };
  expect(judged(flight).remedy).toMatchObject({ side: 'destination', account: '222222222222' });
  expect(judged({ dropped: dropped('11:30') }).remedy).toMatchObject({ side: 'source', account: '111111111111' });
});
