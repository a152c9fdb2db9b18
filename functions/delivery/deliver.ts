/** Delivers an object along one route: writes, records, and looks again until the source is what was written. */
import { RelayError } from '../core/errors.ts';
import { destinationOf, type Route } from '../core/route.ts';
import { withTimeFor } from '../invocation/deadline.ts';
import type { Invocation } from '../invocation/invocation.ts';
import {
  type AlreadyThereReceipt,
  alreadyThereReceiptOf,
  type Receipt,
  type RelayReceipt,
  receiptOf,
  type Timing,
} from '../ledger/receipt.ts';
import { type Recorded, record } from '../ledger/write.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { attributesFor } from '../transfer/attributes.ts';
import { putMultipart } from '../transfer/multipart.ts';
import { newTransfer } from '../transfer/new-transfer.ts';
import { BUFFERED_MAX_BYTES, type Plan, planTransfer } from '../transfer/plan.ts';
import { readSnapshot, type Snapshot } from '../transfer/read-whole.ts';
import type { WrittenUpload } from '../transfer/same-upload.ts';
import { putSingle } from '../transfer/single.ts';
import { headSource, type SourceState } from '../transfer/source-state.ts';
import { afterDelete, type Next, whenGone } from './after-delete.ts';
import type { History } from './certainty.ts';
import { lookAfterWrite, sourceChanged } from './look-again.ts';
import { startLarge } from './start-large.ts';

/** How often a source that keeps changing is delivered again before the message is requeued. */
const ROUNDS = 5;

/** What an attempt begins with. */
export interface Attempt extends Pick<Timing, 'attempts' | 'startedAt'> {
  history: History;
}

/** A delivery, and what its receipt met in the ledger. */
interface Written extends Recorded {
  receipt: Receipt | AlreadyThereReceipt;
  upload: WrittenUpload;
}

/**
 * HEAD (or GET, of a small object) → plan → transfer → record → HEAD again, until the source is what was written.
 * Every writer of the destination or the ledger looks at the source afterwards and writes again if the source has changed. That
 * makes duplicate, late and reordered events harmless. The ledger never is a reason to skip a write.
 * If the source is gone, the ledger decides which version must stay: see `after-delete.ts`.
 * On a create-only route the first write is the last, so nothing is looked at afterwards.
 * A large object is only started; relay-large does the rest, the second look included.
 * @throws RelayError `KeyTooLong`, and whatever a transfer may meet
 */
export async function deliver(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  attempt: Attempt,
): Promise<RelayReceipt> {
  const { attempts, startedAt } = attempt;
  // A key that is too long there is told before anything is asked of S3.
  destinationOf(route, request.source);
  let next: Next = await firstLook(invocation, request, route).then(
    (snapshot) => ({ snapshot }),
    (error: unknown) => whenGone(invocation, request, route, attempt, error),
  );
  for (let round = 0; round < ROUNDS && !('receipt' in next); round++) {
    const timing = { attempts: attempts + round, startedAt };
    next = await writeAndLook(invocation, request, route, { ...attempt, ...timing }, next).catch((error: unknown) =>
      whenGone(invocation, request, route, attempt, error),
    );
  }
  if ('receipt' in next) return next.receipt;
  const story = `${ROUNDS} times while it was relayed; it is tried again when it rests.`;
  throw sourceChanged(request.source, 'settle', story);
}

/** One round. @returns the receipt when the look shows that nothing is left to do */
async function writeAndLook(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  attempt: Attempt,
  { snapshot, asked = request }: Exclude<Next, { receipt: RelayReceipt }>,
): Promise<Next> {
  const { history } = attempt;
  const { largeObjectBytes } = invocation.config;
  const { requireProof } = route;
  const plan = planTransfer(request.source, snapshot.state, { largeObjectBytes, requireProof });
  if (plan.kind === 'large') return { receipt: await startLarge(invocation, request, route, snapshot.state, history) };
  const { claimant, hasWritten: hasBegun } = history;
  const claim = { messageId: claimant, sizeBytes: snapshot.state.sizeBytes, hasBegun };
  const begunAt = invocation.now().getTime();
  const written = await withTimeFor(invocation, claim, () => {
    history.hasWritten = true;
    return writeOnce(invocation, asked, route, snapshot, plan, { timing: attempt, history });
  }).catch(unlessChanged);
  if (written !== undefined && route.createOnly) {
    // The key was free, so the object that the ledger names was removed.
    if (written.receipt.status === 'delivered') await isLastWord(invocation, written);
    return written;
  }
  if (written === undefined) return { snapshot: { state: await look(invocation, request, route) } };
  const found = await lookAfterWrite(invocation, route, request.source, written.upload);
  if (found.fate === 'gone')
    return afterDelete(invocation, asked, route, { ...written, state: snapshot.state, begunAt });
  if (found.fate === 'changed') return { snapshot: { state: found.state } };
  return (await isLastWord(invocation, written)) ? written : { snapshot, asked };
}

/** Makes the ledger name what was written: the source has shown that this version is the newest. @returns whether it does */
async function isLastWord(invocation: Invocation, { receipt, standing }: Written): Promise<boolean> {
  return standing === undefined || (await record(invocation, receipt, standing)).standing === undefined;
}

/** Transfers one version and records it. */
async function writeOnce(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  { state, body }: Snapshot,
  plan: Exclude<Plan, { kind: 'large' }>,
  { timing: { attempts, startedAt }, history }: { timing: Omit<Timing, 'finishedAt'>; history: History },
): Promise<Written> {
  const { clients, now, signal } = invocation;
  const { source } = request;
  const attributes = await attributesFor(route, source, state, clients.reader(route), signal);
  const { visibleWrites } = history;
  const transfer = newTransfer(invocation, route, source, state, { attributes, visibleWrites });
  const writing = plan.kind === 'single' ? putSingle(transfer, body) : putMultipart(transfer, plan.parts);
  const delivered = await writing.catch(unlessAlreadyThere);
  const { destination } = transfer;
  const facts = { request, route, state, destination, timing: { attempts, startedAt, finishedAt: now() } };
  const receipt = delivered ? receiptOf({ ...facts, delivered, kind: plan.kind }) : alreadyThereReceiptOf(facts);
  return { receipt, upload: { state, tagging: attributes.Tagging }, ...(await record(invocation, receipt)) };
}

/** Reads an object at once if the event says that it is small; otherwise a HEAD decides how it is transferred. */
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

/** An overwrite during the transfer is no failure: the next round delivers the newer object. */
function unlessChanged(error: unknown): undefined {
  if (error instanceof RelayError && error.code === 'SourceChanged') return undefined;
  throw error;
}

/** A key that is taken is no failure on a create-only route; the receipt says so. */
function unlessAlreadyThere(error: unknown): undefined {
  if (error instanceof RelayError && error.code === 'AlreadyThere') return undefined;
  throw error;
}
