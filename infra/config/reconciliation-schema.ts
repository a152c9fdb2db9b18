/** What each field of `relay.reconciliation` may be. */
import * as z from 'zod';
import { isMoment } from '../../functions/core/moment.ts';
import { whyNoBucket } from './bucket-name.ts';
import { whyNoPrefix } from './key-text.ts';
import { schedule, timeZone } from './replay-schema.ts';
import { textWith } from './text-with.ts';

/** Early in the morning in Europe, in the night in America, and before the check. */
export const DEFAULT_SCHEDULE = 'cron(0 4 * * ? *)';
const WEEK_MINUTES = 7 * 1440;

const since = z
  .string()
  .refine(
    (text) => /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) && isMoment(text),
    'must be a day or a time in UTC, such as "2026-01-15" or "2026-01-15T09:30:00Z"',
  );

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_InventoryConfiguration.html */
const inventorySchema = z.strictObject({
  /** A bucket of account A, in the region of the source bucket. */
  bucket: textWith(whyNoBucket),
  /** As the inventory configuration has it; S3 puts a slash behind it. */
  prefix: textWith(whyNoPrefix).default(''),
  id: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -'),
  /** An older inventory is refused. A weekly one is eight days old at the most. */
  staleAfterDays: z.int().min(2).max(60).default(8),
});

/** The daily comparison of source and ledger. */
export const reconciliationSchema = z.union(
  [
    z.literal(false),
    z.strictObject({
      schedule: schedule.default(DEFAULT_SCHEDULE),
      timeZone: timeZone.default('UTC'),
      /** The age at which an object without a receipt counts as missing. */
      missingAfterMinutes: z.int().min(1).max(WEEK_MINUTES).default(60),
      /** Only uploads of this time and later. Without it, of the time when the ledger was made. */
      since: since.optional(),
      /** The most objects in a second, so that new uploads needn't wait. */
      objectsPerSecond: z.number().min(0.01).optional(),
      /** Read instead of a listing of the relay's own bucket. */
      inventory: inventorySchema.optional(),
    }),
  ],
  'must be false or an object',
);

export type ReconciliationContext = Exclude<z.output<typeof reconciliationSchema>, false>;
