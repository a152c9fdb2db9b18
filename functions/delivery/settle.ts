import { RelayError } from '../errors.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { destinationOf, type Route } from '../route.ts';
import { attributesFor } from '../transfer/attributes.ts';
import { putMultipart } from '../transfer/multipart.ts';
import { BUFFERED_MAX_BYTES, type Plan, planTransfer } from '../transfer/plan.ts';
import { readSnapshot, type Snapshot } from '../transfer/read-whole.ts';
import { putSingle } from '../transfer/single.ts';
import { headSource, isGone, isSameObject, type SourceState } from '../transfer/source-state.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { withTimeFor } from './deadline.ts';
import { record } from './ledger.ts';
import {
  type AlreadyThereReceipt,
  alreadyThereReceiptOf,
  type Receipt,
  type RelayReceipt,
  receiptOf,
  type Timing,
} from './receipt.ts';
import type { Invocation } from './relay.ts';
import { type History, startLarge } from './start-large.ts';

/** How often a source that keeps changing is followed before the message goes back to the queue. */
const ROUNDS = 5;

/** What an attempt at an object begins with. */
export interface Attempt extends Pick<Timing, 'attempts' | 'startedAt'> {
  history: History;
}

/**
 * head (or GET, of a small object) → plan → transfer → record → head again, until the source is what was written.
 * Whoever writes the destination or the ledger looks at the source afterwards and, if it has changed, writes again:
 * that is what makes duplicate, late and reordered events harmless. It never skips a write because of the ledger.
 * On a create-only route the first to write is the last, so there is nothing to look for.
 * A large object is only started: relay-large does the rest, this look included.
 */
export async function settle(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  { attempts, startedAt, history }: Attempt,
): Promise<RelayReceipt> {
  let snapshot = await firstLook(invocation, request, route);
  for (let round = 0; round < ROUNDS; round++) {
    const { largeObjectBytes } = invocation.config;
    const { requireProof } = route;
    const plan = planTransfer(request.source, snapshot.state, { largeObjectBytes, requireProof });
    if (plan.kind === 'large') return await startLarge(invocation, request, route, snapshot.state, history);
    const timing = { attempts: attempts + round, startedAt };
    const { messageId, hasWritten: hasBegun } = history;
    const claim = { messageId, sizeBytes: snapshot.state.sizeBytes, hasBegun };
    const receipt = await withTimeFor(invocation, claim, () => {
      history.hasWritten = true;
      return writeOnce(invocation, request, route, snapshot, plan, timing);
    }).catch(unlessChanged);
    if (receipt !== undefined && route.createOnly) return receipt;
    const after = await lookAgain(invocation, request, route, receipt);
    if (receipt !== undefined && (after === 'gone' || isSameObject(after, snapshot.state))) return receipt;
    if (after !== 'gone') snapshot = { state: after };
  }
  throw new RelayError({
    code: 'SourceChanged',
    message: `${request.source} was overwritten ${ROUNDS} times while it was relayed; it is tried again when it rests.`,
    retryable: true,
    operation: 'settle',
    source: `${request.source}`,
  });
}

/** One version on its way: transfer, receipt. */
async function writeOnce(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  { state, body }: Snapshot,
  plan: Exclude<Plan, { kind: 'large' }>,
  { attempts, startedAt }: Pick<Timing, 'attempts' | 'startedAt'>,
): Promise<Receipt | AlreadyThereReceipt> {
  const { clients, now, signal } = invocation;
  const { source } = request;
  const destination = destinationOf(route, source);
  const reader = clients.reader(route);
  const attributes = await attributesFor(route, source, state, reader, signal);
  const writer = clients.writer(route);
  const { createOnly } = route;
  const transfer: Transfer = { source, state, destination, attributes, createOnly, reader, writer, signal };
  const writing = plan.kind === 'single' ? putSingle(transfer, body) : putMultipart(transfer, plan.parts);
  const delivered = await writing.catch(unlessAlreadyThere);
  const facts = { request, route, state, destination, timing: { attempts, startedAt, finishedAt: now() } };
  const receipt = delivered ? receiptOf({ ...facts, delivered, kind: plan.kind }) : alreadyThereReceiptOf(facts);
  await record(invocation, receipt);
  return receipt;
}

/** An object that the event calls small is read at once; otherwise the head tells how to go about it. */
async function firstLook(invocation: Invocation, request: RelayRequest, route: Route): Promise<Snapshot> {
  const { clients, signal } = invocation;
  const { source, hint } = request;
  const isSmall = hint?.sizeBytes !== undefined && hint.sizeBytes <= BUFFERED_MAX_BYTES;
  if (isSmall) return readSnapshot(clients.reader(route), source, signal);
  return { state: await look(invocation, request, route) };
}

function look({ clients, signal }: Invocation, { source }: RelayRequest, route: Route): Promise<SourceState> {
  return headSource(clients.reader(route), source, signal);
}

/** A source that was deleted after it was delivered changes nothing: deletes do not travel. */
async function lookAgain(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  receipt: Receipt | AlreadyThereReceipt | undefined,
): Promise<SourceState | 'gone'> {
  try {
    return await look(invocation, request, route);
  } catch (error) {
    if (receipt !== undefined && isGone(error)) return 'gone';
    throw error;
  }
}

/** An overwrite in mid-copy is no failure: the next round takes the newer object. */
function unlessChanged(error: unknown): undefined {
  if (error instanceof RelayError && error.code === 'SourceChanged') return undefined;
  throw error;
}

/** A key that is taken is no failure: the receipt says so. */
function unlessAlreadyThere(error: unknown): undefined {
  if (error instanceof RelayError && error.code === 'AlreadyThere') return undefined;
  throw error;
}
