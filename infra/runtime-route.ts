import type { Route } from '../functions/route.ts';
import type { RouteContext } from './config.ts';
import { writerRoleArn } from './contract.ts';

/** A route as the function reads it from its environment. */
export function runtimeRoute(route: RouteContext): Route {
  const { name, filter, externalId, storageClass, copyTags, createOnly } = route;
  const { account, region, bucket, prefix, kmsKeyArn } = route.destination;
  return {
    name,
    filter,
    destination: { account, region, bucket, prefix, kmsKeyArn },
    writerRoleArn: writerRoleArn(route),
    externalId,
    storageClass,
    copyTags,
    createOnly,
  };
}
