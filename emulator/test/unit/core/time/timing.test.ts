import { describe, expect, test } from 'vitest';
import { Ticker } from '../../../../core/ticker.ts';
import { parseTiming } from '../../../../core/time/timing.ts';
import { MINUTE_MS } from '../../../../core/time/wall-clock.ts';

const HOUR_MS = 60 * MINUTE_MS;

/** The first minutes from `from` on, as UTC, in which it is due. */
function dueFrom(from: string, expression: string, { timeZone = 'UTC', hours = 24 * 40, count = 3 } = {}): string[] {
  const timing = parseTiming(expression, timeZone)!;
  const start = Date.parse(from);
  const due: string[] = [];
  for (let minute = start; minute < start + hours * HOUR_MS && due.length < count; minute += MINUTE_MS) {
    if (timing.isDue(minute, start)) due.push(new Date(minute).toISOString().slice(0, 16));
  }
  return due;
}

describe('a schedule is due', () => {
  // 1 January 2026 is a Thursday.
  test.each<[string, string[]]>([
    ['rate(1 minute)', ['2026-01-01T00:00', '2026-01-01T00:01', '2026-01-01T00:02']],
    ['rate(6 hours)', ['2026-01-01T00:00', '2026-01-01T06:00', '2026-01-01T12:00']],
    ['rate(7 days)', ['2026-01-01T00:00', '2026-01-08T00:00', '2026-01-15T00:00']],
    ['at(2026-01-03T04:05:00)', ['2026-01-03T04:05']],
    ['cron(0 4 * * ? *)', ['2026-01-01T04:00', '2026-01-02T04:00', '2026-01-03T04:00']],
    ['cron(0/20 8-9 1 * ? *)', ['2026-01-01T08:00', '2026-01-01T08:20', '2026-01-01T08:40']],
    ['cron(15,45 12 ? JAN MON-FRI 2026)', ['2026-01-01T12:15', '2026-01-01T12:45', '2026-01-02T12:15']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00']],
    ['cron(0 0 31W * ? *)', ['2026-01-30T00:00']],
    ['cron(0 0 ? * 2#1 *)', ['2026-01-05T00:00', '2026-02-02T00:00']],
    ['cron(0 0 ? * FRIL *)', ['2026-01-30T00:00']],
  ])('%s', (expression, due) => expect(dueFrom('2026-01-01T00:00Z', expression)).toEqual(due));

  test('nearest to a day that the month has, or not at all', () => {
    expect(dueFrom('2027-04-01T00:00Z', 'cron(0 0 31W * ? *)', { hours: 24 * 45 })).toEqual([]);
  });

  test('by the clock of its time zone, in winter and in summer', () => {
    const timeZone = 'Europe/Berlin';
    expect(dueFrom('2026-01-01T00:00Z', 'cron(0 4 * * ? *)', { timeZone, count: 1 })).toEqual(['2026-01-01T03:00']);
    expect(dueFrom('2026-07-01T00:00Z', 'cron(0 4 * * ? *)', { timeZone, count: 1 })).toEqual(['2026-07-01T02:00']);
    expect(dueFrom('2026-07-01T00:00Z', 'at(2026-07-01T04:00:00)', { timeZone })).toEqual(['2026-07-01T02:00']);
  });

  test('not at a time that the clock skips, and once at one that it shows twice', () => {
    const each = (timeZone: string, expression: string, from: string) =>
      dueFrom(from, expression, { timeZone, hours: 48 });
    expect(each('Europe/Berlin', 'cron(30 2 * * ? *)', '2026-03-29T00:00Z')).toEqual(['2026-03-30T00:30']);
    expect(each('Europe/Berlin', 'cron(30 2 * * ? *)', '2026-10-25T00:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(each('Australia/Lord_Howe', 'cron(45 1 * * ? *)', '2026-04-04T12:00Z')).toHaveLength(2);
  });

  test.each([
    'daily',
    'rate(1 days)',
    'rate(2 day)',
    'rate(0 days)',
    'at(2026-01-01)',
    'cron(0 4 * *)',
    'cron(0 4 * * * *)',
    'cron(60 4 * * ? *)',
    'cron(0 5-4 * * ? *)',
    'cron(0/0 4 * * ? *)',
    'cron(0 4 32 * ? *)',
    'cron(0 4 ? * MON#6 *)',
    'cron(0 4 ? * MON#1,FRI#2 *)',
    'cron(0 4 ? * 8 *)',
    'cron(0 4 ? * TUE#L *)',
    'cron(0 4 LW * ? *)',
    'cron(0 4 * * ? 2200)',
    'cron(0/70 4 * * ? *)',
  ])('never by %s', (expression) => expect(parseTiming(expression)).toBeUndefined());
});

test('one that fails to fire keeps no other from firing', () => {
  const fired: string[] = [];
  const failures: unknown[] = [];
  const fire = (arn: string) => {
    if (arn === 'broken') throw new Error('refused');
    fired.push(arn);
  };
  const firing = [{ dueArns: () => ['broken', 'sound'], fire }];
  new Ticker({ clock: () => 0, firing, onError: (error) => failures.push(error) }).fireDue(0);
  expect(fired).toEqual(['sound']);
  expect(failures).toEqual([new Error('refused')]);
});
