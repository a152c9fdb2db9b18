/** Schedule expressions: when something is due. */
import { parseCron } from './cron.ts';
import { MINUTE_MS, WallClock } from './wall-clock.ts';

/** When a schedule is due, to the minute. */
export interface Timing {
  /** @param minute its beginning, @param since when the schedule was made; both in milliseconds since the epoch */
  isDue(minute: number, since: number): boolean;
}

const UNIT_MINUTES: Record<string, number> = { minute: 1, hour: 60, day: 1440 };

/**
 * Reads `rate(…)`, `cron(…)` and `at(…)`. A time that the clock skips is skipped; one that it shows twice counts once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @returns undefined for what is none of them
 * @throws RangeError for an unknown time zone
 */
export function parseTiming(expression: string, timeZone = 'UTC'): Timing | undefined {
  const wall = new WallClock(timeZone);
  const [, kind, inner = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return parseRate(inner);
  if (kind === 'at') return parseAt(inner, wall);
  const cron = kind === 'cron' ? parseCron(inner, timeZone) : undefined;
  return cron && { isDue: (minute) => cron(minute) && !wall.showsAgain(minute) };
}

/** At once, and then as often as it says. */
function parseRate(text: string): Timing | undefined {
  const [, count = '', unit = '', plural] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(text) ?? [];
  if (count === '' || (count === '1') !== (plural === '')) return undefined;
  const every = Number(count) * UNIT_MINUTES[unit]!;
  return { isDue: (minute, since) => Math.floor((minute - startOf(since)) / MINUTE_MS) % every === 0 };
}

function parseAt(text: string, wall: WallClock): Timing | undefined {
  const [, year, month, day, hour, minute] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):\d\d$/.exec(text) ?? [];
  if (minute === undefined) return undefined;
  const wanted = [year, month, day, hour, minute].map(Number).join();
  return { isDue: (time) => Object.values(wall.at(time)).join() === wanted && !wall.showsAgain(time) };
}

/** The beginning of the minute. */
export function startOf(time: number): number {
  return time - (time % MINUTE_MS);
}
