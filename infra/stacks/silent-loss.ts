/** Warns that nothing looks for uploads that the relay never heard of. */
import { Annotations, type Stack } from 'aws-cdk-lib';
import type { RelayContext } from '../config/relay-context.ts';

/** A notification that never comes, or a queue that somebody purges, is seen by comparing the bucket with the ledger alone. */
export function warnOfSilentLoss(stack: Stack, { relay }: RelayContext): void {
  if (relay.replay && relay.reconciliation) return;
  const what = relay.replay
    ? '"relay.relay.reconciliation" is false: nothing compares the bucket with the ledger'
    : '"relay.relay.replay" is false: there is neither reconciliation nor audit, so nothing compares the bucket with the ledger';
  Annotations.of(stack).addWarningV2(
    'upload-relay:noReconciliation',
    `cdk.json: field ${what}, and an upload whose notification was lost stays unheard.`,
  );
}
