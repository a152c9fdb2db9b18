/** What each field of `relay.reconciliation` may be. */
import * as z from 'zod';
import { isMoment } from '../../functions/core/moment.ts';
import { bucket, prefix } from './fields.ts';
import { schedule, timeZone } from './replay-schema.ts';

/** Early in the morning in Europe, in the night in America, and before the check. */
export const DEFAULT_SCHEDULE = 'cron(0 4 * * ? *)';
const WEEK_MINUTES = 7 * 1440;

const since = z
  .string()
  .refine(
    (text) => /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) && isMoment(text),
    'must be a day or a time in UTC, such as "2026-01-15" or "2026-01-15T09:30:00Z"',
  )
  .meta({
    pattern: String.raw`^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$`,
    examples: ['2026-01-15', '2026-01-15T09:30:00Z'],
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_InventoryConfiguration.html */
const inventorySchema = z.strictObject({
  bucket: bucket.describe('a bucket of account A, in the region of the source bucket'),
  prefix: prefix.default('').describe('as the inventory configuration has it; S3 puts a slash behind it'),
  id: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -')
    .meta({ examples: ['daily', 'weekly'] })
    .describe('the id of the inventory configuration'),
  /** A weekly one is eight days old at the most. */
  staleAfterDays: z
    .int()
    .min(2)
    .max(60)
    .default(8)
    .describe('the age in days at which an inventory is refused, 2 to 60'),
});

/** The daily comparison of source and ledger. */
export const reconciliationSchema = z.union(
  [
    z.literal(false),
    z.strictObject({
      schedule: schedule
        .default(DEFAULT_SCHEDULE)
        .describe('as for replays; with one of your own there is no alarm reconciliation-silent'),
      timeZone: timeZone.default('UTC').describe('an IANA name'),
      missingAfterMinutes: z
        .int()
        .min(1)
        .max(WEEK_MINUTES)
        .default(60)
        .describe(
          'the age in minutes at which one without a receipt counts as missing, 1 to 10,080; in a pulled bucket two days more',
        ),
      since: since.optional().describe('only uploads of that day or time and later, in UTC'),
      objectsPerSecond: z
        .number()
        .min(0.01)
        .optional()
        .describe('sends no more than so many objects a second, 0.01 at least'),
      inventory: inventorySchema.optional().describe('an S3 Inventory of source.bucket, read instead of a listing'),
    }),
  ],
  'must be false or an object',
);

export type ReconciliationContext = Exclude<z.output<typeof reconciliationSchema>, false>;
