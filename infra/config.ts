import type * as z from 'zod';
import { feedsSource, namesOf } from '../functions/route.ts';
import { contextSchema } from './config-schema.ts';

/** A mistake in `cdk.json`, in one sentence that names the field. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type RelayContext = z.output<typeof contextSchema>;
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
  const parsed = contextSchema.safeParse(value);
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
