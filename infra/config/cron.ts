/** The six fields of a cron expression: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */

interface CronField {
  name: string;
  least: number;
  most: number;
  /** Other names of its numbers, from `least` on. */
  names?: string[];
  /** What may stand there besides numbers, ranges and steps. */
  special?: RegExp;
}

/** What each field lets through; empty where it says it in another way than by numbers. */
export interface Cron {
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  years: number[];
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const FIELDS: CronField[] = [
  { name: 'minutes', least: 0, most: 59 },
  { name: 'hours', least: 0, most: 23 },
  { name: 'day-of-month', least: 1, most: 31, special: /^(\?|L|LW|(3[01]|[12]\d|0?[1-9])W)$/ },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  {
    name: 'day-of-week',
    least: 1,
    most: 7,
    names: DAYS,
    special: /^(\?|L|[1-7]L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5])$/,
  },
  { name: 'year', least: 1970, most: 2199 },
];

/** The longest that each month may be. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The six fields of `cron(…)`; undefined when it has another form. Pure. */
export function cronFields(expression: string): string[] | undefined {
  return /^cron\((\S+(?: \S+){5})\)$/.exec(expression)?.[1]?.split(' ');
}

/** What a valid expression lets through. Pure. */
export function cronOf(texts: readonly string[]): Cron {
  const [minutes, hours, days, months, , years] = texts.map((text, index) => numbersOf(text, FIELDS[index]!) ?? []);
  return { minutes: minutes!, hours: hours!, days: days!, months: months!, years: years! };
}

/** Why Scheduler would refuse it, or never fire; undefined when it is fine. Pure. */
export function whyNoCron(texts: readonly string[]): string | undefined {
  for (const [index, text] of texts.entries()) {
    const field = FIELDS[index]!;
    if (numbersOf(text, field) !== undefined) continue;
    return `must have ${field.name} from ${field.least} to ${field.most} in field ${index + 1}, and "${text}" is not`;
  }
  const [, , dayOfMonth, , dayOfWeek] = texts;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    return 'must have "?" in one of day-of-month and day-of-week and a value in the other';
  }
  return hasDay(cronOf(texts)) ? undefined : 'must have a day that its months have in some year, or it never fires';
}

/** Whether one of the months has one of the days, in one of the years. */
function hasDay({ days, months, years }: Cron): boolean {
  if (days.length === 0) return true;
  return months.some((month) =>
    days.some((day) => {
      const isLeapDay = month === 2 && day === 29;
      return day <= MONTH_DAYS[month - 1]! && (!isLeapDay || years.some(isLeapYear));
    }),
  );
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** The numbers of a field; undefined when it isn't valid. */
function numbersOf(text: string, field: CronField): number[] | undefined {
  const upper = text.toUpperCase();
  if (field.special?.test(upper)) return [];
  const items = upper.split(',').map((item) => numbersOfItem(item, field));
  return items.every((item) => item !== undefined) ? items.flat() : undefined;
}

/** `*`, a number or a range, each perhaps with a step. A range may go round the end: FRI-MON. */
function numbersOfItem(item: string, field: CronField): number[] | undefined {
  const { least, most } = field;
  const parts = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item);
  if (!parts) return undefined;
  const [, all, first, last, step] = parts;
  const from = all ? least : numberOf(first!, field);
  const to = last === undefined ? (all || step ? most : from) : numberOf(last, field);
  const by = Number(step ?? 1);
  if (from === undefined || to === undefined || by < 1 || by > most) return undefined;
  const span = from <= to ? to - from : to - from + (most - least + 1);
  const count = Math.floor(span / by) + 1;
  return Array.from({ length: count }, (_, index) => least + ((from - least + index * by) % (most - least + 1)));
}

function numberOf(text: string, { least, most, names }: CronField): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  const value = named === -1 && /^\d+$/.test(text) ? Number(text) : named + least;
  return value >= least && value <= most ? value : undefined;
}
