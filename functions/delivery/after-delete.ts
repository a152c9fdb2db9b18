/**
 * Keeps the newest delivered version at the destination when the object is deleted at the source, since deletes do not travel. A write
 * of an older version may have replaced it. Then the newest is delivered again by its version id, or account B is told to put it back.
 */
import { asRelayError, RelayError } from '../core/errors.ts';
import { destinationOf, type Route } from '../core/route.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { comparable, type Item } from '../ledger/ledger-item.ts';
import { type AlreadyThereReceipt, failedReceiptOf, type Receipt, type RelayReceipt } from '../ledger/receipt.ts';
import { type Recorded, record } from '../ledger/write.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { planTransfer } from '../transfer/plan.ts';
import type { Snapshot } from '../transfer/read-whole.ts';
import { headSource, isGone, type SourceState } from '../transfer/source-state.ts';
import type { History } from './certainty.ts';

/** What is written next, or the receipt that ends the delivery. */
export type Next = { snapshot: Snapshot; asked?: RelayRequest } | { receipt: RelayReceipt };

/**
 * Decides what a missing object means. It is no failure if it was delivered; but an earlier attempt of unknown end may have written
 * an older version since.
 * @throws RelayError the error, unless the object was delivered; `Superseded`
 */
export async function whenGone(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  { attempts, startedAt, history }: { attempts: number; startedAt: Date; history: History },
  error: unknown,
): Promise<Next> {
  const failure = asRelayError(error);
  if (failure.code !== 'SourceMissing') throw failure;
  const failed = failedReceiptOf(request, route, failure, { attempts, startedAt, finishedAt: invocation.now() });
  const { standing } = await record(invocation, failed).catch(() => {
    // The caller records this failure next, and will meet the ledger's failure itself.
    throw failure;
  });
  if (standing?.status !== 'delivered') throw failure;
  // Account B was told, and of another version if this one was recorded meanwhile. Which is newer may not be known, so nothing is written.
  if (history.isSuperseded) throw superseded(request, route, standing, 'an earlier try');
  // On a create-only route nothing was written over what came first.
  const isInDoubt = !route.createOnly && (history.isUncertain || history.visibleWrites.mayHaveWritten);
  if (isInDoubt) return restored(invocation, request, route, standing, 'an earlier try');
  const { bucket, key } = request.source;
  return { receipt: { status: 'gone', route: route.name, source: { bucket, key }, certain: true } };
}

export interface WrittenOver extends Recorded {
  receipt: Receipt | AlreadyThereReceipt;
  state: SourceState;
  /** When the write began; milliseconds since the epoch. */
  begunAt: number;
}

/**
 * Decides what stays when the source was deleted after a write. The ledger's item names another version, if there was one.
 * @throws RelayError `Superseded`
 */
export async function afterDelete(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  { receipt, state, begunAt, standing, replaced, hasReplacedUnseen }: WrittenOver,
): Promise<Next> {
  const own = nameOf(state);
  if (standing) {
    const isNewer = receipt.source.sequencer !== undefined && standing.sequencer !== undefined;
    if (isNewer) return restored(invocation, request, route, standing, own);
    // What was read is at least as new as the event that led here. If both ages are unknown, nobody can order them.
    const told = comparable(request.hint?.sequencer);
    if (told !== undefined && standing.sequencer !== undefined && standing.sequencer <= told) {
      const met = await record(invocation, receipt as Receipt, standing);
      return afterDelete(invocation, request, route, { receipt, state, begunAt, ...met });
    }
    throw superseded(request, route, standing, `${own}, of which nobody can tell any more which is newer`);
  }
  if (hasReplacedUnseen) {
    const right = { ...replaced!, ...state, sequencer: receipt.source.sequencer };
    return restored(invocation, request, route, right, 'another version');
  }
  // The other version was recorded after this write began, so it may have been written after it.
  const isOther = replaced?.status === 'delivered' && nameOf(replaced) !== own;
  if (!isOther || replaced.recordedAt < begunAt) return { receipt };
  return restored(
    invocation,
    request,
    route,
    { ...replaced, ...state, sequencer: receipt.source.sequencer },
    nameOf(replaced),
  );
}

/** @param wrong the version that may be there instead */
async function restored(
  { clients, config, signal }: Invocation,
  request: RelayRequest,
  route: Route,
  right: Item | (Item & SourceState),
  wrong: string,
): Promise<Next> {
  const reader = clients.reader(route);
  const { versionId, sequencer } = right;
  if (versionId === undefined || !reader.readsVersions) throw superseded(request, route, right, wrong);
  try {
    const state = await headSource(reader, request.source, signal, versionId);
    const { largeObjectBytes } = config;
    const plan = planTransfer(request.source, state, { largeObjectBytes, requireProof: route.requireProof });
    if (plan.kind === 'large') throw superseded(request, route, right, wrong);
    // The hint gives the receipt this version's own sequencer.
    return { snapshot: { state }, asked: { ...request, hint: { versionId, sequencer } } };
  } catch (error) {
    throw isGone(error) ? superseded(request, route, right, wrong) : error;
  }
}

function superseded(
  { source }: RelayRequest,
  route: Route,
  right: Pick<Item, 'versionId' | 'eTag'>,
  wrong: string,
): RelayError {
  const destination = `${destinationOf(route, source)}`;
  return new RelayError({
    code: 'Superseded',
    message: `${source} was deleted. ${destination} should hold what was delivered of ${nameOf(right)}, and may hold ${wrong}. It can't be read at the source any more: account B must look, and put the right version back.`,
    retryable: false,
    operation: 'settle',
    source: `${source}`,
    destination,
  });
}

function nameOf({ versionId, eTag }: Pick<Item, 'versionId' | 'eTag'>): string {
  return versionId === undefined ? `the object with ETag ${eTag}` : `version ${versionId}`;
}
