/** What the relay's functions work with: the relay, made once per execution environment, and one invocation of it. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../aws/clients.ts';
import type { RelayConfig } from '../core/config.ts';
import type { RelayRequest } from '../request/relay-request.ts';

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
  /** What a new invocation has. */
  grantedMs: number;
  /** Bytes that are begun and not finished, by who asks for them. */
  underWay: Map<string, number>;
  /** Aborts, with a RelayError `OutOfTime` as reason, while there is still time to answer. */
  signal: AbortSignal;
  /** Aborts somewhat later, so that a failure is recorded even when the time is over. */
  recordingSignal: AbortSignal;
  /** Receipts that are not published as events yet. */
  reports: ReportedReceipt[];
}

/** As much of a receipt as metrics and events read; `ledger/receipt.ts` has all of it. */
export type ReportedReceipt = { route: string } & (
  | {
      status: 'delivered';
      source: { sizeBytes: number; uploadedAt: string | undefined };
      startedAt: string;
      durationMs: number;
    }
  | { status: 'already there' | 'failed' }
);

/** What becomes of the upload of a large object. */
export type LargeUploadEvent = 'largeUploadsBegun' | 'largeUploadsFinished' | 'orphanedUploads';

/** Counts during an invocation, and publishes at its end. */
export interface RelayMetrics {
  count(request: RelayRequest, receipt: ReportedReceipt): void;
  countLargeUpload(route: string, event: LargeUploadEvent): void;
  /** @param ageMs since the message was first sent, or since the upload of a large object that is under way */
  countAge(of: 'oldestRequeued' | 'oldestLarge', ageMs: number): void;
  publish(): void;
}

/** The share of `relay.maximumConcurrency` that is for large objects: docs/decisions/0026. */
export interface LargeSlots {
  /**
   * Takes a slot for an execution that is about to start.
   * @throws RelayError `LargeObjectsBusy`; `LedgerUnavailable`
   */
  reserve(execution: string, signal: AbortSignal): Promise<void>;
  /**
   * Renews the lease of a slot, or takes a slot if the execution holds none.
   * @throws RelayError `LargeObjectsBusy`; `LedgerUnavailable`
   */
  hold(execution: string, signal: AbortSignal): Promise<void>;
  /** Leaves the slot so many seconds from now. @throws RelayError `LedgerUnavailable` */
  release(execution: string, seconds: number, signal: AbortSignal): Promise<void>;
}
