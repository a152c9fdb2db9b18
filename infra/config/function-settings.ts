/** The settings of each function: what it needs of cdk.json. Routes are sorted, so that their order in cdk.json changes no code. */
import type { ListedRoute, Route } from '../../functions/core/route.ts';
import type { CheckSettings, DoorSettings, RelaySettings, ReplaySettings } from '../../functions/core/settings.ts';
import { functionArn, queueArn, readerRoleArn, replayRoleArn, writerRoleArn } from '../arns.ts';
import { LIVE_ALIAS, logGroupName, relayNames, reportBucket, serviceName } from '../names.ts';
import { sharesOf } from './concurrency.ts';
import { eventPattern, notificationFilters } from './event-filters.ts';
import type { ReconciliationContext } from './reconciliation-schema.ts';
import { domainSuffixOf } from './regions.ts';
import {
  type OwnSource,
  ownSource,
  type PullingRouteContext,
  type RelayContext,
  type RouteContext,
} from './relay-context.ts';

/** How often the relay tries a message. AWS's advice: fewer would give up on messages that were only throttled. */
export const MAX_RECEIVES = 5;

export function relaySettings(config: RelayContext): RelaySettings {
  const { source, routes, relay } = config;
  const { largeFunction, partFunction } = relayNames(config);
  const { retryDelaySeconds, awaitRoleHours, latePutSeconds, lateCompleteSeconds, largeObjectBytes, events } = relay;
  const { slots: largeSlots, workers: largeWorkers } = sharesOf(relay);
  return {
    ...commonSettings(config),
    routes: sorted(routes).map(runtimeRoute),
    events,
    objectiveSeconds: relay.objectiveSeconds,
    maxReceives: MAX_RECEIVES,
    retryDelaySeconds,
    awaitRoleHours,
    latePutSeconds,
    lateCompleteSeconds,
    largeObjectBytes,
    largeSlots,
    largeWorkers,
    ...(relay.largeObjects && {
      largeFunction: functionArn(source, `${largeFunction}:${LIVE_ALIAS}`),
      partFunction: functionArn(source, partFunction),
    }),
  };
}

export function checkSettings(config: RelayContext): CheckSettings {
  return {
    ...commonSettings(config),
    routes: sorted(config.routes).map(runtimeRoute),
    awaitRoleHours: config.relay.awaitRoleHours,
    ...(config.source.rolePath !== '/' && { rolePath: config.source.rolePath }),
    ...(config.relay.replay && { replayRoleArn: replayRoleArn(config) }),
    protectLedger: config.relay.protectLedger,
    ...(config.relay.canary && { door: doorSettings(config) }),
  };
}

function doorSettings(config: RelayContext): DoorSettings {
  const { source, relay } = config;
  const names = relayNames(config);
  const own = ownSource(config);
  return {
    canaryFunction: functionArn(source, names.canaryFunction),
    domainSuffix: domainSuffixOf(source.region),
    queueArn: queueArn(source, names.queue),
    deadLetterQueueArn: queueArn(source, names.deadLetterQueue),
    relayFunction: functionArn(source, names.relayFunction),
    maximumConcurrency: relay.maximumConcurrency,
    ...(relay.replay && relay.reconciliation && { comparisonLogs: logGroupName(names.replayFunction) }),
    ...(own && !source.existingBucket && { filters: notificationFilters(own.routes, true) }),
    ...(own && source.existingBucket && heardOf(own, source)),
  };
}

export function replaySettings(config: RelayContext): ReplaySettings {
  const { source, routes, relay } = config;
  const { retryDelaySeconds, memoryMiB, largeObjectBytes, events } = relay;
  const { queue: concurrency, slots: largeSlots, workers: largeWorkers } = sharesOf(relay);
  return {
    ...commonSettings(config),
    routes: sorted(routes).map(listedRoute),
    retryDelaySeconds,
    replayFunction: functionArn(source, `${relayNames(config).replayFunction}:${LIVE_ALIAS}`),
    audit: { bucket: reportBucket(config), prefix: relay.audit.prefix },
    reconciliation: reconciliationSettings(config),
    relay: { concurrency, memoryMiB, largeObjectBytes, largeSlots, largeWorkers, events },
  };
}

/** How the uploads of an existing bucket are heard of. */
function heardOf(own: OwnSource, { topicArn }: RelayContext['source']): Pick<DoorSettings, 'topicArn' | 'pattern'> {
  return topicArn === undefined ? { pattern: JSON.stringify(eventPattern(own, true)) } : { topicArn };
}

/** One that is switched off can still be asked for by hand. */
function reconciliationSettings({ source, relay }: RelayContext): ReplaySettings['reconciliation'] {
  const { missingAfterMinutes, since, objectsPerSecond, inventory } = relay.reconciliation || OFF;
  return {
    missingAfterSeconds: missingAfterMinutes * 60,
    since,
    objectsPerSecond,
    ...(inventory && {
      inventory: {
        bucket: inventory.bucket,
        folder: inventoryFolder(inventory, source.bucket!),
        staleAfterDays: inventory.staleAfterDays,
      },
    }),
  };
}

const OFF: Pick<ReconciliationContext, 'missingAfterMinutes'> & Partial<ReconciliationContext> = {
  missingAfterMinutes: 60,
};

/** Where S3 writes the inventory: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html */
export function inventoryFolder({ prefix, id }: { prefix: string; id: string }, sourceBucket: string): string {
  return `${prefix === '' ? '' : `${prefix}/`}${sourceBucket}/${id}/`;
}

function commonSettings(config: RelayContext) {
  const { account, bucket } = config.source;
  return { name: serviceName(config), sourceBucket: bucket, sourceAccount: account };
}

/** As it lies beside a bundle: the fields of each object are sorted, so that equal settings are equal bytes, however cdk.json orders them. */
export function settingsJson(settings: object): string {
  return JSON.stringify(settings, (_, value: unknown) =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}

/** By name, in the order of code units: the same on every machine. */
function sorted<R extends { name: string }>(routes: readonly R[]): R[] {
  return routes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A route as the relay and the check read it: ARNs take the place of names, and what only the stacks use is left out. */
export function runtimeRoute(route: RouteContext): Route {
  const { writerRoleName, writerRolePath, pull, destination, ...rest } = route;
  const { existingBucket, versioned, ...place } = destination;
  return { ...rest, ...runtimePull(route), destination: place, writerRoleArn: writerRoleArn(route) };
}

/** As much of it as replay needs. */
function listedRoute(route: RouteContext): ListedRoute {
  const { name, filter, createOnly } = route;
  const { account, bucket, prefix } = route.destination;
  return { name, filter, createOnly, ...runtimePull(route), destination: { account, bucket, prefix } };
}

function runtimePull(route: RouteContext): Pick<Route, 'pull'> {
  if (!route.pull) return {};
  const { readerRoleName, readerRolePath, ...pull } = route.pull;
  return { pull: { ...pull, readerRoleArn: readerRoleArn(route as PullingRouteContext) } };
}
