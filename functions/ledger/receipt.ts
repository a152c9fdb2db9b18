/** The receipts: how the way of an object along a route ended. */
import type { RelayError } from '../core/errors.ts';
import type { Route } from '../core/route.ts';
import type { Destination } from '../core/source-object.ts';
import type { RelayRequest, VersionHint } from '../request/relay-request.ts';
import type { Checksum } from '../transfer/checksum.ts';
import type { SourceState } from '../transfer/source-state.ts';
import type { Delivered } from '../transfer/transfer.ts';

export type TransferKind = 'single' | 'multipart' | 'large';

/** The record of one delivered object: what was read, what was written, and by what the destination verified it. */
export interface Receipt {
  status: 'delivered';
  route: string;
  source: {
    bucket: string;
    key: string;
    versionId: string | undefined;
    eTag: string;
    sizeBytes: number;
    /** Known when the event that led here spoke of this very version. */
    sequencer: string | undefined;
    /** What the event spoke of, where that was another version than the newest. */
    versionHint: string | undefined;
  };
  destination: {
    bucket: string;
    key: string;
    versionId: string | undefined;
    eTag: string | undefined;
  };
  /** The destination computed this over what it received, and refused the object otherwise. */
  checksum: Checksum & {
    type: 'FULL_OBJECT';
    origin: Delivered['checksumOrigin'];
    verifiedBy: 'destination';
    answered: string | undefined;
  };
  transfer: { kind: TransferKind; parts: number };
  /** Headers that the destination has not got, since they couldn't arrive as they were: docs/fidelity.md. */
  altered: readonly string[];
  /**
   * False when an earlier write may yet take effect, after a newer object even: it went unanswered, or whoever sent it died. The
   * object is relayed once more, later.
   */
  certain: boolean;
  /** How often the object was begun: more than once after an overwrite in mid-copy or a failure that passed. */
  attempts: number;
  startedAt: string;
  durationMs: number;
}

/**
 * The record of an object that found its key taken on a create-only route. By what, nobody on this side may ask: by this very
 * object, if an earlier try or a duplicate event has delivered it, or by another.
 */
export interface AlreadyThereReceipt extends Pick<Receipt, 'route' | 'source' | 'certain'> {
  status: 'already there';
  destination: Pick<Receipt['destination'], 'bucket' | 'key'>;
  attempts: number;
  startedAt: string;
  durationMs: number;
}

/** The record of an object that can't be relayed. */
export interface FailedReceipt {
  status: 'failed';
  route: string;
  source: { bucket: string; key: string; versionId: string | undefined; sequencer: string | undefined };
  failure: Record<string, unknown>;
  attempts: number;
  startedAt: string;
  durationMs: number;
}

/** The record of an object that is gone, and was delivered before: a second copy of its event is no failure. */
export interface GoneReceipt {
  status: 'gone';
  route: string;
  source: Pick<Receipt['source'], 'bucket' | 'key'>;
  certain: boolean;
}

/** What stands for the receipt of a large object, which relay-large writes when it has delivered it. */
export interface StartedReceipt {
  status: 'started';
  route: string;
  source: Pick<Receipt['source'], 'bucket' | 'key' | 'versionId' | 'eTag' | 'sizeBytes'>;
  /** The name of relay-large's durable execution. */
  execution: string;
  /** As of a receipt: false when this invocation has written something that may yet land. */
  certain: boolean;
}

/** How an object's way along a route ends. */
export type FinalReceipt = Receipt | AlreadyThereReceipt | FailedReceipt;

/** What the relay answers of an object that has not failed. */
export type RelayReceipt = Receipt | AlreadyThereReceipt | StartedReceipt | GoneReceipt;

export interface Timing {
  attempts: number;
  startedAt: Date;
  finishedAt: Date;
}

export interface ReceiptFacts {
  request: RelayRequest;
  route: Route;
  state: SourceState;
  destination: Destination;
  delivered: Delivered;
  kind: TransferKind;
  timing: Timing;
}

export function receiptOf({ request, route, state, destination, delivered, kind, timing }: ReceiptFacts): Receipt {
  return {
    status: 'delivered',
    route: route.name,
    source: sourceFacts(request, state),
    destination: {
      bucket: destination.bucket,
      key: destination.key,
      versionId: delivered.versionId,
      eTag: delivered.eTag,
    },
    checksum: {
      ...delivered.checksum,
      type: 'FULL_OBJECT',
      origin: delivered.checksumOrigin,
      verifiedBy: 'destination',
      answered: delivered.answeredChecksum,
    },
    transfer: { kind, parts: delivered.parts },
    altered: state.altered,
    certain: true,
    ...times(timing),
  };
}

export function alreadyThereReceiptOf({
  request,
  route,
  state,
  destination: { bucket, key },
  timing,
}: Omit<ReceiptFacts, 'delivered' | 'kind'>): AlreadyThereReceipt {
  return {
    status: 'already there',
    route: route.name,
    source: sourceFacts(request, state),
    destination: { bucket, key },
    certain: true,
    ...times(timing),
  };
}

export function failedReceiptOf(
  { source, hint }: RelayRequest,
  route: Route,
  failure: RelayError,
  timing: Timing,
): FailedReceipt {
  return {
    status: 'failed',
    route: route.name,
    source: { bucket: source.bucket, key: source.key, versionId: hint?.versionId, sequencer: hint?.sequencer },
    failure: failure.toJSON(),
    ...times(timing),
  };
}

function sourceFacts({ source, hint }: RelayRequest, state: SourceState): Receipt['source'] {
  const matches = hint !== undefined && isHinted(state, hint);
  return {
    bucket: source.bucket,
    key: source.key,
    versionId: state.versionId,
    eTag: state.eTag,
    sizeBytes: state.sizeBytes,
    sequencer: matches ? hint.sequencer : undefined,
    versionHint: matches ? undefined : hint?.versionId,
  };
}

/** Whether an event spoke of the version that was relayed: by version where the bucket has them, else by ETag. */
function isHinted(state: SourceState, hint: VersionHint): boolean {
  if (state.versionId !== undefined || hint.versionId !== undefined) return state.versionId === hint.versionId;
  return hint.eTag !== undefined && state.eTag === `"${hint.eTag}"`;
}

function times({ attempts, startedAt, finishedAt }: Timing) {
  return { attempts, startedAt: startedAt.toISOString(), durationMs: finishedAt.getTime() - startedAt.getTime() };
}
