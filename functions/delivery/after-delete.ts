/**
 * Deletes do not travel: of a key that is gone at the source, the newest version that was delivered stays at the destination. Whoever may
 * have written an older one over it delivers it again, by its version, or account B is told to put it back.
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

/** What is written next, or the end. */
export type Next = { snapshot: Snapshot; asked?: RelayRequest } | { receipt: RelayReceipt };

/**
 * An object that can't be found. It is no failure if it was delivered; but an earlier try that hasn't told of its end may have written an
 * older version since.
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
    // Whoever records the failure hears of the ledger, too.
    throw failure;
  });
  if (standing?.status !== 'delivered') throw failure;
  // On a create-only route nothing was written over what came first.
  const isInDoubt = !route.createOnly && (history.isUncertain || history.visibleWrites.mayHaveWritten);
  if (isInDoubt) return restored(invocation, request, route, standing, 'an earlier try');
  const { bucket, key } = request.source;
  return { receipt: { status: 'gone', route: route.name, source: { bucket, key }, certain: true } };
}

export interface WrittenOver extends Recorded {
  receipt: Receipt | AlreadyThereReceipt;
  state: SourceState;
  /** When the write began; milliseconds. */
  begunAt: number;
}

/**
 * What was written before the source was deleted. The ledger's item tells of another version, if there was one.
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
    // What was read is at least as new as the event that led here. Of two unknown ages nobody can tell the greater.
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
  // It was recorded after this one's write had begun, so it may have been written after it, too.
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
    // The receipt tells the version's own place in the order.
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
