/** Groups routes into one stack per account and region. */

/** Where a stack goes, and the routes that it is for. */
export interface StackGroup<R> {
  /** Of the construct: what `cdk deploy` takes. */
  id: string;
  account: string;
  region: string;
  /** By name. */
  routes: R[];
}

/**
 * One stack per account and region, none without a route. The only one bears the bare name as its id; several are told apart by account
 * and region, whatever the order of routes.
 */
export function stackGroups<R extends { name: string }>(
  name: string,
  routes: readonly R[],
  placeOf: (route: R) => { account: string; region: string },
): StackGroup<R>[] {
  const groups = Map.groupBy(routes, (route) => {
    const { account, region } = placeOf(route);
    return `${account}-${region}`;
  });
  return [...groups.keys()].sort().map((place) => {
    const members = groups.get(place)!.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const { account, region } = placeOf(members[0]!);
    return { id: groups.size === 1 ? name : `${name}-${place}`, account, region, routes: members };
  });
}
