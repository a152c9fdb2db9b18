/** What each field of `relay.audit` may be. */
import * as z from 'zod';
import { whyNoBucket } from './bucket-name.ts';
import { whyNoPrefix } from './key-text.ts';
import { kmsKeyArn } from './kms-key-arn.ts';
import { schedule, timeZone } from './replay-schema.ts';
import { textWith } from './text-with.ts';

/** `relay.audit`: where reports are written, and when. */
export const auditSchema = z.strictObject({
  /** An existing bucket of the relay's account and region. Unless given, the stack creates one. */
  bucket: textWith(whyNoBucket).optional(),
  /** All reports lie under it. */
  prefix: textWith(whyNoFolder).default('audit/'),
  /** The customer managed key that the bucket encrypts with, if any. */
  kmsKeyArn: kmsKeyArn.optional(),
  /** Without it, audits are made by hand only. */
  schedule: schedule.optional(),
  timeZone: timeZone.default('UTC'),
  /** Of the scheduled audit: only along this route. */
  route: z.string().optional(),
  /** Of the scheduled audit: whether no cell can be taken for a formula. */
  defuseFormulas: z.boolean().default(false),
});

/** It stands in a policy, and beside it there may be other things in the bucket. */
function whyNoFolder(prefix: string): string | undefined {
  if (!/[^/]\/$/.test(prefix)) return 'must be a folder, with "/" at its end';
  return whyNoPrefix(prefix);
}
