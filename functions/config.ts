import * as z from 'zod/mini';
import { RelayError } from './errors.ts';
import { type FilteredRoute, feedsSource, type Route } from './route.ts';

/** Where objects come from, and the ways out. */
export interface SourceConfig {
  /** None when every route pulls. */
  sourceBucket: string | undefined;
  /** Of the relay itself; 12 digits. */
  sourceAccount: string;
  routes: Route[];
}

/** What the check knows: no queue and no ledger, since it leaves both alone. */
export interface CheckConfig extends SourceConfig {
  /** The relay role's unique id at the last deployment, `AROA…`: another one means that the role was re-created since. */
  deployedRoleId: string;
  /** The role of replay, which reader roles trust as well. */
  replayRoleArn: string;
}

/** What a relay function knows of its surroundings: read once from the environment, checked, then handed down. */
export interface RelayConfig extends SourceConfig {
  queueUrl: string;
  deadLetterQueueUrl: string;
  /** After so many receives the queue gives a message up; the relay does so itself then, with the reason. */
  maxReceives: number;
  /** Before the second try of a message; later ones wait longer. */
  retryDelaySeconds: number;
  /** The name of the table that keeps the receipts. */
  ledgerTable: string;
  /** Objects above this are relayed by relay-large. */
  largeObjectBytes: number;
  /** How many relay-part functions may be at one large object at once. */
  largeWorkers: number;
  /** ARN of relay-large, with its alias: a durable function is not started without a qualifier. */
  largeFunction: string;
  /** ARN of relay-part. */
  partFunction: string;
}

/** What replay knows: which objects the routes take, but not the ways out. */
export interface ReplayConfig {
  sourceBucket: string | undefined;
  sourceAccount: string;
  routes: FilteredRoute[];
  queueUrl: string;
  queueArn: string;
  deadLetterQueueArn: string;
  ledgerTable: string;
  retryDelaySeconds: number;
  /** ARN of replay itself, with its alias: it goes on in a fresh execution when there is too much for one. */
  replayFunction: string;
  /** How the relay is set up, for estimates. */
  relay: RelayCapacity;
}

/** What decides how long the relay takes, and what it costs. */
export interface RelayCapacity {
  /** Invocations at once. */
  concurrency: number;
  memoryMiB: number;
  largeObjectBytes: number;
  largeWorkers: number;
}

const filterSchema = z.object({ prefix: z.string(), suffix: z.string() });
const accountSchema = z.string().check(z.regex(/^\d{12}$/));
const roleArnSchema = z.string().check(z.regex(/^arn:[^:]+:iam::\d{12}:role\/.+$/));
const externalIdSchema = z.string().check(z.minLength(2));

const pullSchema = z.object({
  account: accountSchema,
  region: z.string().check(z.minLength(1)),
  bucket: z.string().check(z.minLength(3)),
  readerRoleArn: roleArnSchema,
  externalId: externalIdSchema,
  kmsKeyArn: z.optional(z.string()),
});

/** What replay needs of a route. */
const filteredRouteSchema = z.object({
  name: z.string().check(z.minLength(1)),
  filter: filterSchema,
  pull: z.optional(pullSchema),
  createOnly: z.boolean(),
});

const routeSchema = z.extend(filteredRouteSchema, {
  destination: z.object({
    account: accountSchema,
    region: z.string().check(z.minLength(1)),
    bucket: z.string().check(z.minLength(3)),
    prefix: z.string(),
    kmsKeyArn: z.optional(z.string()),
  }),
  writerRoleArn: roleArnSchema,
  externalId: externalIdSchema,
  storageClass: z.optional(z.union([z.string(), z.record(z.string(), z.string())])),
  copyTags: z.boolean(),
});

const routesSchema = z.array(routeSchema).check(z.minLength(1));

const filteredRoutesSchema = z.array(filteredRouteSchema).check(z.minLength(1));

/**
 * Reads the environment that `infra/` writes.
 * @throws RelayError `ConfigurationInvalid`, naming the variable and, for `ROUTES`, the field
 */
export function readConfig(env: Record<string, string | undefined>): RelayConfig {
  return {
    ...readSource(env),
    queueUrl: required(env, 'QUEUE_URL'),
    deadLetterQueueUrl: required(env, 'DEAD_LETTER_QUEUE_URL'),
    maxReceives: requiredNumber(env, 'MAX_RECEIVES'),
    retryDelaySeconds: requiredNumber(env, 'RETRY_DELAY_SECONDS'),
    ledgerTable: required(env, 'LEDGER_TABLE'),
    largeObjectBytes: requiredNumber(env, 'LARGE_OBJECT_BYTES'),
    largeWorkers: requiredNumber(env, 'LARGE_WORKERS'),
    largeFunction: required(env, 'LARGE_FUNCTION'),
    partFunction: required(env, 'PART_FUNCTION'),
  };
}

/** @throws RelayError `ConfigurationInvalid` */
export function readCheckConfig(env: Record<string, string | undefined>): CheckConfig {
  const [deployedRoleId, replayRoleArn] = [required(env, 'RELAY_ROLE_ID'), required(env, 'REPLAY_ROLE_ARN')];
  return { ...readSource(env), deployedRoleId, replayRoleArn };
}

/** @throws RelayError `ConfigurationInvalid` */
export function readReplayConfig(env: Record<string, string | undefined>): ReplayConfig {
  const routes = readJson('ROUTE_FILTERS', required(env, 'ROUTE_FILTERS'), filteredRoutesSchema);
  return {
    sourceBucket: readBucket(env, routes),
    sourceAccount: required(env, 'SOURCE_ACCOUNT'),
    routes,
    queueUrl: required(env, 'QUEUE_URL'),
    queueArn: required(env, 'QUEUE_ARN'),
    deadLetterQueueArn: required(env, 'DEAD_LETTER_QUEUE_ARN'),
    ledgerTable: required(env, 'LEDGER_TABLE'),
    retryDelaySeconds: requiredNumber(env, 'RETRY_DELAY_SECONDS'),
    replayFunction: required(env, 'REPLAY_FUNCTION'),
    relay: {
      concurrency: requiredNumber(env, 'RELAY_CONCURRENCY'),
      memoryMiB: requiredNumber(env, 'RELAY_MEMORY_MIB'),
      largeObjectBytes: requiredNumber(env, 'LARGE_OBJECT_BYTES'),
      largeWorkers: requiredNumber(env, 'LARGE_WORKERS'),
    },
  };
}

function readSource(env: Record<string, string | undefined>): SourceConfig {
  const routes: Route[] = readJson('ROUTES', required(env, 'ROUTES'), routesSchema);
  const sourceBucket = readBucket(env, routes);
  const loop = feedsSource(sourceBucket, routes);
  if (loop) {
    throw invalid(
      'ROUTES',
      `route "${loop.name}" writes to the bucket "${loop.destination.bucket}" under "${loop.destination.prefix}", where a route would take it again: an endless loop`,
    );
  }
  return { sourceBucket, sourceAccount: required(env, 'SOURCE_ACCOUNT'), routes };
}

function readBucket(env: Record<string, string | undefined>, routes: readonly FilteredRoute[]): string | undefined {
  return routes.every(({ pull }) => pull) ? undefined : required(env, 'SOURCE_BUCKET');
}

function readJson<T extends z.ZodMiniType>(variable: string, json: string, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw invalid(variable, 'it is not JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(variable, `field "${issue?.path.join('.')}": ${issue?.message ?? 'invalid'}`);
}

function required(env: Record<string, string | undefined>, name: string): string {
  const value = env[name];
  if (!value) throw invalid(name, 'it is missing or empty');
  return value;
}

function requiredNumber(env: Record<string, string | undefined>, name: string): number {
  const text = required(env, name);
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw invalid(name, `it is "${text}", not a number above 0`);
  return value;
}

function invalid(variable: string, reason: string, cause?: unknown): RelayError {
  return new RelayError({
    code: 'ConfigurationInvalid',
    message: `Environment variable ${variable}: ${reason}.`,
    retryable: false,
    cause,
  });
}
