/** Warns of regions that have no durable functions. */
import { Annotations, type Stack } from 'aws-cdk-lib';
import { partitionOf } from '../config/regions.ts';
import type { RelayContext } from '../config/relay-context.ts';

/**
 * Where durable functions are known to be missing. AWS has announced them region by region: us-east-2 in December 2025, 31 regions by
 * April 2026, all of them of the partition `aws`; which three of that partition were left out then, the announcements don't say by
 * themselves, so nothing is claimed of any of its regions.
 * https://github.com/aws/aws-lambda-roadmap/issues/80, read in April 2026
 */
const PARTITIONS_WITH_DURABLE_FUNCTIONS = ['aws'];

/** True when durable functions are known to be missing. False doesn't mean that they exist. */
export function lacksDurableFunctions(region: string): boolean {
  return !PARTITIONS_WITH_DURABLE_FUNCTIONS.includes(partitionOf(region));
}

/** It only warns, since AWS may support more regions by now. */
export function warnOfMissingRegion(stack: Stack, { source, relay }: RelayContext): void {
  const asked = (['largeObjects', 'replay'] as const).filter((field) => relay[field]);
  if (asked.length === 0 || !lacksDurableFunctions(source.region)) return;
  const fields = asked.map((field) => `"relay.relay.${field}"`).join(' and ');
  Annotations.of(stack).addWarningV2(
    'upload-relay:durableFunctions',
    `cdk.json: field "relay.source.region" is "${source.region}", where AWS had announced no durable functions by April 2026: unless it has them by now, the deployment fails; set ${fields} to false then.`,
  );
}
