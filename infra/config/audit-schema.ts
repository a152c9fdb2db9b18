/** What each field of `relay.audit` may be. */
import * as z from 'zod';
import { bucket, kmsKeyArn, textWith } from './fields.ts';
import { whyNoPrefix } from './key-text.ts';
import { routeName, schedule, timeZone } from './replay-schema.ts';

/** `relay.audit`: where reports are written, and when. Without a schedule, audits are made by hand only. */
export const auditSchema = z.strictObject({
  bucket: bucket
    .optional()
    .describe("an existing bucket of the relay's account and region; no route reads it or writes there"),
  prefix: textWith(whyNoFolder, { examples: ['audit/', 'reports/'], pattern: '/$' })
    .default('audit/')
    .describe('the folder of all reports, with / at its end'),
  kmsKeyArn: kmsKeyArn.optional().describe('the customer managed key that the bucket encrypts with'),
  schedule: schedule.optional().describe('rate(…), cron(…), or once at(…), as in relay.replays'),
  timeZone: timeZone.default('UTC').describe('the scheduled audit: an IANA name, such as Europe/Berlin'),
  route: routeName.optional().describe('the scheduled audit: only along this route'),
  defuseFormulas: z.boolean().default(false).describe('the scheduled audit: no cell can be a formula'),
});

/** It stands in a policy, and beside it there may be other things in the bucket. */
function whyNoFolder(prefix: string): string | undefined {
  if (!/[^/]\/$/.test(prefix)) return 'must be a folder, with "/" at its end';
  return whyNoPrefix(prefix);
}
