/** Where a stack goes, and the routes that it is for. */
export interface StackPlace<R> {
  id: string;
  account: string;
  region: string;
  routes: R[];
}

/** One stack per account and region; the first, usually the only one, bears the bare name. None without a route. */
export function stackPlaces<R>(
  name: string,
  routes: readonly R[],
  placeOf: (route: R) => { account: string; region: string },
): StackPlace<R>[] {
  const groups = Map.groupBy(routes, (route) => {
    const { account, region } = placeOf(route);
    return `${account}-${region}`;
  });
  return [...groups].map(([place, members], index) => {
    const { account, region } = placeOf(members[0]!);
    return { id: index === 0 ? name : `${name}-${place}`, account, region, routes: members };
  });
}
