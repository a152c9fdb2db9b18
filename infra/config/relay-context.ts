/** A checked configuration: the types that the schema leads to, and the routes by the bucket that they read. */
import type * as z from 'zod';
import type { contextSchema } from './schema.ts';

export type RelayContext = z.output<typeof contextSchema>;
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
