/**
 * What EventBridge Scheduler takes as a schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { cronFields, whyNoCron } from './cron.ts';

/** A hundred years. More is a typing error. */
const MOST_DAYS = 36_500;
const UNIT_MINUTES: Record<string, number> = { minute: 1, hour: 60, day: 1440 };

/** Why Scheduler would refuse it; undefined when it takes it. Pure. */
export function whyNoSchedule(text: string): string | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(text);
  if (rate) return whyNoRate(rate[1]!, rate[2]!, rate[3]!);
  const fields = cronFields(text);
  if (fields) return whyNoCron(fields);
  const time = timeOf(text);
  if (time !== undefined) return isTime(time) ? undefined : `must be a time of the calendar, and "${time}" is none`;
  return 'must be a rate such as "rate(1 day)", a cron expression of six fields such as "cron(0 4 * * ? *)", or a time such as "at(2026-12-01T04:00:00)"';
}

/** The time of `at(…)`, in the schedule's time zone. */
export function timeOf(expression: string): string | undefined {
  return /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression)?.[1];
}

/** Of a valid `rate(…)`. */
export function rateMinutes(expression: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_MINUTES[unit!]!;
}

function whyNoRate(digits: string, unit: string, plural: string): string | undefined {
  const count = Number(digits);
  if (count === 0 || digits.startsWith('0'))
    return `must be a rate such as "rate(1 ${unit})": from 1 on, without a zero in front`;
  if ((count === 1) === (plural === 's')) {
    return `must be a rate such as "rate(1 day)" or "rate(2 days)", so write "rate(${digits} ${unit}${count === 1 ? '' : 's'})"`;
  }
  const isTooLong = count * UNIT_MINUTES[unit]! > MOST_DAYS * UNIT_MINUTES['day']!;
  return isTooLong ? `must be a rate of at most ${MOST_DAYS.toLocaleString('en')} days` : undefined;
}

/** Days that the calendar has, and no leap second. */
function isTime(text: string): boolean {
  const parsed = new Date(`${text}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}
