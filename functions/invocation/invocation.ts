import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../aws/clients.ts';
import type { RelayConfig } from '../core/config.ts';
import type { LargeSlots } from '../delivery/large-slots.ts';
import type { FinalReceipt } from '../ledger/receipt.ts';
import type { RelayMetrics } from '../reporting/metrics.ts';

/** What a relay works with; made once per execution environment. */
export interface Relay {
  config: RelayConfig;
  clients: Clients;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: RelayMetrics;
  slots: LargeSlots;
  now: () => Date;
  /** Resolves after so many milliseconds. */
  sleep: (ms: number) => Promise<unknown>;
}

/** The relay during one invocation. */
export interface Invocation extends Relay {
  /** Until Lambda ends the invocation. */
  remainingMs: () => number;
  /** What a fresh invocation has. */
  grantedMs: number;
  /** Bytes that have been begun and not ended, by who asks for them. */
  underWay: Map<string, number>;
  /** Aborts, with a RelayError `OutOfTime` as reason, while there is still time to answer. */
  signal: AbortSignal;
  /** Aborts somewhat later: what couldn't be done in time is recorded all the same. */
  recordingSignal: AbortSignal;
  /** What EventBridge has not been told yet. */
  reports: FinalReceipt[];
}
