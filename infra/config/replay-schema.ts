/** What each field of one of `relay.replays` may be. */
import * as z from 'zod';
import { whyNoKeyText } from './key-text.ts';
import { whyNoSchedule } from './schedule-expression.ts';
import { textWith } from './text-with.ts';

const schedule = textWith(whyNoSchedule);

const timeZone = z
  .string()
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as "Europe/Berlin", "America/New_York" or "UTC"');

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html */
const MOST_FLEXIBLE_MINUTES = 1440;
/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
const MOST_DESCRIPTION_CHARACTERS = 512;
/** A hundred years: more is a typing error. */
const FURTHEST_BACK_HOURS = 876_000;

/** One of `relay.replays`. */
export const replaySchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'must be 1 to 40 letters, digits and hyphens'),
  schedule,
  timeZone: timeZone.default('UTC'),
  /** Fires at any time within so many minutes after the schedule's; 0: on time. */
  flexibleMinutes: z.int().min(0).max(MOST_FLEXIBLE_MINUTES).default(0),
  prefix: textWith(whyNoReplayPrefix).default(''),
  route: z.string().optional(),
  only: z.enum(['missing', 'all']).default('missing'),
  /** So many at the most, so that uploads that come meanwhile needn't wait. */
  objectsPerSecond: z.number().min(0.01).optional(),
  /** Only objects modified so many hours before it begins, or later. */
  lookBackHours: z.number().positive().max(FURTHEST_BACK_HOURS).optional(),
});

export type ReplayContext = z.output<typeof replaySchema>;

/** The description of a schedule, for the console. */
export function describeReplay({ only, prefix }: { only: string; prefix: string }): string {
  return `Upload Relay: replays what is ${only === 'all' ? 'there' : 'missing'} under "${prefix}"`;
}

/** The prefix stands in no policy, so that it may have any letters, but in the description of the schedule. */
function whyNoReplayPrefix(prefix: string): string | undefined {
  const most = MOST_DESCRIPTION_CHARACTERS - describeReplay({ only: 'missing', prefix: '' }).length;
  if (prefix.length > most) return `must have at most ${most} characters, to fit into the schedule's description`;
  return whyNoKeyText(prefix);
}

/** What Node knows by its name is in the database. It takes any case and offsets such as "+01:00" besides, which Scheduler doesn't. */
function isTimeZone(name: string): boolean {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return /^[A-Z]/.test(name) && (known === name || known.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}
