/** Cron expressions as EventBridge reads them: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
import type { WallTime } from './wall-clock.ts';

export type Cron = (time: WallTime) => boolean;

interface Unit {
  from: number;
  to: number;
  names?: string[];
}

/** A day as its field sees it. */
interface Day {
  value: number;
  day: number;
  lastDay: number;
  /** 1–7, from Sunday on, of the day `offset` days later. */
  weekday: (offset: number) => number;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const MINUTE: Unit = { from: 0, to: 59 };
const HOUR: Unit = { from: 0, to: 23 };
const DAY: Unit = { from: 1, to: 31 };
const MONTH: Unit = { from: 1, to: 12, names: MONTHS };
const WEEKDAY: Unit = { from: 1, to: 7, names: WEEKDAYS };
const YEAR: Unit = { from: 1970, to: 2199 };

/** @returns undefined for what is none */
export function parseCron(fields: string): Cron | undefined {
  const [minutes, hours, days, months, weekdays, years, ...rest] = fields.split(' ');
  if (years === undefined || rest.length > 0) return undefined;
  // The day is said by exactly one of the two.
  if ((days === '?') === (weekdays === '?')) return undefined;
  const minute = values(minutes!, MINUTE);
  const hour = values(hours!, HOUR);
  const month = values(months!, MONTH);
  const year = values(years, YEAR);
  const day = days === '?' ? dayField(weekdays!, WEEKDAY, dayOfWeek) : dayField(days!, DAY, dayOfMonth);
  if (!minute || !hour || !month || !year || !day) return undefined;
  return (time) =>
    minute.has(time.minute) && hour.has(time.hour) && month.has(time.month) && year.has(time.year) && day(time);
}

/** `*`, `5`, `1-5`, `0/15`, and lists of them. */
function values(field: string, unit: Unit): Set<number> | undefined {
  const all = new Set<number>();
  for (const part of field.split(',')) {
    const [, text, end, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (text === undefined) return undefined;
    const first = text === '*' ? unit.from : numberOf(text, unit);
    const single = text !== '*' && step === undefined;
    const last = end !== undefined ? numberOf(end, unit) : single ? first : unit.to;
    const by = Number(step ?? 1);
    if (first === undefined || last === undefined || by === 0 || first > last || (text === '*' && end))
      return undefined;
    for (let value = first; value <= last; value += by) all.add(value);
  }
  return all;
}

function numberOf(text: string, { from, to, names = [] }: Unit): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = named >= 0 ? named + from : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

function dayField(
  field: string,
  unit: Unit,
  special: (text: string) => ((day: Day) => boolean) | undefined,
): Cron | undefined {
  const own = special(field);
  const plain = own ? undefined : values(field, unit);
  if (!own && !plain) return undefined;
  return (time) => {
    const day = dayOf(time, unit);
    return own ? own(day) : plain!.has(day.value);
  };
}

function dayOf({ year, month, day }: WallTime, unit: Unit): Day {
  const weekday = (offset: number) => new Date(Date.UTC(year, month - 1, day + offset)).getUTCDay() + 1;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { value: unit === WEEKDAY ? weekday(0) : day, day, lastDay, weekday };
}

/** `L`: the last day; `15W`: the working day nearest to the 15th, within the month. */
function dayOfMonth(text: string): ((day: Day) => boolean) | undefined {
  if (text === 'L') return ({ day, lastDay }) => day === lastDay;
  const near = numberOf(/^(\d+)W$/.exec(text)?.[1] ?? '', DAY);
  if (near === undefined) return undefined;
  return ({ day, lastDay, weekday }) => {
    const target = weekday(near - day);
    const shift = target === 7 ? (near === 1 ? 2 : -1) : target === 1 ? (near === lastDay ? -2 : 1) : 0;
    return day === near + shift;
  };
}

/** `FRIL` or `6L`: the month's last Friday; `FRI#2` or `6#2`: its second. */
function dayOfWeek(text: string): ((day: Day) => boolean) | undefined {
  const [, name = '', nth] = /^(\w+?)(?:L|#([1-5]))$/.exec(text) ?? [];
  const wanted = numberOf(name, WEEKDAY);
  if (wanted === undefined) return undefined;
  if (nth === undefined) return ({ value, day, lastDay }) => value === wanted && day + 7 > lastDay;
  return ({ value, day }) => value === wanted && Math.ceil(day / 7) === Number(nth);
}
