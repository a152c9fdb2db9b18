/** What each field of one of `relay.replays` may be. */
import * as z from 'zod';
import { whyNoKeyText } from './key-text.ts';
import { whyNoSchedule } from './schedule-expression.ts';
import { textWith } from './text-with.ts';

export const schedule = textWith(whyNoSchedule);

export const timeZone = z
  .string()
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as "Europe/Berlin", "America/New_York" or "UTC"');

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html */
const MOST_FLEXIBLE_MINUTES = 1440;
/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
const MOST_DESCRIPTION_CHARACTERS = 512;
/** A hundred years. More is a typing error. */
const FURTHEST_BACK_HOURS = 876_000;

/** One of `relay.replays`. */
export const replaySchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'must be 1 to 40 letters, digits and hyphens'),
  schedule,
  timeZone: timeZone.default('UTC'),
  /** Scheduler may invoke replay so many minutes late. With 0 it is on time. */
  flexibleMinutes: z.int().min(0).max(MOST_FLEXIBLE_MINUTES).default(0),
  prefix: textWith(whyNoReplayPrefix).default(''),
  route: z.string().optional(),
  only: z.enum(['missing', 'all']).default('missing'),
  /** The most objects in a second, so that new uploads needn't wait. */
  objectsPerSecond: z.number().min(0.01).optional(),
  /** Only objects that were modified in the last so many hours. */
  lookBackHours: z.number().positive().max(FURTHEST_BACK_HOURS).optional(),
});

export type ReplayContext = z.output<typeof replaySchema>;

/** The description of a schedule, for the console. */
export function describeReplay({ only, prefix }: { only: string; prefix: string }): string {
  return `Upload Relay: replays what is ${only === 'all' ? 'there' : 'missing'} under "${prefix}"`;
}

/** The prefix is part of no policy, so any letter is allowed. It is part of the schedule's description, which limits its length. */
function whyNoReplayPrefix(prefix: string): string | undefined {
  const most = MOST_DESCRIPTION_CHARACTERS - describeReplay({ only: 'missing', prefix: '' }).length;
  if (prefix.length > most) return `must have at most ${most} characters, to fit into the schedule's description`;
  return whyNoKeyText(prefix);
}

/** Node knows the names of the IANA database. It also takes any case and offsets such as "+01:00", which Scheduler refuses. */
function isTimeZone(name: string): boolean {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return /^[A-Z]/.test(name) && (known === name || known.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}
