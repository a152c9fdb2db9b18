/** What a function is told of cdk.json, in the file beside its bundle: only what it needs. Routes are sorted, so that their order in cdk.json changes no code. */
import type { FilteredRoute, Route } from '../functions/route.ts';
import type { CheckSettings, RelaySettings, ReplaySettings } from '../functions/settings.ts';
import { functionArn, readerRoleArn, replayRoleArn, writerRoleArn } from './arns.ts';
import type { PullingRouteContext, RelayContext, RouteContext } from './config.ts';
import { LIVE_ALIAS, relayNames, serviceName } from './names.ts';
import { MAX_RECEIVES } from './relay-queue.ts';

export function relaySettings(config: RelayContext): RelaySettings {
  const { source, routes, relay } = config;
  const { largeFunction, partFunction } = relayNames(config);
  const { retryDelaySeconds, awaitRoleHours, latePutSeconds, lateCompleteSeconds, largeObjectBytes, largeWorkers } =
    relay;
  return {
    ...commonSettings(config),
    routes: sorted(routes).map(runtimeRoute),
    maxReceives: MAX_RECEIVES,
    retryDelaySeconds,
    awaitRoleHours,
    latePutSeconds,
    lateCompleteSeconds,
    largeObjectBytes,
    largeWorkers,
    largeFunction: functionArn(source, `${largeFunction}:${LIVE_ALIAS}`),
    partFunction: functionArn(source, partFunction),
  };
}

export function checkSettings(config: RelayContext): CheckSettings {
  return {
    ...commonSettings(config),
    routes: sorted(config.routes).map(runtimeRoute),
    awaitRoleHours: config.relay.awaitRoleHours,
    replayRoleArn: replayRoleArn(config),
    protectLedger: config.relay.protectLedger,
  };
}

export function replaySettings(config: RelayContext): ReplaySettings {
  const { source, routes, relay } = config;
  const { retryDelaySeconds, maximumConcurrency, memoryMiB, largeObjectBytes, largeWorkers } = relay;
  return {
    ...commonSettings(config),
    routes: sorted(routes).map(runtimeFilter),
    retryDelaySeconds,
    replayFunction: functionArn(source, `${relayNames(config).replayFunction}:${LIVE_ALIAS}`),
    relay: { concurrency: maximumConcurrency, memoryMiB, largeObjectBytes, largeWorkers },
  };
}

function commonSettings(config: RelayContext) {
  const { account, bucket } = config.source;
  return { name: serviceName(config), sourceBucket: bucket, sourceAccount: account };
}

/** By name, in the order of code units: the same on every machine. */
function sorted<R extends { name: string }>(routes: readonly R[]): R[] {
  return routes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A route as the relay and the check read it. */
export function runtimeRoute(route: RouteContext): Route {
  const { externalId, storageClass, copyTags, requireProof } = route;
  const { account, region, bucket, prefix, kmsKeyArn } = route.destination;
  return {
    ...runtimeFilter(route),
    destination: { account, region, bucket, prefix, kmsKeyArn },
    writerRoleArn: writerRoleArn(route),
    externalId,
    storageClass,
    copyTags,
    requireProof,
  };
}

/** As much of it as replay needs. */
export function runtimeFilter(route: RouteContext): FilteredRoute {
  const { name, filter, createOnly, pull } = route;
  if (!pull) return { name, filter, createOnly };
  const { account, region, bucket, externalId, kmsKeyArn } = pull;
  const readerRole = readerRoleArn(route as PullingRouteContext);
  const pulled = { account, region, bucket, readerRoleArn: readerRole, externalId, kmsKeyArn };
  return { name, filter, createOnly, pull: pulled };
}
