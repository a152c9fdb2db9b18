/** What each field of `cdk.json` may be. A message follows the field's name and value in the error. */
import * as z from 'zod';
import { auditSchema } from './audit-schema.ts';
import { whyNoBucket } from './bucket-name.ts';
import { LEAST_FOR_QUEUE } from './concurrency.ts';
import { whyNoKeyText, whyNoPrefix } from './key-text.ts';
import { kmsKeyArn } from './kms-key-arn.ts';
import { reconciliationSchema } from './reconciliation-schema.ts';
import { replaySchema } from './replay-schema.ts';
import { textWith } from './text-with.ts';

/** The name of a relay when cdk.json doesn't say one; a relay that is deployed already bears it. */
export const DEFAULT_NAME = 'upload-relay';
/** Leaves room for the longest ending in the shortest limit: a role's 64 characters with "-scheduler-" and a region. */
export const LONGEST_NAME = 36;

const TWELVE_DIGITS = 'must be the 12 digits of an AWS account, in quotes';
const account = z.string(TWELVE_DIGITS).regex(/^\d{12}$/, TWELVE_DIGITS);
/** Only the form is checked here; `config/regions.ts` knows which regions exist. */
const region = z.string().regex(/^[a-z]{2,8}(-[a-z]+)+-\d{1,2}$/, 'must be a region such as "us-east-1"');
const bucket = textWith(whyNoBucket);
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const roleName = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'must be a role name: 1 to 64 of A-Z a-z 0-9 _ + = , . @ -');
/** The name of a stack allows the fewest characters: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html */
const relayName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must be letters, digits and hyphens, a letter first')
  .max(
    LONGEST_NAME,
    `must have at most ${LONGEST_NAME} characters, so that every name made of it stays within AWS's limits`,
  );
const prefix = textWith(whyNoPrefix);
const suffix = textWith(whyNoKeyText);
/** S3 takes no FIFO topic: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const topicArn = z
  .string()
  .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}$/, 'must be the ARN of an SNS topic, and of no FIFO topic');
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const externalId = z
  .string()
  .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / - as STS takes them');
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
const storageClassRule = z.union(
  [z.literal('copy'), storageClass, z.partialRecord(sourceClass, storageClass)],
  `must be "copy", one of ${storageClass.options.join(', ')}, or a map from such to such`,
);
/** The retention times that CloudWatch Logs takes. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** A bucket of another account, read through a role of that account. */
const pullSchema = z.strictObject({
  account,
  region,
  bucket,
  readerRoleName: roleName,
  externalId,
  kmsKeyArn: kmsKeyArn.optional(),
});

const routeSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'must be 1 to 40 letters, digits and hyphens'),
  filter: z.strictObject({ prefix: prefix.default(''), suffix: suffix.default('') }).prefault({}),
  pull: pullSchema.optional(),
  destination: z.strictObject({
    account,
    region,
    bucket,
    existingBucket: z.boolean().default(false),
    versioned: z.boolean().default(true),
    prefix: prefix.default(''),
    kmsKeyArn: kmsKeyArn.optional(),
    /** Names the encryption with each write, for a bucket whose policy demands the header. */
    sendEncryption: z.boolean().default(false),
  }),
  writerRoleName: roleName,
  externalId,
  storageClass: storageClassRule.optional(),
  copyTags: z.boolean().default(false),
  createOnly: z.boolean().default(false),
  requireProof: z.boolean().default(false),
});

/** The context `relay` of cdk.json, field by field. Other files of config/ check that the fields fit together. */
export const contextSchema = z.strictObject({
  source: z.strictObject({
    account,
    region,
    /** Left out when every route pulls. */
    bucket: bucket.optional(),
    existingBucket: z.boolean().default(false),
    /** The topic that tells of an existing bucket's uploads, instead of EventBridge. */
    topicArn: topicArn.optional(),
    versioned: z.boolean().default(true),
    kmsKeyArn: kmsKeyArn.optional(),
    relayRoleName: roleName,
  }),
  routes: z.array(routeSchema).min(1, 'must have at least one route'),
  relay: z
    .strictObject({
      /** The names of all resources begin with it. */
      name: relayName.default(DEFAULT_NAME),
      memoryMiB: z.int().min(256).max(10_240).default(384),
      /** The default is Lambda's longest. A lower value limits the size of objects. */
      timeoutSeconds: z.int().min(30).max(900).default(900),
      batchSize: z.int().min(1).max(10).default(10),
      /** Of relay, relay-large and relay-part together: 20 for the queue, and two large objects with 16 workers each (concurrency.ts). The ends are those of an SQS mapping. */
      maximumConcurrency: z.int().min(LEAST_FOR_QUEUE).max(1000).default(54),
      /** The backoff before a message's second try. Each further backoff is four times as long, up to 15 minutes. It is longer than any request may still take. */
      retryDelaySeconds: z.int().min(10).max(900).default(30),
      /**
       * How long the relay waits for a role that it has never been able to assume, from the first refusal on. The default is a weekend. The
       * longest is as long as SQS keeps a message.
       */
      awaitRoleHours: z.int().min(1).max(336).default(72),
      /**
       * How long a write that was not answered may still take effect. After that the relay delivers the newest object once more. AWS gives no
       * number for PutObject, and says "several minutes" of CompleteMultipartUpload. The longest is SQS's longest delay.
       */
      latePutSeconds: z.int().min(10).max(900).default(120),
      lateCompleteSeconds: z.int().min(10).max(900).default(900),
      /** The largest object that one invocation relays, at an assumed 20 MB/s. Larger objects are divided among workers. */
      largeObjectBytes: z
        .int()
        .min(64 * 1024 ** 2)
        .max(5 * 1024 ** 3)
        .default(5 * 1024 ** 3),
      /** Whether to create the functions for objects above `largeObjectBytes`. */
      largeObjects: z.boolean().default(true),
      /** Each worker moves up to 78 MB/s. With half as many, the largest object would take longer than its parts are kept. There are fewer where `maximumConcurrency` has no room. */
      largeWorkers: z.int().min(1).max(1000).default(16),
      /** Whether to create the function that finds objects without a receipt. */
      replay: z.boolean().default(true),
      /** Scheduled replays: they find objects without a receipt. */
      replays: z.array(replaySchema).default([]),
      /** Whether to drop a small object every half hour, to see that objects come across, and to let the check look at the door. */
      canary: z.boolean().default(true),
      /** Where and when replay writes a report about each key and route. */
      audit: auditSchema.prefault({}),
      /** Compares source and ledger by itself, and relays what is missing. `false` switches it off, as `replay: false` does. */
      reconciliation: reconciliationSchema.prefault({}),
      /** Creates a role for S3 Batch Operations jobs. Their manifests and reports lie in this bucket of account A. */
      batchOperations: z.strictObject({ bucket }).optional(),
      /** Which receipts are published as events. Most people read the ledger or the destination bucket's own events, and a million events are a dollar. */
      events: z.enum(['all', 'failures', 'none'], 'must be "all", "failures" or "none"').default('failures'),
      logRetentionDays: z
        .int()
        .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(', ')}`)
        .default(30),
      /** Turns on the table's deletion protection. Set it after the first deployment has succeeded. */
      protectLedger: z.boolean().default(false),
      /** Within how many seconds of the upload an object should be at the destination. */
      objectiveSeconds: z.int().min(1).max(86_400).default(300),
      /** Which share of the objects should be there by then. With less, the alarm on a fast burn could never go off: no more than all can be late. */
      objectivePercent: z.number().min(95).max(99.999).default(99.9),
      /** An alarm on each route's latency, besides the one on all together. */
      routeAlarms: z.boolean().default(false),
      /** This address gets the alarms by e-mail once it has confirmed the subscription. */
      alarmEmail: z.email('must be an e-mail address').optional(),
      /** Takes a region that the CDK's region data doesn't know yet. */
      acceptUnknownRegion: z.boolean().default(false),
      /** Takes prefixes and suffixes that look like a slip: see config/key-text.ts. */
      acceptUnusualKeys: z.boolean().default(false),
    })
    .prefault({}),
});
