/** Decides what has become of one object along one route, by its receipt. Pure. */
import type { ListedRoute } from '../../core/route.ts';
import { type Item, isAlong, isFailureOf, isReceiptOf } from '../../ledger/read.ts';
import type { AuditStatus } from '../../request/audit-request.ts';
import type { ListedObject } from '../list-page.ts';

/** One key and route of a listing. */
export interface Subject {
  object: ListedObject;
  route: ListedRoute;
  sourceBucket: string;
  /** What the ledger has. */
  receipt: Item | undefined;
}

/** What a receipt tells of the object, or of the one that lies in its place. Times are ISO 8601, UTC. */
export interface ReceiptFacts {
  versionId?: string | undefined;
  checksumAlgorithm?: string | undefined;
  checksumType?: string | undefined;
  checksum?: string | undefined;
  checksumOrigin?: string | undefined;
  destinationVersionId?: string | undefined;
  destinationETag?: string | undefined;
  destinationChecksum?: string | undefined;
  deliveredAt?: string;
  durationMs?: number | undefined;
  attempts?: number | undefined;
}

export interface Verdict {
  status: AuditStatus;
  reason?: string | undefined;
  facts?: ReceiptFacts;
}

/**
 * The first row that fits:
 *
 * | the ledger has, of the route as it is now      | status                                                |
 * |------------------------------------------------|-------------------------------------------------------|
 * | a failure since the upload                     | failed; superseded if an older version was put back   |
 * | an earlier failure                             | missing; superseded if there was a delivery before it |
 * | a delivery of this object                      | delivered; unproved if the source had no checksum     |
 * | a delivery of another version                  | superseded; already there on a create-only route      |
 * | that the key was taken, on a create-only route | already there                                         |
 * | anything else, or nothing                      | missing                                               |
 */
export function verdictOf({ object, route, sourceBucket, receipt }: Subject): Verdict {
  if (receipt === undefined) return missing(object, 'there is no receipt');
  const status = textOf(receipt, 'status');
  if (status === 'failed') return failedVerdict({ object, route, sourceBucket, receipt });
  if (!isAlong(receipt, route, sourceBucket, object.key)) {
    return missing(object, 'the receipt is of another source or destination than the route has now');
  }
  if (isReceiptOf(receipt, object)) return deliveredVerdict(receipt);
  if (status === 'delivered') {
    const eTag = textOf(receipt, 'sourceETag');
    const other = `the version with ETag ${bare(eTag)}`;
    const older = `the receipt is of ${eTag === object.eTag ? 'an earlier upload with the same ETag' : other}`;
    if (route.createOnly) return { status: 'already there', reason: older, facts: placeFacts(receipt) };
    return { status: 'superseded', reason: `${older}, and this one has none`, facts: placeFacts(receipt) };
  }
  if (status === 'already there' && route.createOnly) {
    return { status, reason: 'the key was taken', facts: { attempts: numberOf(receipt, 'attempts') } };
  }
  return missing(object, 'the ledger knows only that the key was taken');
}

function missing({ isArchived }: ListedObject, reason: string): Verdict {
  return {
    status: 'missing',
    reason: isArchived ? `${reason}; the object is archived and must be restored first` : reason,
  };
}

/** A receipt of a failure may have taken the place of a delivery. Then it knows when that was. */
function failedVerdict({ object, route, sourceBucket, receipt }: Subject & { receipt: Item }): Verdict {
  const code = textOf(receipt, 'reasonCode');
  const reason = `${code}: ${textOf(receipt, 'reason')}`;
  const carried = numberOf(receipt, 'deliveredAt');
  const delivered = timeFact(carried);
  if (isFailureOf(receipt, route, sourceBucket, object)) {
    const attempts = { attempts: numberOf(receipt, 'attempts'), durationMs: numberOf(receipt, 'durationMs') };
    return { status: code === 'Superseded' ? 'superseded' : 'failed', reason, facts: { ...attempts, ...delivered } };
  }
  const earlier = `there is no receipt of it, only of an earlier failure (${reason})`;
  return carried === undefined ? missing(object, earlier) : { status: 'superseded', reason: earlier, facts: delivered };
}

function deliveredVerdict(receipt: Item): Verdict {
  const origin = textOf(receipt, 'checksumOrigin');
  const altered = textOf(receipt, 'altered');
  const isProved = origin !== undefined && origin !== 'transit';
  const reasons = [
    ...(isProved ? [] : ['the source kept no checksum, so only the way from the relay on is proved']),
    ...(altered === undefined ? [] : [`without these headers: ${altered}`]),
  ];
  return {
    status: isProved ? 'delivered' : 'unproved',
    reason: reasons.join('; ') || undefined,
    facts: {
      ...placeFacts(receipt),
      versionId: textOf(receipt, 'sourceVersionId'),
      checksumAlgorithm: textOf(receipt, 'checksumAlgorithm'),
      checksumType: textOf(receipt, 'checksumType'),
      checksum: textOf(receipt, 'checksumValue'),
      checksumOrigin: origin,
      destinationChecksum: textOf(receipt, 'checksumAnswered'),
    },
  };
}

/** What lies at the destination by the receipt. */
function placeFacts(receipt: Item): ReceiptFacts {
  return {
    destinationVersionId: textOf(receipt, 'destinationVersionId'),
    destinationETag: bare(textOf(receipt, 'destinationETag')),
    ...timeFact(finishedAt(receipt)),
    durationMs: numberOf(receipt, 'durationMs'),
    attempts: numberOf(receipt, 'attempts'),
  };
}

/** No item of the ledger, however strange, may end an audit: a time that none can be is not known. */
function timeFact(milliseconds: number | undefined): Pick<ReceiptFacts, 'deliveredAt'> {
  const time = new Date(milliseconds ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? {} : { deliveredAt: time.toISOString() };
}

/** Milliseconds since the epoch. */
function finishedAt(receipt: Item): number {
  return Date.parse(textOf(receipt, 'startedAt') ?? '') + (numberOf(receipt, 'durationMs') ?? 0);
}

function textOf(receipt: Item, name: string): string | undefined {
  return receipt[name]?.S;
}

function numberOf(receipt: Item, name: string): number | undefined {
  const text = receipt[name]?.N;
  return text === undefined ? undefined : Number(text);
}

/** An ETag without its quotes, as S3 Inventory writes it. */
export function bare(eTag: string | undefined): string | undefined {
  return eTag?.replaceAll('"', '');
}
