/** The receipts: how the way of an object along a route ended. */
import type { RelayError } from '../core/errors.ts';
import type { Route } from '../core/route.ts';
import type { Destination } from '../core/source-object.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import type { Checksum } from '../transfer/checksum.ts';
import type { SourceState } from '../transfer/source-state.ts';
import type { Delivered } from '../transfer/transfer.ts';
import { isHinted, uploadedAt } from './uploaded-at.ts';

export type TransferKind = 'single' | 'multipart' | 'large';

/** The receipt of a delivered object: what was read, what was written, and which checksum the destination verified. */
export interface Receipt {
  status: 'delivered';
  route: string;
  source: {
    bucket: string;
    key: string;
    versionId: string | undefined;
    eTag: string;
    sizeBytes: number;
    /** ISO 8601: see `uploaded-at.ts`. */
    uploadedAt: string | undefined;
    /** Known if the event was about this very version. */
    sequencer: string | undefined;
    /** The version of the event, if that was not the newest. */
    versionHint: string | undefined;
  };
  destination: {
    bucket: string;
    key: string;
    versionId: string | undefined;
    eTag: string | undefined;
  };
  /** The destination computed it over what it received; another value would have been refused. */
  checksum: Checksum & {
    type: 'FULL_OBJECT';
    origin: Delivered['checksumOrigin'];
    verifiedBy: 'destination';
    answered: string | undefined;
  };
  transfer: { kind: TransferKind; parts: number };
  /** Headers that the destination does not have, since they could not arrive unchanged: docs/fidelity.md. */
  altered: readonly string[];
  /**
   * False when an earlier write may still take effect, because it had no answer or its sender died. The object is relayed once
   * more later.
   */
  certain: boolean;
  /** How often the object was begun: more than once after a transient failure or an overwrite during the transfer. */
  attempts: number;
  startedAt: string;
  durationMs: number;
}

/**
 * The receipt of an object whose key was taken on a create-only route. The writer role cannot read the destination, so the relay cannot
 * tell by what: it may be this very object, delivered by an earlier attempt or a duplicate event, or another one.
 */
export interface AlreadyThereReceipt extends Pick<Receipt, 'route' | 'source' | 'certain'> {
  status: 'already there';
  destination: Pick<Receipt['destination'], 'bucket' | 'key'>;
  attempts: number;
  startedAt: string;
  durationMs: number;
}

/** The receipt of an object that cannot be relayed. */
export interface FailedReceipt {
  status: 'failed';
  route: string;
  source: { bucket: string; key: string; versionId: string | undefined; sequencer: string | undefined };
  failure: Record<string, unknown>;
  attempts: number;
  startedAt: string;
  durationMs: number;
}

/** For an object that was delivered before and is deleted by now: a duplicate event of it is no failure. */
export interface GoneReceipt {
  status: 'gone';
  route: string;
  source: Pick<Receipt['source'], 'bucket' | 'key'>;
  certain: boolean;
}

/** In place of a receipt, which relay-large writes when it has delivered the object. */
export interface StartedReceipt {
  status: 'started';
  route: string;
  source: Pick<Receipt['source'], 'bucket' | 'key' | 'versionId' | 'eTag' | 'sizeBytes'>;
  /** The name of relay-large's durable execution. */
  execution: string;
  /** As in a receipt: false when this invocation has sent a write that may still take effect. */
  certain: boolean;
}

/** What the ledger records. */
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
  const matches = isHinted(state, hint);
  return {
    bucket: source.bucket,
    key: source.key,
    versionId: state.versionId,
    eTag: state.eTag,
    sizeBytes: state.sizeBytes,
    uploadedAt: uploadedAt(state, hint),
    sequencer: matches ? hint?.sequencer : undefined,
    versionHint: matches ? undefined : hint?.versionId,
  };
}

function times({ attempts, startedAt, finishedAt }: Timing) {
  return { attempts, startedAt: startedAt.toISOString(), durationMs: finishedAt.getTime() - startedAt.getTime() };
}
