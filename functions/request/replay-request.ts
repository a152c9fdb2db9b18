/** The event of replay: which objects to relay once more, or that the dead-letter queue is redriven. */
import * as z from 'zod/mini';
import { isMoment } from '../core/moment.ts';
import { MAX_KEY_BYTES } from '../core/route.ts';
import { badEvent, excerpt, parseShape } from './bad-event.ts';

export const text = z.string('must be a text').check(z.minLength(1, 'must not be empty'));
export const time = z
  .string('must be a text')
  .check(z.refine(isMoment, 'must be a day or a time of ISO 8601 with its zone, such as "2026-01-15T09:30:00Z"'));

/** As keys, prefixes are not URL-encoded. */
export const prefix = z
  .string('must be a text')
  .check(z.refine((each) => !/\p{Surrogate}/u.test(each), 'has half a character, an unpaired surrogate, as no key has'))
  .check(
    z.refine(
      (each) => Buffer.byteLength(each) <= MAX_KEY_BYTES,
      `must have ${MAX_KEY_BYTES} bytes at most, as keys have`,
    ),
  );

const positive = z.number('must be a number').check(z.positive('must be above 0'));

/** A slower pace needs more pauses than an execution has operations, and more than the seven days that it may last. */
const pace = z.number('must be a number').check(z.minimum(0.01, 'must be 0.01 at least'));

/** What has been done so far. An object counts once for each route that takes it. */
const totalsSchema = z.strictObject({
  /** Keys that were listed. */
  scanned: z.number(),
  alreadyDelivered: z.number(),
  /** Objects that would have been sent, but must be restored first. An earlier version does not hand this number over. */
  archived: z._default(z.number(), 0),
  /** Objects that were sent to the queue or, in a dry run, would be sent. */
  toSend: z.number(),
  bytes: z.number(),
  /** What it takes to relay them: see `replay/estimate.ts`. */
  requests: z.number(),
  invocationSeconds: z.number(),
  /** Of large objects, which wait for one another. */
  largeSeconds: z._default(z.number(), 0),
  longestSeconds: z.number(),
  dollars: z.number(),
  /** Of a reconciliation: objects that should have had a receipt and have none, and the age of the oldest. */
  missing: z._default(z.number(), 0),
  oldestMissingSeconds: z._default(z.number(), 0),
  /** Objects that failed since their upload, which a reconciliation leaves alone. */
  failed: z._default(z.number(), 0),
  /** Objects so young that the relay has them under way. */
  underWay: z._default(z.number(), 0),
  /** What the comparing took: requests to list, and items read of the ledger. */
  listings: z._default(z.number(), 0),
  compared: z._default(z.number(), 0),
});

/** How far an inventory has been read: so many rows of that file are done. */
const inventoryPlace = z.strictObject({ manifest: text, file: z.number(), row: z.number() });

export type InventoryPlace = z.infer<typeof inventoryPlace>;

export type ReplayTotals = z.infer<typeof totalsSchema>;

export const NOTHING_YET = Object.fromEntries(
  Object.keys(totalsSchema.shape).map((name) => [name, 0]),
) as unknown as ReplayTotals;

const replaySchema = z.strictObject({
  /** Only keys that start with it; not URL-encoded. */
  prefix: z._default(prefix, ''),
  /** Only objects last modified at or after, and before, these times. */
  since: z.optional(time),
  until: z.optional(time),
  /** Instead of `since`: only objects modified within this number of hours before the replay begins. */
  newerThanHours: z.optional(positive),
  /** `missing`: only objects whose newest version has no receipt in the ledger. */
  only: z._default(z.enum(['missing', 'all'], 'must be "missing" or "all"'), 'missing'),
  /** Sends nothing, and answers what would be sent. */
  dryRun: z._default(z.boolean('must be true or false'), false),
  /** Only along this route. */
  route: z.optional(text),
  /** The most objects that go to the queue in a second, each counted once for each route. Without it there is no limit. */
  objectsPerSecond: z.optional(pace),
  /** Looks for what the relay has missed, as `relay.reconciliation` says, and tells by metric what it has found. */
  reconcile: z._default(z.boolean('must be true or false'), false),
  /** When a reconciliation began; only replay itself sets it. */
  asOf: z.optional(time),
  /** Where an earlier execution stopped; only replay itself sets it. */
  goOn: z.optional(
    z.strictObject({ startAfter: z.optional(text), inventory: z.optional(inventoryPlace), totals: totalsSchema }),
  ),
});

export type ReplayRequest = z.infer<typeof replaySchema>;

const redriveSchema = z.strictObject({ from: z.literal('dead-letter-queue', 'must be "dead-letter-queue"') });

export type RedriveRequest = z.infer<typeof redriveSchema>;

const EXPECTED =
  '{ "prefix"?, "since"?, "until"?, "newerThanHours"?, "only"?: "missing" | "all", "dryRun"?, "route"?, "objectsPerSecond"?, "reconcile"? }, { "from": "dead-letter-queue" } or { "audit": {…} }';

/** @throws RelayError `BadEvent`, naming the field */
export function parseReplayEvent(value: unknown): ReplayRequest | RedriveRequest {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'from')) {
    return parseShape(redriveSchema, value, EXPECTED);
  }
  const request = parseShape(replaySchema, value, EXPECTED, { besides: ['from', 'audit'] });
  const { since, until, newerThanHours, reconcile, only } = request;
  if (reconcile && only === 'all') {
    throw badEvent(`${EXPECTED} (field "only": a reconciliation is about what is missing; it is "all")`, value);
  }
  if (since !== undefined && newerThanHours !== undefined) {
    throw badEvent(`${EXPECTED} (field "newerThanHours": say either this or "since"; it is ${newerThanHours})`, value);
  }
  if (since !== undefined && until !== undefined && Date.parse(since) >= Date.parse(until)) {
    throw badEvent(`${EXPECTED} (field "until": must be later than "since"; it is ${excerpt(until)})`, value);
  }
  return request;
}
