/** What each field of one of `routes` may be. */
import * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';
import {
  account,
  bucket,
  externalId,
  kmsKeyArn,
  listedName,
  prefix,
  region,
  roleName,
  rolePath,
  textWith,
} from './fields.ts';
import { whyNoKeyText } from './key-text.ts';

const suffix = textWith(whyNoKeyText, { examples: ['.csv', '.json'] });

const storageClass = z.enum([
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
]);
/** The storage classes of source objects. REDUCED_REDUNDANCY is no longer written, but still read. */
const sourceClass = z.enum([...storageClass.options, 'REDUCED_REDUNDANCY']);
const storageClassRule = z.union([z.literal('copy'), storageClass, z.partialRecord(sourceClass, storageClass)], {
  error: ({ input }) =>
    `must be "copy", one of ${storageClass.options.join(', ')}, or a map from such to such${didYouMean(input, ['copy', ...storageClass.options])}`,
});

/** A bucket of another account, read through a role of that account. */
const pullSchema = z.strictObject({
  account: account.describe('the account of the bucket: 12 digits in quotes'),
  region: region.describe('the region of the bucket'),
  bucket: bucket.describe("the customer's bucket; it exists already, and nothing about it is changed"),
  readerRoleName: roleName.describe("the role in the customer's account; each route has its own"),
  readerRolePath: rolePath.default('/').describe('its path in IAM'),
  externalId: externalId.describe('2 to 1,224 characters that both sides know, as for a writer role'),
  kmsKeyArn: kmsKeyArn.optional().describe('the customer managed key of the bucket'),
});

const filterSchema = z.strictObject({
  prefix: prefix.default('').describe('takes only keys that begin with it'),
  suffix: suffix.default('').describe('takes only keys that end with it; it is compared letter by letter'),
});

const destinationSchema = z.strictObject({
  account: account.describe('account B, where the objects go: 12 digits in quotes'),
  region: region.describe('the region of the destination bucket'),
  bucket: bucket.describe('the name of the destination bucket'),
  existingBucket: z.boolean().default(false).describe('true: the stack makes only the role'),
  versioned: z.boolean().default(true).describe('whether a new bucket has versions'),
  prefix: prefix.default('').describe('put before the key as it is, so it usually ends with /'),
  kmsKeyArn: kmsKeyArn.optional().describe('the customer managed key of the bucket'),
  sendEncryption: z
    .boolean()
    .default(false)
    .describe('true: each write names its encryption, for a bucket whose policy demands the header'),
});

export const routeSchema = z
  .strictObject({
    name: listedName.describe('up to 40 letters, digits, hyphens; it stands in receipts and session names'),
    filter: filterSchema.prefault({}).describe('which keys; both must match'),
    pull: pullSchema.optional().describe("reads another account's bucket instead"),
    destination: destinationSchema.describe('where the objects go'),
    writerRoleName: roleName.describe("the role in the destination's account; each route has its own"),
    writerRolePath: rolePath.default('/').describe('its path in IAM'),
    externalId: externalId.describe('2 to 1,224 characters that both sides know; not a secret, but choose your own'),
    storageClass: storageClassRule.optional().describe('the class of the delivered objects'),
    copyTags: z
      .boolean()
      .default(false)
      .describe('true: object tags are copied; both sides get the permissions for it'),
    createOnly: z
      .boolean()
      .default(false)
      .describe('true: a key that is taken at the destination is never overwritten'),
    requireProof: z.boolean().default(false).describe('true: refuses objects that nothing proves, as Unprovable'),
  })
  .describe('what goes where');
