import * as z from 'zod';
import { feedsSource, namesOf } from '../functions/route.ts';
import { replaySchema } from './replay-schema.ts';

/** A mistake in `cdk.json`, in one sentence that names the field. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const account = z.string().regex(/^\d{12}$/, 'must be the 12 digits of an AWS account, in quotes');
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as "us-east-1"');
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucket = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'must be a bucket name: 3 to 63 lower-case letters, digits, dots, hyphens',
  );
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const roleName = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'must be a role name: 1 to 64 of A-Z a-z 0-9 _ + = , . @ -');
/** A prefix stands in policies, where these characters would be wildcards or variables and so allow more than it says. */
const prefix = z
  .string()
  .max(512, 'must have at most 512 characters')
  .refine((text) => !/[*?$]/.test(text), 'must not contain *, ? or $, which IAM policies would read as wildcards');
const kmsKeyArn = z
  .string()
  .regex(
    /^arn:[^:]+:kms:[^:]+:\d{12}:key\/(mrk-)?[0-9a-f-]{32,36}$/,
    'must be the ARN of a KMS key (arn:aws:kms:…:key/…)',
  );
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
/** What an object may be in at the source; STANDARD's old rival is no longer written, but still read. */
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
  filter: z.strictObject({ prefix: prefix.default(''), suffix: z.string().default('') }).prefault({}),
  pull: pullSchema.optional(),
  destination: z.strictObject({
    account,
    region,
    bucket,
    existingBucket: z.boolean().default(false),
    versioned: z.boolean().default(true),
    prefix: prefix.default(''),
    kmsKeyArn: kmsKeyArn.optional(),
  }),
  writerRoleName: roleName,
  externalId,
  storageClass: storageClassRule.optional(),
  copyTags: z.boolean().default(false),
  createOnly: z.boolean().default(false),
});

const schema = z.strictObject({
  source: z.strictObject({
    account,
    region,
    /** Left out when every route pulls. */
    bucket: bucket.optional(),
    existingBucket: z.boolean().default(false),
    versioned: z.boolean().default(true),
    kmsKeyArn: kmsKeyArn.optional(),
    relayRoleName: roleName,
  }),
  routes: z.array(routeSchema).min(1, 'must have at least one route'),
  relay: z
    .strictObject({
      memoryMiB: z.int().min(256).max(10_240).default(384),
      /** Lambda's longest; a lower one bounds the largest object. */
      timeoutSeconds: z.int().min(30).max(900).default(900),
      batchSize: z.int().min(1).max(10).default(10),
      /** Lambda's limits for an SQS mapping. */
      maximumConcurrency: z.int().min(2).max(1000).default(20),
      /** Before a message's second try; each further pause is four times as long, up to a quarter of an hour. Longer than any request may still take. */
      retryDelaySeconds: z.int().min(10).max(900).default(30),
      /** What one invocation takes on, at the cautious 20 MB/s of a small function; larger ones are shared out among workers. */
      largeObjectBytes: z
        .int()
        .min(64 * 1024 ** 2)
        .max(5 * 1024 ** 3)
        .default(5 * 1024 ** 3),
      /** Each moves up to 78 MB/s; half as many would take longer over the largest object than its parts are kept. */
      largeWorkers: z.int().min(1).max(1000).default(16),
      /** What is looked through by itself, at times, for objects without a receipt. */
      replays: z.array(replaySchema).default([]),
      /** A role for S3 Batch Operations jobs, whose manifests lie in this bucket of account A; they report there too. */
      batchOperations: z.strictObject({ bucket }).optional(),
      logRetentionDays: z
        .int()
        .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(', ')}`)
        .default(30),
      /** Gets the alarms by mail, once it has confirmed. */
      alarmEmail: z.email('must be an e-mail address').optional(),
    })
    .prefault({}),
});

export type RelayContext = z.output<typeof schema>;
export type SourceContext = RelayContext['source'];
export type RouteContext = RelayContext['routes'][number];
/** A route that reads another account's bucket. */
export type PullingRouteContext = RouteContext & { pull: NonNullable<RouteContext['pull']> };

/** The relay's own bucket, and the routes that take from it. */
export interface OwnSource {
  bucket: string;
  routes: RouteContext[];
}

/** Undefined when every route pulls. */
export function ownSource({ source, routes }: RelayContext): OwnSource | undefined {
  const taking = routes.filter(({ pull }) => pull === undefined);
  return taking.length === 0 ? undefined : { bucket: source.bucket!, routes: taking };
}

export function pullingRoutes({ routes }: RelayContext): PullingRouteContext[] {
  return routes.filter((route): route is PullingRouteContext => route.pull !== undefined);
}

/**
 * Checks the context `relay` of cdk.json.
 * @throws ConfigError naming the field and what stands there
 */
export function parseConfig(value: unknown): RelayContext {
  if (value === undefined) throw new ConfigError('cdk.json has no context "relay"; docs/configuration.md shows one.');
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ConfigError(sentence(parsed.error.issues[0]!, value));
  refuseWrongSource(parsed.data);
  refuseAmbiguity(parsed.data);
  refuseLoops(parsed.data);
  return parsed.data;
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const field = ['relay', ...issue.path, issue.keys[0]].join('.');
    return `cdk.json: field "${field}" is not known; look for a typing error, or remove it.`;
  }
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  const what = found === undefined ? 'is missing' : `is ${JSON.stringify(found)}`;
  return `cdk.json: field "${['relay', ...issue.path].join('.')}" ${what}: ${issue.message}.`;
}

/** A bucket that no route takes from would be one whose uploads end in silence, and one of our own needs no reader. */
function refuseWrongSource(config: RelayContext): void {
  const { bucket: own } = config.source;
  const hasTaking = config.routes.some(({ pull }) => pull === undefined);
  if (hasTaking && own === undefined) {
    throw new ConfigError(
      'cdk.json: field "relay.source.bucket" is missing: it may be only when every route has "pull".',
    );
  }
  if (!hasTaking && own !== undefined) {
    throw new ConfigError(
      `cdk.json: field "relay.source.bucket" is "${own}", but every route has "pull", so nothing would be relayed from it: remove it, or add a route without "pull".`,
    );
  }
  const index = config.routes.findIndex(({ pull }) => pull !== undefined && pull.bucket === own);
  if (index === -1) return;
  throw new ConfigError(
    `cdk.json: field "relay.routes.${index}.pull.bucket" is the source bucket "${own}", which the relay reads by itself: remove "pull".`,
  );
}

/** Two routes that share a name or a role could not be told apart in receipts, sessions and policies. */
function refuseAmbiguity({ routes, relay }: RelayContext): void {
  const replays = new Map<string, number>();
  relay.replays.forEach(({ name, route }, index) => {
    refuseSecond(replays, name, 'relay.relay.replays', index, 'name', 'each replay needs a name of its own');
    if (route !== undefined) refuseUnknownRoute(routes, route, `relay.relay.replays.${index}.route`);
  });
  const names = new Map<string, number>();
  const roles = new Map<string, number>();
  const buckets = new Map<string, number>();
  routes.forEach((route, index) => {
    const { account: owner, bucket: name, existingBucket } = route.destination;
    refuseSecond(names, route.name, 'relay.routes', index, 'name', 'each route needs a name of its own');
    const role = `${owner}/${route.writerRoleName}`;
    refuseSecond(
      roles,
      role,
      'relay.routes',
      index,
      'writerRoleName',
      'each route of an account needs a writer role of its own',
    );
    if (route.pull) {
      const reader = `${route.pull.account}/${route.pull.readerRoleName}`;
      const advice = 'each route of an account needs roles of its own';
      refuseSecond(roles, reader, 'relay.routes', index, 'pull.readerRoleName', advice);
    }
    if (!existingBucket) {
      const advice = 'only one route can create a bucket; set "existingBucket": true on the others';
      refuseSecond(buckets, name, 'relay.routes', index, 'destination.bucket', advice);
    }
  });
}

function refuseUnknownRoute(routes: RouteContext[], route: string, field: string): void {
  if (routes.some(({ name }) => name === route)) return;
  throw new ConfigError(
    `cdk.json: field "${field}" is "${route}": there is no such route; the routes are ${namesOf(routes)}.`,
  );
}

function refuseSecond(
  seen: Map<string, number>,
  value: string,
  list: string,
  index: number,
  field: string,
  advice: string,
): void {
  const first = seen.get(value);
  if (first !== undefined) {
    throw new ConfigError(
      `cdk.json: field "${list}.${index}.${field}" is "${value}", as in "${list}.${first}": ${advice}.`,
    );
  }
  seen.set(value, index);
}

function refuseLoops({ source, routes, relay }: RelayContext): void {
  if (source.bucket !== undefined && relay.batchOperations?.bucket === source.bucket) {
    throw new ConfigError(
      `cdk.json: field "relay.relay.batchOperations.bucket" is the source bucket "${source.bucket}", from where manifests and reports would be relayed; choose another one.`,
    );
  }
  const loop = feedsSource(source.bucket, routes);
  if (!loop) return;
  const index = routes.findIndex(({ name }) => name === loop.name);
  throw new ConfigError(
    `cdk.json: field "relay.routes.${index}.destination" is the bucket "${loop.destination.bucket}" with prefix "${loop.destination.prefix}", where a route would take the object again and again; choose another bucket, or prefixes of which neither begins with the other.`,
  );
}
