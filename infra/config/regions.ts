/** The regions that the CDK knows, their partitions, and the rules for them. */
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { nearest } from '../../functions/core/nearest.ts';
import { toAcknowledge } from './acknowledgements.ts';
import { type Mistakes, refusal } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

const REGIONS = RegionInfo.regions.flatMap(({ name, partition }) =>
  partition === undefined ? [] : [{ name, partition }],
);

/** What the deployment knows of a region that is a token of the CDK. */
export interface UnresolvedRegion {
  partition: string;
  domainSuffix: string;
}

const UNRESOLVED = new Map<string, UnresolvedRegion>();

/**
 * Has a token stand for a region. Commands that deploy nothing read these files too, and start fast because they don't load the CDK; so
 * the constructs say which texts are tokens.
 */
export function addUnresolvedRegion(region: string, place: UnresolvedRegion): void {
  UNRESOLVED.set(region, place);
}

/** Whether only the deployment knows it. */
export function isUnresolvedRegion(region: string): boolean {
  return UNRESOLVED.has(region);
}

/**
 * The partition of a region. For a region that the CDK doesn't know it is the partition of regions with a similar name. Pure.
 * @throws Error when the data has none like it; `refuseRegions` says so beforehand
 */
export function partitionOf(region: string): string {
  const partition = UNRESOLVED.get(region)?.partition ?? findPartition(region);
  if (partition === undefined) throw new Error(`The CDK's region data has no partition for "${region}"`);
  return partition;
}

/** The same, or undefined. */
export function findPartition(region: string): string | undefined {
  return knownPartition(region) ?? likelyPartition(region);
}

/** What AWS's endpoints in a region end in. */
export function domainSuffixOf(region: string): string {
  const unresolved = UNRESOLVED.get(region);
  if (unresolved) return unresolved.domainSuffix;
  const partition = partitionOf(region);
  const known = REGIONS.find((each) => each.partition === partition);
  return RegionInfo.get(known!.name).domainSuffix!;
}

/** Unknown regions, and two partitions: a role of one partition can't reach a bucket of another. */
export function* refuseRegions(config: RelayContext): Mistakes {
  const places = placesOf(config);
  for (const { field, region } of places) yield* unknown(field, region);
  const [own, ...others] = places;
  const partition = findPartition(own!.region);
  for (const { field, region } of others) {
    const other = findPartition(region);
    if (partition === undefined || other === undefined || other === partition) continue;
    const reason = `it lies in the partition "${other}", the source in "${partition}", and no role of one can be assumed from the other`;
    yield refusal(field, region, reason);
  }
}

function* unknown(field: string, region: string): Mistakes {
  if (knownPartition(region) !== undefined) return;
  const names = REGIONS.map(({ name }) => name);
  const meant = nearest(region, names);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  if (likelyPartition(region) === undefined) {
    const why = "the CDK's region data has no region with such a name, so its partition is unknown";
    yield refusal(field, region, `${why}${hint || '; correct it, or update aws-cdk-lib to a version that knows it'}`);
    return;
  }
  const warning = `unknown-region:${region}`;
  const advice = `${meant === undefined ? '' : `did you mean "${meant}"? Otherwise `}${toAcknowledge(warning)} if AWS has a new region of that name`;
  yield refusal(field, region, `the CDK's region data doesn't know it; ${advice}`, warning);
}

/** The region of the source comes first. */
function placesOf({ source, routes }: RelayContext): { field: string; region: string }[] {
  return [
    { field: 'relay.source.region', region: source.region },
    ...routes.flatMap(({ destination, pull }, index) => [
      { field: `relay.routes.${index}.destination.region`, region: destination.region },
      ...(pull ? [{ field: `relay.routes.${index}.pull.region`, region: pull.region }] : []),
    ]),
  ];
}

function knownPartition(region: string): string | undefined {
  return REGIONS.find(({ name }) => name === region)?.partition;
}

/** `us-gov-north-1` has the partition of `us-gov-west-1`: their names differ only in direction and number. Otherwise the first word decides. */
function likelyPartition(region: string): string | undefined {
  const words = region.split('-');
  const area = words.slice(0, -2).join('-');
  const alike = REGIONS.filter(({ name }) => name.split('-').slice(0, -2).join('-') === area);
  const related = alike.length > 0 ? alike : REGIONS.filter(({ name }) => name.startsWith(`${words[0]}-`));
  const partitions = new Set(related.map(({ partition }) => partition));
  return partitions.size === 1 ? [...partitions][0] : undefined;
}
