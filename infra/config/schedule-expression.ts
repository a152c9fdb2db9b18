/**
 * What EventBridge Scheduler takes as a schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

interface CronField {
  name: string;
  least: number;
  most: number;
  /** Other names of its numbers, from `least` on. */
  names?: string[];
  /** What may stand there besides numbers, ranges and steps. */
  special?: RegExp;
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

/** Why Scheduler would refuse it; undefined when it takes it. Pure. */
export function whyNoSchedule(text: string): string | undefined {
  if (/^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/.test(text)) return undefined;
  const fields = /^cron\((\S+(?: \S+){5})\)$/.exec(text)?.[1]?.split(' ');
  if (fields) return whyNoCron(fields);
  const time = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(text)?.[1];
  if (time !== undefined) return isTime(time) ? undefined : `must be a time of the calendar, and "${time}" is none`;
  return 'must be a rate such as "rate(1 day)", a cron expression of six fields such as "cron(0 4 * * ? *)", or a time such as "at(2026-12-01T04:00:00)"';
}

function whyNoCron(fields: string[]): string | undefined {
  for (const [index, text] of fields.entries()) {
    const field = FIELDS[index]!;
    const items = field.special?.test(text.toUpperCase()) ? [] : text.toUpperCase().split(',');
    if (items.every((item) => isItem(item, field))) continue;
    return `must have ${field.name} from ${field.least} to ${field.most} in field ${index + 1}, and "${text}" is not`;
  }
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if ((dayOfMonth === '?') !== (dayOfWeek === '?')) return undefined;
  return 'must have "?" in one of day-of-month and day-of-week and a value in the other';
}

/** `*`, a number or a range, each perhaps with a step. A range may go round the end: FRI-MON. */
function isItem(item: string, { least, most, names }: CronField): boolean {
  const parts = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item);
  if (!parts) return false;
  const [, from, to, step] = parts;
  const within = (text: string | undefined) => {
    if (text === undefined) return true;
    const named = names?.indexOf(text) ?? -1;
    const value = named === -1 && /^\d+$/.test(text) ? Number(text) : named + least;
    return value >= least && value <= most;
  };
  return within(from) && within(to) && (step === undefined || (Number(step) >= 1 && Number(step) <= most));
}

/** Days that the calendar has, and no leap second. */
function isTime(text: string): boolean {
  const parsed = new Date(`${text}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}
