/**
 * Cron expressions as EventBridge reads them, evaluated by croner. The fields are checked here first, since croner takes more than
 * EventBridge does. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
import { Cron } from 'croner';

/** Numbers and names, ranges of them, steps, and lists of all these. */
const ONE = String.raw`(?:\*|(?:\d{1,4}|[a-z]{3})(?:-(?:\d{1,4}|[a-z]{3}))?)(?:/\d+)?`;
const VALUES = `${ONE}(?:,${ONE})*`;
/** `L` is the month's last day, `15W` the working day nearest to the 15th. */
const DAYS = `${VALUES}|L|\\d{1,2}W`;
/** `FRIL` or `6L` is the month's last Friday, `FRI#2` or `6#2` its second. */
const WEEKDAYS = `${VALUES}|(?:[1-7]|[a-z]{3})(?:L|#[1-5])`;
const FIELDS = [VALUES, VALUES, DAYS, VALUES, WEEKDAYS, VALUES].map((field) => new RegExp(`^(?:${field})$`, 'i'));
const ANY = '?';
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
const LAST_WEEKDAY = 7;

/** @returns whether the minute that begins at a time is one of the expression's; undefined for what is no such expression */
export function parseCron(text: string, timeZone: string): ((minute: number) => boolean) | undefined {
  const fields = text.split(' ');
  const [, , days, , weekdays = '', years = ''] = fields;
  // The day is given by exactly one of the two.
  if (fields.length !== FIELDS.length || (days === ANY) === (weekdays === ANY)) return undefined;
  const isAllowed = (field: string, index: number) => FIELDS[index]!.test(field) || (field === ANY && isDay(index));
  if (!fields.every(isAllowed) || !isWithin(years, FIRST_YEAR, LAST_YEAR) || !isWithin(weekdays, 1, LAST_WEEKDAY)) {
    return undefined;
  }
  const lastAsCroner = fields.map((field, index) => (index === 4 ? field.replace(/^(\w+)L$/i, '$1#L') : field));
  try {
    const cron = new Cron(`0 ${lastAsCroner.join(' ')}`, {
      mode: '7-part',
      timezone: timeZone,
      // Quartz's numbers, which are AWS's: 1 is Sunday.
      alternativeWeekdays: true,
      // `0/20` is `0-59/20`.
      sloppyRanges: true,
      paused: true,
    });
    return (minute) => cron.match(new Date(minute));
  } catch {
    return undefined;
  }
}

function isDay(index: number): boolean {
  return index === 2 || index === 4;
}

/** Whether all numbers of a field but those of steps and of `#` are in the range. */
function isWithin(field: string, from: number, to: number): boolean {
  const numbers = field.replaceAll(/[/#]\d+/g, '').match(/\d+/g) ?? [];
  return numbers.every((number) => Number(number) >= from && Number(number) <= to);
}
