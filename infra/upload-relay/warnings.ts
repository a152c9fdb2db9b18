/** Tells whoever synthesizes what is missing, though it is no mistake. */
import { Annotations, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isUnresolvedRegion, partitionOf } from '../config/regions.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { isNamedAsInCdkJson, propertyOf, saidOf } from './field-names.ts';

/**
 * Where durable functions are known to be missing. AWS has announced them region by region: us-east-2 in December 2025, 31 regions by
 * April 2026, all of them of the partition `aws`; which three of that partition were left out then, the announcements don't say by
 * themselves, so nothing is claimed of any of its regions.
 * https://github.com/aws/aws-lambda-roadmap/issues/80, read in April 2026
 */
const PARTITIONS_WITH_DURABLE_FUNCTIONS = ['aws'];

/** True when durable functions are known to be missing. False doesn't mean that they exist. */
export function lacksDurableFunctions(region: string): boolean {
  return !isUnresolvedRegion(region) && !PARTITIONS_WITH_DURABLE_FUNCTIONS.includes(partitionOf(region));
}

export function warnOf(relay: IConstruct, config: RelayContext): void {
  const annotations = Annotations.of(isNamedAsInCdkJson(relay) ? Stack.of(relay) : relay);
  warnOfMissingRegion(relay, annotations, config);
  warnOfSilentLoss(relay, annotations, config);
  if (config.relay.canary) return;
  annotations.addInfoV2(
    'upload-relay:canary',
    `${saidOf(relay, 'relay.canary')} is false: no canary is dropped, and the check does not look whether the bucket still tells the relay of uploads.`,
  );
}

/** It only warns, since AWS may support more regions by now. */
function warnOfMissingRegion(
  relay: IConstruct,
  annotations: Annotations,
  { source, relay: settings }: RelayContext,
): void {
  const asked = (['largeObjects', 'replay'] as const).filter((field) => settings[field]);
  if (asked.length === 0 || !lacksDurableFunctions(source.region)) return;
  const fields = asked.map((field) => named(relay, `relay.${field}`)).join(' and ');
  annotations.addWarningV2(
    'upload-relay:durableFunctions',
    `${saidOf(relay, 'source.region')} is "${source.region}", where AWS had announced no durable functions by April 2026: unless it has them by now, the deployment fails; set ${fields} to false then.`,
  );
}

/** A notification that never comes, or a queue that somebody purges, is seen by comparing the bucket with the ledger alone. */
function warnOfSilentLoss(relay: IConstruct, annotations: Annotations, { relay: settings }: RelayContext): void {
  if (settings.replay && settings.reconciliation) return;
  const what = settings.replay
    ? `${saidOf(relay, 'relay.reconciliation')} is false: nothing compares the bucket with the ledger`
    : `${saidOf(relay, 'relay.replay')} is false: there is neither reconciliation nor audit, so nothing compares the bucket with the ledger`;
  annotations.addWarningV2(
    'upload-relay:noReconciliation',
    `${what}, and an upload whose notification was lost stays unheard.`,
  );
}

function named(relay: IConstruct, field: string): string {
  return isNamedAsInCdkJson(relay) ? `"relay.${field}"` : `"${propertyOf(field)}"`;
}
