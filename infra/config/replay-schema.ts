/** What each field of one of `relay.replays` may be. */
import * as z from 'zod';
import { listedName, textWith } from './fields.ts';
import { whyNoKeyText } from './key-text.ts';
import { whyNoSchedule } from './schedule-expression.ts';

export const schedule = textWith(whyNoSchedule, {
  pattern: String.raw`^(rate|cron|at)\(.+\)$`,
  examples: ['rate(7 days)', 'cron(0 4 * * ? *)'],
});

export const timeZone = z
  .string()
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as "Europe/Berlin", "America/New_York" or "UTC"')
  .meta({ examples: ['Europe/Berlin', 'America/New_York'] });

/** Of one of `routes`. */
export const routeName = z.string().meta({ examples: ['main', 'invoices'] });

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html */
const MOST_FLEXIBLE_MINUTES = 1440;
/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
const MOST_DESCRIPTION_CHARACTERS = 512;
/** A hundred years. More is a typing error. */
const FURTHEST_BACK_HOURS = 876_000;

/** One of `relay.replays`. */
export const replaySchema = z.strictObject({
  name: listedName.describe(
    "the schedule's name, in the relay's group of EventBridge Scheduler; up to 40 letters, digits, hyphens",
  ),
  schedule: schedule.describe('rate(…), cron(…), or once at(2026-12-01T04:00:00), as Scheduler takes them'),
  timeZone: timeZone.default('UTC').describe('an IANA name, such as Europe/Berlin'),
  flexibleMinutes: z
    .int()
    .min(0)
    .max(MOST_FLEXIBLE_MINUTES)
    .default(0)
    .describe('fires within so many minutes after its time, when it suits Scheduler; 0 to 1,440'),
  prefix: textWith(whyNoReplayPrefix, { examples: ['invoices/', 'orders/'] })
    .default('')
    .describe('only keys that begin with it'),
  route: routeName.optional().describe('only along this route'),
  only: z.enum(['missing', 'all']).default('missing').describe('all relays everything each time'),
  lookBackHours: z
    .number()
    .positive()
    .max(FURTHEST_BACK_HOURS)
    .optional()
    .describe('only objects modified at most so many hours before the replay begins, up to 876,000'),
  objectsPerSecond: z
    .number()
    .min(0.01)
    .optional()
    .describe("sends no more than so many objects a second, 0.01 at least, so that uploads don't wait"),
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
