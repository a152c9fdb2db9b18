/** What replay is invoked with: by a person, by a schedule, or by an earlier execution of itself. */
import * as z from 'zod/mini';
import { badEvent, parseShape } from './bad-event.ts';

/** What replay has done so far; at first nothing. An object counts once for each route that takes it. */
export const NOTHING_YET = {
  /** Keys that were listed. */
  scanned: 0,
  alreadyDelivered: 0,
  /** Objects that would be sent, but must be restored from an archive before they can be read. */
  archived: 0,
  /** Sent to the queue; in a dry run, those that would be sent. */
  toSend: 0,
  bytes: 0,
  /** What it takes to relay them: see `replay/estimate.ts`. */
  requests: 0,
  invocationSeconds: 0,
  /** Of large objects, which wait for one another. */
  largeSeconds: 0,
  longestSeconds: 0,
  dollars: 0,
};

export type ReplayTotals = typeof NOTHING_YET;

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

type Totals = Record<keyof ReplayTotals, typeof number>;
const totals = Object.fromEntries(Object.keys(NOTHING_YET).map((name) => [name, z.number()]));
const number = z._default(z.number(), 0);

const replaySchema = z.strictObject({
  /** Only keys that begin so; as they are, not encoded. */
  prefix: z._default(z.string('must be a text'), ''),
  /** Only objects last modified at or after, and before, these times; ISO 8601. */
  since: z.optional(time),
  until: z.optional(time),
  /** Instead of `since`: only objects modified within so many hours before the replay begins. */
  newerThanHours: z.optional(positive),
  /** `missing`: only those that have no receipt of their newest version in the ledger. */
  only: z._default(z.enum(['missing', 'all'], 'must be "missing" or "all"'), 'missing'),
  /** Sends nothing, and says what would be sent. */
  dryRun: z._default(z.boolean('must be true or false'), false),
  /** Only along this route. */
  route: z.optional(text),
  /** The most objects that go to the queue each second, one counted for each route; no limit, unless given. */
  objectsPerSecond: z.optional(pace),
  /** Where an earlier execution has stopped; only replay itself says so. An earlier version counts fewer totals. */
  goOn: z.optional(
    z.strictObject({
      startAfter: text,
      totals: z.strictObject({ ...totals, archived: number, largeSeconds: number } as Totals),
    }),
  ),
});

/** Which objects of the source bucket are to be relayed once more. */
export type ReplayRequest = z.output<typeof replaySchema>;

const redriveSchema = z.strictObject({ from: z.literal('dead-letter-queue', 'must be "dead-letter-queue"') });

const EXPECTED =
  '{ "prefix"?, "since"?, "until"?, "newerThanHours"?, "only"?: "missing" | "all", "dryRun"?, "route"?, "objectsPerSecond"? } or { "from": "dead-letter-queue" }';

export type RedriveRequest = z.output<typeof redriveSchema>;

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
