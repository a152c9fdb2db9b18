/** What a deployed relay tells of itself: its bucket and its routes, without roles and external ids. Pure. */
import type { ListedRoute } from '../core/route.ts';
import type { CheckSettings } from '../core/settings.ts';

export type DescribedRoute = Pick<ListedRoute, 'name' | 'filter' | 'createOnly' | 'destination'> & {
  pull?: { account: string; region: string; bucket: string } | undefined;
};

export interface Described {
  name: string;
  sourceBucket: string | undefined;
  routes: DescribedRoute[];
}

/** `{"list":"routes"}`: whoever asks needs to know no cdk.json. */
export function asksForRoutes(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'list' in event && event.list === 'routes';
}

export function described({
  name,
  sourceBucket,
  routes,
}: Pick<CheckSettings, 'name' | 'sourceBucket' | 'routes'>): Described {
  return { name, sourceBucket, routes: routes.map(describedRoute) };
}

export function describedRoute({ name, filter, createOnly, destination, pull }: ListedRoute): DescribedRoute {
  const { account, bucket, prefix } = destination;
  return {
    name,
    filter,
    createOnly,
    destination: { account, bucket, prefix },
    ...(pull && { pull: { account: pull.account, region: pull.region, bucket: pull.bucket } }),
  };
}
