import type { FilteredRoute, Route } from '../functions/route.ts';
import type { PullingRouteContext, RouteContext } from './config.ts';
import { readerRoleArn, writerRoleArn } from './contract.ts';

/** A route as the function reads it from its environment. */
export function runtimeRoute(route: RouteContext): Route {
  const { externalId, storageClass, copyTags } = route;
  const { account, region, bucket, prefix, kmsKeyArn } = route.destination;
  return {
    ...runtimeFilter(route),
    destination: { account, region, bucket, prefix, kmsKeyArn },
    writerRoleArn: writerRoleArn(route),
    externalId,
    storageClass,
    copyTags,
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
