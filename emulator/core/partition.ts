/**
 * The partitions of AWS (`aws`, `aws-us-gov`, `aws-cn`, …): parts of AWS with accounts, regions and names of their own,
 * between which nothing is shared. The data is the CDK's, from which the templates take theirs too; its public interface
 * says of an unknown region that it is unknown, where the SDK's would say `aws`.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
import { RegionInfo } from 'aws-cdk-lib/region-info';

/** Where a resource lies. */
export interface Place {
  account: string;
  region: string;
}

const known = RegionInfo.regions.filter(({ partition, domainSuffix }) => partition && domainSuffix);

/** What the host names of all partitions end in, e.g. `amazonaws.com.cn`; no one is the end of another. */
export const DNS_SUFFIXES: readonly string[] = [...new Set(known.map(({ domainSuffix }) => domainSuffix!))];

/**
 * What the data has of a region; of a newer one, what the regions have that differ from it in direction and number alone.
 * Undefined where there is none, or where these differ.
 */
function infoOf(region: string): { partition: string; domainSuffix: string } | undefined {
  const exact = known.filter(({ name }) => name === region);
  const alike = exact.length > 0 ? exact : known.filter(({ name }) => areaOf(name) === areaOf(region));
  const [first] = alike;
  if (first === undefined || alike.some(({ partition }) => partition !== first.partition)) return undefined;
  return { partition: first.partition!, domainSuffix: first.domainSuffix! };
}

/** `us-gov-west-1` → `us-gov` */
function areaOf(region: string): string {
  return region.split('-').slice(0, -2).join('-');
}

/** Whether the data has this very region. */
export function isRegion(region: string): boolean {
  return known.some(({ name }) => name === region);
}

/** Undefined for a region like none that the data knows. */
export function findPartition(region: string): string | undefined {
  return infoOf(region)?.partition;
}

/** @throws Error for a region like none that the data knows */
export function partitionOf(region: string): string {
  return knownInfo(region).partition;
}

/** What the host names in a region end in. @throws Error for a region like none that the data knows */
export function dnsSuffixOf(region: string): string {
  return knownInfo(region).domainSuffix;
}

function knownInfo(region: string): { partition: string; domainSuffix: string } {
  const info = infoOf(region);
  if (info !== undefined) return info;
  throw new Error(`The CDK's region data knows no region like ${region}, so its partition is unknown`);
}

/**
 * The ARN of what lies in a region.
 * @param resource e.g. `table/ledger`
 * @throws Error for a region like none that the data knows
 */
export function arnOf(service: string, { account, region }: Place, resource: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}

/** A bucket's name is one of its partition, so its ARN has neither region nor account. */
export function bucketArnOf(bucket: string, region: string): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

/** The second part of an ARN; empty for what is none. */
export function partitionOfArn(arn: string): string {
  return arn.split(':')[1] ?? '';
}

/** The region of an ARN `arn:<partition>:<service>:<region>:<account>:<resource>`; undefined unless all of it fits together. */
export function regionOfArn(arn: string, service: string): string | undefined {
  const [, partition, region] = new RegExp(`^arn:([^:]+):${service}:([^:]+):\\d{12}:.+$`).exec(arn) ?? [];
  return region !== undefined && findPartition(region) === partition ? region : undefined;
}

/** A session's ARN has neither the path of its role nor its unique id. */
export function assumedRoleArn(
  { arn, account, name }: { arn: string; account: string; name: string },
  session: string,
): string {
  return `arn:${partitionOfArn(arn)}:sts::${account}:assumed-role/${name}/${session}`;
}
