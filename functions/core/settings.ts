/**
 * What cdk.json says, as `infra/config/function-settings.ts` puts it beside each bundle: in a file, since Lambda's environment ends at 4 KB and routes
 * don't. Only names that the deployment makes up stay in the environment (`config.ts`).
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { RelayError } from './errors.ts';
import { account, bucket, listedRoute, roleArn, route, text } from './route-schema.ts';

export const SETTINGS_FILE = 'settings.json';

const positive = z.number().check(z.positive());
const functionArn = z.string().check(z.regex(/^arn:[^:]+:lambda:[^:]+:\d{12}:function:.+$/));

/** For so long after its first refusal a role that never let this relay in is waited for. */
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

export const relaySettings = z.extend(common, {
  routes: z.array(route).check(z.minLength(1)),
  /** After so many receives the queue gives a message up; the relay does so itself then, with the reason. */
  maxReceives: positive,
  /** Before the second try of a message; later ones wait longer. */
  retryDelaySeconds: positive,
  awaitRoleHours,
  /** For so long after a PutObject went unanswered it may still take effect. */
  latePutSeconds: positive,
  /** The same of a CompleteMultipartUpload. */
  lateCompleteSeconds: positive,
  /** Objects above this are relayed by relay-large. */
  largeObjectBytes: positive,
  /** How many large objects may be under way at once. */
  largeSlots: z.number().check(z.nonnegative()),
  /** How many relay-part functions may be at one of them at once. */
  largeWorkers: z.number().check(z.nonnegative()),
  /** ARN of relay-large, with its alias: a durable function is not started without a qualifier. None without `relay.largeObjects`. */
  largeFunction: z.optional(functionArn),
  /** ARN of relay-part, where there is a relay-large. */
  partFunction: z.optional(functionArn),
});

/** The check knows no queue, since it leaves it alone. */
export const checkSettings = z.extend(common, {
  routes: z.array(route).check(z.minLength(1)),
  awaitRoleHours,
  /** The role of replay, which reader roles trust as well. None without `relay.replay`. */
  replayRoleArn: z.optional(roleArn),
  /** Whether the ledger's table is protected against deletion. */
  protectLedger: z.boolean(),
});

/** Replay knows which objects the routes take and where they belong, but not the ways in. */
export const replaySettings = z.extend(common, {
  routes: z.array(listedRoute).check(z.minLength(1)),
  retryDelaySeconds: positive,
  /** ARN of replay itself, with its alias: it goes on in a fresh execution when there is too much for one. */
  replayFunction: functionArn,
  /** How the relay is set up, for estimates. */
  relay: z.object({
    /** Invocations that the queue may have at once. */
    concurrency: positive,
    memoryMiB: positive,
    largeObjectBytes: positive,
    /** Large objects at once; none are relayed where there is no room for one. */
    largeSlots: z.number().check(z.nonnegative()),
    largeWorkers: z.number().check(z.nonnegative()),
  }),
});

export type RelaySettings = z.output<typeof relaySettings>;
export type CheckSettings = z.output<typeof checkSettings>;
export type ReplaySettings = z.output<typeof replaySettings>;
/** What decides how long the relay takes, and what it costs. */
export type RelayCapacity = ReplaySettings['relay'];

/** The file beside the bundle, unchecked. */
export function settingsText(): string {
  return readFileSync(new URL(SETTINGS_FILE, import.meta.url), 'utf8');
}

/** @throws RelayError `ConfigurationInvalid`, naming the field */
export function parseSettings<T extends z.ZodMiniType>(json: string, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw invalidSettings('it is not JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidSettings(`field "${issue?.path.join('.')}": ${issue?.message ?? 'invalid'}`);
}

export function invalidSettings(reason: string, cause?: unknown): RelayError {
  const message = `${SETTINGS_FILE}: ${reason}.`;
  return new RelayError({ code: 'ConfigurationInvalid', message, retryable: false, cause });
}
