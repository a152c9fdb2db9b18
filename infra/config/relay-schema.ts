/** What each field of `relay` may be: the functions. */
import * as z from 'zod';
import { auditSchema } from './audit-schema.ts';
import { LEAST_FOR_QUEUE } from './concurrency.ts';
import { bucket } from './fields.ts';
import { reconciliationSchema } from './reconciliation-schema.ts';
import { replaySchema } from './replay-schema.ts';

/** The name of a relay when cdk.json doesn't say one; a relay that is deployed already bears it. */
export const DEFAULT_NAME = 'upload-relay';
/** Leaves room for the longest ending in the shortest limit: a role's 64 characters with "-scheduler-" and a region. */
export const LONGEST_NAME = 36;

/** The name of a stack allows the fewest characters: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html */
export const relayName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must be letters, digits and hyphens, a letter first')
  .max(
    LONGEST_NAME,
    `must have at most ${LONGEST_NAME} characters, so that every name made of it stays within AWS's limits`,
  );

/** The retention times that CloudWatch Logs takes. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** A stack has as many resources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_REPLAYS = 500;
/** More is no list that somebody has read. */
const MOST_ACKNOWLEDGED = 1000;

export const relaySchema = z
  .strictObject({
    name: relayName
      .default(DEFAULT_NAME)
      .describe('every resource is called after it; up to 36 letters, digits, hyphens, a letter first'),
    memoryMiB: z.int().min(256).max(10_240).default(384).describe('memory of the relay in MiB, 256 to 10,240'),
    /** The default is Lambda's longest. */
    timeoutSeconds: z
      .int()
      .min(30)
      .max(900)
      .default(900)
      .describe('how many seconds an invocation may take, 30 to 900; fewer limit the size of objects'),
    batchSize: z.int().min(1).max(10).default(10).describe('messages per invocation, 1 to 10'),
    /** 20 for the queue, and two large objects with 16 workers each (concurrency.ts). The ends are those of an SQS mapping. */
    maximumConcurrency: z
      .int()
      .min(LEAST_FOR_QUEUE)
      .max(1000)
      .default(54)
      .describe('concurrent invocations of relay, relay-large and relay-part together, 2 to 1,000'),
    /** It is longer than any request may still take. */
    retryDelaySeconds: z
      .int()
      .min(10)
      .max(900)
      .default(30)
      .describe("before a message's second attempt, 10 to 900; each further delay is four times as long, 900 at most"),
    /** AWS gives no number for PutObject, and says "several minutes" of CompleteMultipartUpload. The longest is SQS's longest delay. */
    latePutSeconds: z
      .int()
      .min(10)
      .max(900)
      .default(120)
      .describe('how many seconds an unanswered PutObject may still take effect, 10 to 900'),
    lateCompleteSeconds: z
      .int()
      .min(10)
      .max(900)
      .default(900)
      .describe('the same for a CompleteMultipartUpload, 10 to 900'),
    /** From the first refusal on. The default is a weekend. The longest is as long as SQS keeps a message. */
    awaitRoleHours: z
      .int()
      .min(1)
      .max(336)
      .default(72)
      .describe('how many hours uploads wait for a role that never let this relay in, 1 to 336'),
    /** At an assumed 20 MB/s. */
    largeObjectBytes: z
      .int()
      .min(64 * 1024 ** 2)
      .max(5 * 1024 ** 3)
      .default(5 * 1024 ** 3)
      .describe('objects of more bytes are shared out among workers; 67,108,864 (64 MiB) to 5,368,709,120 (5 GiB)'),
    /** With half as many, the largest object would take longer than its parts are kept. */
    largeWorkers: z
      .int()
      .min(1)
      .max(1000)
      .default(16)
      .describe('workers per large object, 1 to 1,000, if maximumConcurrency has room; each moves up to 78 MB/s'),
    largeObjects: z.boolean().default(true).describe('false: no large objects'),
    replay: z.boolean().default(true).describe('false: no replay'),
    replays: z.array(replaySchema).max(MOST_REPLAYS).default([]).describe('replays on schedules'),
    canary: z.boolean().default(true).describe("false: no canary, and the check doesn't look at the door"),
    reconciliation: reconciliationSchema
      .prefault({})
      .describe('compares source and ledger, and relays what is missing; false: never'),
    audit: auditSchema.prefault({}).describe('where and when audit reports are written'),
    batchOperations: z
      .strictObject({
        bucket: bucket.describe('a bucket of account A, for the manifests and reports of the jobs'),
      })
      .optional()
      .describe('a role for S3 Batch Operations jobs'),
    protectLedger: z
      .boolean()
      .default(false)
      .describe('true: protects the table of receipts against deletion; set it after the first deployment'),
    events: z
      .enum(['all', 'failures', 'none'])
      .default('failures')
      .describe(
        'which receipts become events on the default bus: all, failures or none; with none the relay may put no event',
      ),
    objectiveSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .default(300)
      .describe('an object should be delivered within so many seconds of its upload, 1 to 86,400'),
    /** With less than the least, the alarm on a fast burn could never go off: no more than all can be late. */
    objectivePercent: z
      .number()
      .min(95)
      .max(99.999)
      .default(99.9)
      .describe('the share of the objects for which that should hold in percent, 95 to 99.999'),
    routeAlarms: z
      .boolean()
      .default(false)
      .describe('true: an alarm on the latency of each route, besides the common one'),
    alarmEmail: z
      .email('must be an e-mail address')
      .optional()
      .describe('gets the alarms by mail, once it has confirmed the subscription'),
    logRetentionDays: z
      .int()
      .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(', ')}`)
      .meta({ enum: RETENTION_DAYS })
      .default(30)
      .describe('how many days CloudWatch Logs keeps logs; one of the values that it takes'),
    acknowledge: z
      .array(z.string().meta({ examples: ['unusual-key:/in/', 'unknown-region:us-north-1'] }))
      .max(MOST_ACKNOWLEDGED)
      .default([])
      .describe('the names of warnings about what is meant so; the synth tells each name'),
  })
  .prefault({})
  .describe('the functions, and what goes with them');
