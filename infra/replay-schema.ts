import * as z from 'zod';

/** rate, cron or at, as EventBridge Scheduler takes them: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const schedule = z
  .string()
  .regex(
    /^(rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(\S+( \S+){5}\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))$/,
    'must be a rate such as "rate(1 day)", a cron expression of six fields such as "cron(0 4 * * ? *)", or a time such as "at(2026-12-01T04:00:00)"',
  );

const timeZone = z
  .string()
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as "Europe/Berlin", "America/New_York" or "UTC"');

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html */
const MOST_FLEXIBLE_MINUTES = 1440;
/** A hundred years: more is a typing error. */
const FURTHEST_BACK_HOURS = 876_000;

/** One of `relay.replays`. */
export const replaySchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'must be 1 to 40 letters, digits and hyphens'),
  schedule,
  timeZone: timeZone.default('UTC'),
  /** Fires at any time within so many minutes after the schedule's; 0: on time. */
  flexibleMinutes: z.int().min(0).max(MOST_FLEXIBLE_MINUTES).default(0),
  prefix: z.string().max(512, 'must have at most 512 characters').default(''),
  route: z.string().optional(),
  only: z.enum(['missing', 'all']).default('missing'),
  /** So many at the most, so that uploads that come meanwhile needn't wait. */
  objectsPerSecond: z.number().min(0.01).optional(),
  /** Only objects modified so many hours before it begins, or later. */
  lookBackHours: z.number().positive().max(FURTHEST_BACK_HOURS).optional(),
});

export type ReplayContext = z.output<typeof replaySchema>;

/** What Node knows by its name is in the database. It takes any case and offsets such as "+01:00" besides, which Scheduler doesn't. */
function isTimeZone(name: string): boolean {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return /^[A-Z]/.test(name) && (known === name || known.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}
