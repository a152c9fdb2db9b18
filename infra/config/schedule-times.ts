/** When a valid schedule fires: how soon again, and when for the last time. */
import { cronFields, cronOf } from './cron.ts';
import { rateMinutes, timeOf } from './schedule-expression.ts';

const MINUTE_MS = 60_000;
/** The last year of a cron expression that ends in none. */
const LAST_YEAR = 2199;

/** The least number of minutes between two firings; undefined when it fires once, or less than twice a day. Pure. */
export function shortestGapMinutes(schedule: string): number | undefined {
  const fields = cronFields(schedule);
  if (fields === undefined) return rateMinutes(schedule);
  const { minutes, hours } = cronOf(fields);
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)).sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  return gaps.length === 0 ? undefined : Math.min(...gaps.filter((gap) => gap > 0));
}

/** The moment of the last firing or, of a cron expression, the end of its last year. Undefined when it goes on. */
export function lastFiring(schedule: string, timeZone: string): number | undefined {
  const time = timeOf(schedule);
  if (time !== undefined) return inZone(Date.parse(`${time}Z`), timeZone);
  const fields = cronFields(schedule);
  const last = fields && Math.max(...cronOf(fields).years);
  return last === undefined || last >= LAST_YEAR ? undefined : inZone(Date.UTC(last + 1, 0, 1), timeZone);
}

/** The moment at which a clock of the zone shows what a clock in Greenwich shows at the given one. */
function inZone(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(moment);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const offset = sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
  return moment - offset * MINUTE_MS;
}
