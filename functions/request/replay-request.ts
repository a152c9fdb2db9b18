import * as z from 'zod/mini';
import { badEvent, parseShape } from './bad-event.ts';

/** Which objects of the source bucket shall be relayed once more. */
export interface ReplayRequest {
  /** Only keys that begin so; as they are, not encoded. */
  prefix: string;
  /** Only objects last modified at or after, and before, these times; ISO 8601. */
  since?: string | undefined;
  until?: string | undefined;
  /** Instead of `since`: only objects modified within so many hours before the replay begins. */
  newerThanHours?: number | undefined;
  /** `missing`: only those that have no receipt of their newest version in the ledger. */
  only: 'missing' | 'all';
  /** Sends nothing, and says what would be sent. */
  dryRun: boolean;
  /** Only along this route. */
  route?: string | undefined;
  /** So many objects a second go to the queue at the most, one counted for each route; no limit, unless given. */
  objectsPerSecond?: number | undefined;
  /** Where an earlier execution has stopped; only replay itself says so. */
  goOn?: { startAfter: string; totals: ReplayTotals } | undefined;
}

/** What has been done so far. An object counts once for each route that takes it. */
export interface ReplayTotals {
  /** Keys that were listed. */
  scanned: number;
  alreadyDelivered: number;
  /** What would have been sent, but can't be read before it is restored. */
  archived: number;
  /** What was sent to the queue or, in a dry run, would be. */
  toSend: number;
  bytes: number;
  /** What it takes to relay them: see `estimate.ts`. */
  requests: number;
  invocationSeconds: number;
  /** Of large objects, which wait for one another. */
  largeSeconds: number;
  longestSeconds: number;
  dollars: number;
}

export interface RedriveRequest {
  from: 'dead-letter-queue';
}

export const NOTHING_YET: ReplayTotals = {
  scanned: 0,
  alreadyDelivered: 0,
  archived: 0,
  toSend: 0,
  bytes: 0,
  requests: 0,
  invocationSeconds: 0,
  largeSeconds: 0,
  longestSeconds: 0,
  dollars: 0,
};

/** A day, or a time with its zone: one without would mean another moment elsewhere. */
const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

const text = z.string('must be a text').check(z.minLength(1, 'must not be empty'));
const time = z
  .string('must be a text')
  .check(
    z.refine(
      (value) => ISO_8601.test(value) && !Number.isNaN(Date.parse(value)),
      'must be a day or a time of ISO 8601 with its zone, such as "2026-01-15T09:30:00Z"',
    ),
  );

const positive = z.number('must be a number').check(z.positive('must be above 0'));

/** An execution may last seven days, and has its number of pauses. */
const pace = z.number('must be a number').check(z.minimum(0.01, 'must be 0.01 at least'));

const replaySchema = z.strictObject({
  prefix: z._default(z.string('must be a text'), ''),
  since: z.optional(time),
  until: z.optional(time),
  newerThanHours: z.optional(positive),
  only: z._default(z.enum(['missing', 'all'], 'must be "missing" or "all"'), 'missing'),
  dryRun: z._default(z.boolean('must be true or false'), false),
  route: z.optional(text),
  objectsPerSecond: z.optional(pace),
  goOn: z.optional(
    z.strictObject({
      startAfter: text,
      totals: z.strictObject({
        scanned: z.number(),
        alreadyDelivered: z.number(),
        // What an earlier version hands over doesn't say.
        archived: z._default(z.number(), 0),
        toSend: z.number(),
        bytes: z.number(),
        requests: z.number(),
        invocationSeconds: z.number(),
        largeSeconds: z._default(z.number(), 0),
        longestSeconds: z.number(),
        dollars: z.number(),
      }),
    }),
  ),
});

const redriveSchema = z.strictObject({ from: z.literal('dead-letter-queue', 'must be "dead-letter-queue"') });

const EXPECTED =
  '{ "prefix"?, "since"?, "until"?, "newerThanHours"?, "only"?: "missing" | "all", "dryRun"?, "route"?, "objectsPerSecond"? } or { "from": "dead-letter-queue" }';

/** @throws RelayError `BadEvent`, naming the field */
export function parseReplayEvent(value: unknown): ReplayRequest | RedriveRequest {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'from')) {
    return parseShape(redriveSchema, value, EXPECTED);
  }
  const request = parseShape(replaySchema, value, EXPECTED);
  const { since, until, newerThanHours } = request;
  if (since !== undefined && newerThanHours !== undefined) {
    throw badEvent(`${EXPECTED} (field "newerThanHours": say either this or "since")`, value);
  }
  if (since !== undefined && until !== undefined && Date.parse(since) >= Date.parse(until)) {
    throw badEvent(`${EXPECTED} (field "until": must be later than "since")`, value);
  }
  return request;
}
