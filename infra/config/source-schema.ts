/** What each field of `source` may be. */
import * as z from 'zod';
import { account, bucket, kmsKeyArn, region, roleName, rolePath, topicArn } from './fields.ts';

/** Account A. */
export const sourceSchema = z
  .strictObject({
    account: account.describe('account A, where the source stack is deployed: 12 digits in quotes'),
    region: region.describe('the region of the source stack and its bucket'),
    bucket: bucket.optional().describe('the name of the source bucket; left out if every route has pull'),
    existingBucket: z.boolean().default(false).describe('true: the bucket exists already and stays as it is'),
    topicArn: topicArn
      .optional()
      .describe("the SNS topic that an existing bucket's notifications go to, instead of EventBridge"),
    versioned: z.boolean().default(true).describe('whether a new bucket has versions'),
    kmsKeyArn: kmsKeyArn.optional().describe('the customer managed key of the bucket'),
    relayRoleName: roleName.describe(
      "the relay's role. The writer roles trust it by this name, so it may be created again",
    ),
    rolePath: rolePath.default('/').describe("the path of the relay's roles in IAM, such as /team/"),
  })
  .describe('account A, whose uploads are relayed');
