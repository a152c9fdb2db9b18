/**
 * The settings of each function: what cdk.json says, in a file that `infra/config/function-settings.ts` puts beside the bundle. Lambda's
 * environment has room for 4 KB, and routes may take more. Only names that the deployment makes up are in the environment (`config.ts`).
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { withDeployed } from './deployed-settings.ts';
import { RelayError } from './errors.ts';
import { account, bucket, filter, listedRoute, roleArn, route, text } from './route-schema.ts';

export const SETTINGS_FILE = 'settings.json';

const positive = z.number().check(z.positive());
const functionArn = z.string().check(z.regex(/^arn:[^:]+:lambda:[^:]+:\d{12}:function:.+$/));

/** How long the relay waits, from the first refusal, for a role that never let it in. */
const awaitRoleHours = positive;

/** Of every function. */
const common = z.object({
  /** The relay's own name: the `source` of its events and the `service` of its metrics. */
  name: text,
  /** None when every route pulls. */
  sourceBucket: z.optional(bucket),
  /** Of the relay itself. */
  sourceAccount: account,
});

/** Which receipts become events on the default bus: docs/decisions/0037. */
const events = z.enum(['all', 'failures', 'none']);

export const relaySettings = z.extend(common, {
  routes: z.array(route).check(z.minLength(1)),
  events,
  /** A delivery within so many seconds of the upload is in time. */
  objectiveSeconds: positive,
  /** After so many receives the relay sends a message to the dead-letter queue, with the reason, before SQS does so without one. */
  maxReceives: positive,
  /** Before the second attempt of a message; later attempts wait longer. */
  retryDelaySeconds: positive,
  awaitRoleHours,
  /** How long a PutObject without an answer may still take effect. */
  latePutSeconds: positive,
  /** The same of a CompleteMultipartUpload. */
  lateCompleteSeconds: positive,
  /** Objects above this are relayed by relay-large. */
  largeObjectBytes: positive,
  /** How many large objects may be under way at once. */
  largeSlots: z.number().check(z.nonnegative()),
  /** How many relay-part functions may work on one of them at once. */
  largeWorkers: z.number().check(z.nonnegative()),
  /** ARN of relay-large, with its alias: Lambda starts a durable function only by a qualifier. None without `relay.largeObjects`. */
  largeFunction: z.optional(functionArn),
  /** ARN of relay-part, where there is a relay-large. */
  partFunction: z.optional(functionArn),
});

/** How uploads get to the relay, as it was deployed. */
const door = z.object({
  /** ARN of the function that drops canaries and looks at the door. */
  canaryFunction: functionArn,
  /** What AWS's endpoints end in, e.g. `amazonaws.com`. */
  domainSuffix: text,
  queueArn: text,
  /** Of what can't be relayed, and of events that the queue refuses. */
  deadLetterQueueArn: text,
  relayFunction: functionArn,
  /** Invocations that the relay may have at once, with all its functions. */
  maximumConcurrency: positive,
  /** Of the notifications of the relay's own bucket: its filters. */
  filters: z.optional(z.array(filter)),
  /** Of the rule that takes the events of an existing bucket: its pattern, JSON. */
  pattern: z.optional(text),
  /** The topic that takes them instead. */
  topicArn: z.optional(text),
  /** The log group in which replay tells what the daily comparison of source and ledger has found. */
  comparisonLogs: z.optional(text),
});

export type DoorSettings = z.output<typeof door>;

/** The check does not use the queue. */
export const checkSettings = z.extend(common, {
  routes: z.array(route).check(z.minLength(1)),
  awaitRoleHours,
  /** The path of the relay's roles in IAM, which no session tells; `/` unless given. */
  rolePath: z.optional(text),
  /** The role of replay, which reader roles trust as well. None without `relay.replay`. */
  replayRoleArn: z.optional(roleArn),
  /** Whether the ledger's table is protected against deletion. */
  protectLedger: z.boolean(),
  /** None without `relay.canary`. */
  door: z.optional(door),
});

/** Replay knows which objects the routes take and where they belong, but not the writer roles. */
export const replaySettings = z.extend(common, {
  routes: z.array(listedRoute).check(z.minLength(1)),
  retryDelaySeconds: positive,
  /** ARN of replay itself, with its alias: it continues in a new execution when there is too much for one. */
  replayFunction: functionArn,
  /** Where audits write their reports. */
  audit: z.object({
    /** Of the relay's own account and region. */
    bucket,
    prefix: text,
  }),
  reconciliation: z.object({
    /** An object without a receipt counts as missing at this age; a little older if it is large. */
    missingAfterSeconds: positive,
    /** Only objects of this time and later. Without it, of the time when the ledger was made. */
    since: z.optional(text),
    objectsPerSecond: z.optional(positive),
    /** Where S3 writes an inventory of the relay's own bucket; without it, the bucket is listed. */
    inventory: z.optional(
      z.object({
        bucket,
        /** Under it are a folder for each inventory, by its time, and the files: `<prefix>/<source bucket>/<id>/`. */
        folder: text,
        staleAfterDays: positive,
      }),
    ),
  }),
  /** How the relay is set up, for estimates. */
  relay: z.object({
    /** Invocations that the queue may have at once. */
    concurrency: positive,
    memoryMiB: positive,
    largeObjectBytes: positive,
    /** Large objects at once; with 0, none are relayed. */
    largeSlots: z.number().check(z.nonnegative()),
    largeWorkers: z.number().check(z.nonnegative()),
    events,
  }),
});

export type RelaySettings = z.output<typeof relaySettings>;
export type CheckSettings = z.output<typeof checkSettings>;
export type ReplaySettings = z.output<typeof replaySettings>;
/** Where an inventory lies. */
export type InventorySettings = ReplaySettings['reconciliation']['inventory'] & object;
/** What decides how long the relay takes and what it costs. */
export type RelayCapacity = ReplaySettings['relay'];

/** The file beside the bundle, unchecked. */
export function settingsText(): string {
  return readFileSync(new URL(SETTINGS_FILE, import.meta.url), 'utf8');
}

/**
 * @param deployed what the deployment adds: the environment variable `DEPLOYED_SETTINGS`
 * @throws RelayError `ConfigurationInvalid`, naming the field
 */
export function parseSettings<T extends z.ZodMiniType>(json: string, schema: T, deployed?: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw invalidSettings('it is not JSON', cause);
  }
  const whole = withDeployed(value, deployed);
  if (typeof whole === 'string') throw invalidSettings(whole);
  const parsed = schema.safeParse(whole.settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidSettings(`field "${issue?.path.join('.')}": ${issue?.message ?? 'invalid'}`);
}

export function invalidSettings(reason: string, cause?: unknown): RelayError {
  const message = `${SETTINGS_FILE}: ${reason}.`;
  return new RelayError({ code: 'ConfigurationInvalid', message, retryable: false, cause });
}
