/** Relays one large object: creates the upload, has its parts sent, completes it, records it, and looks again. */
import { asRelayError } from '../core/errors.ts';
import { destinationOf } from '../core/route.ts';
import { afterDelete } from '../delivery/after-delete.ts';
import { changedMeanwhile, fateOfContent, lookAfterWrite } from '../delivery/look-again.ts';
import type { Item } from '../ledger/ledger-item.ts';
import { type FinalReceipt, type GoneReceipt, type Receipt, receiptOf } from '../ledger/receipt.ts';
import { record } from '../ledger/write.ts';
import { deliveryLine } from '../reporting/delivery-line.ts';
import { publishNow } from '../reporting/publish-events.ts';
import type { PartsRequest } from '../request/large-request.ts';
import { attributesFor } from '../transfer/attributes.ts';
import { answeredValue } from '../transfer/checksum.ts';
import { completeUpload, computedFor, createUpload, proofOfParts } from '../transfer/multipart.ts';
import { newTransfer } from '../transfer/new-transfer.ts';
import { planTransfer } from '../transfer/plan.ts';
import type { WrittenUpload } from '../transfer/same-upload.ts';
import type { SentPart } from '../transfer/send-part.ts';
import { withCrcsCombined } from '../transfer/source-parts.ts';
import { headSource, type SourceState, stateFromJson, stateToJson } from '../transfer/source-state.ts';
import type { Delivered } from '../transfer/transfer.ts';
import { endWithFailure, type Progress } from './end-with-failure.ts';
import { countAge, type LargeRun } from './large-run.ts';
import { persistentStep, stepInSlot } from './persistent-step.ts';
import { type RequeuedObject, requeueObject } from './requeue-object.ts';
import { planFor, sendSections } from './send-sections.ts';
import { untilOf } from './time-limit.ts';

/** After leaving the slot it only answers. */
const ENDING_SECONDS = 5;
/** Lambda's longest. The first worker that fails ends an execution, and the others may still run. */
const LONGEST_INVOCATION_SECONDS = 900;

export type LargeAnswer = FinalReceipt | GoneReceipt | RequeuedObject;

/**
 * HEAD → create → groups of parts → complete → record → HEAD again → publish, each a durable operation.
 * If the source has changed by then, the object is requeued.
 */
export async function relayLargeObject(run: LargeRun): Promise<LargeAnswer> {
  const progress: Progress = {};
  try {
    return await relayOrFail(run, progress);
  } finally {
    await leaveSlot(run, progress);
  }
}

async function relayOrFail(run: LargeRun, progress: Progress): Promise<LargeAnswer> {
  try {
    const { invocation, request, route, execution, isUncertain } = run;
    const seen = await look(run, progress);
    countAge(run, progress.startedAt!);
    const { largeObjectBytes } = invocation.config;
    const plan = planTransfer(request.source, seen, { largeObjectBytes, requireProof: route.requireProof });
    if (plan.kind !== 'large') return await requeueObject(run, { reason: 'no longer large', isUncertain });
    const shares = planFor(run, seen.sizeBytes, seen.proof);
    const state = await combine(run, seen);
    const { uploadId, tagging } = await begin(run, state);
    progress.uploadId = uploadId;
    const { crc32, digest } = computedFor(state.proof);
    const common = { route: route.name, key: request.source.key, execution, pin: pinOf(state), uploadId };
    progress.mayHaveWorkers = true;
    const upload = { ...common, computeCrc32: crc32, digest };
    const sent = await sendSections(run, upload, shares, untilOf(progress.startedAt!));
    progress.mayHaveWorkers = false;
    const receipt = await deliver(run, progress, { state, tagging }, sent);
    await persistentStep(run, 'report', () => publishNow(invocation, request, receipt));
    return receipt;
  } catch (error) {
    return endWithFailure(run, asRelayError(error, { source: `${run.request.source}` }), progress);
  }
}

/** If this fails, the lease expires by itself. */
async function leaveSlot({ invocation, execution }: LargeRun, { mayHaveWorkers }: Progress): Promise<void> {
  const { slots, logger, signal } = invocation;
  try {
    await slots.release(execution, mayHaveWorkers ? LONGEST_INVOCATION_SECONDS : ENDING_SECONDS, signal);
  } catch (error) {
    logger.warn('slot not left', { execution, failure: asRelayError(error).toJSON() });
  }
}

/** Completes and records, and only then looks whether the newest version was written. */
async function deliver(run: LargeRun, progress: Progress, upload: WrittenUpload, sent: SentPart[]): Promise<Receipt> {
  const { context, invocation, request, route, attempts } = run;
  const { state } = upload;
  const { uploadId, startedAt } = progress;
  const begunAt = startedAt!.getTime(); // A bucket without versions may order an upload by its beginning.
  // The object becomes visible next, and it may have been overwritten long ago.
  const { isOvertaken, seenAt } = await stepInSlot(run, 'look before completing', async () => {
    const lookedAt = invocation.now().getTime();
    const fate = await fateOfContent(invocation, route, request.source, state);
    return { isOvertaken: fate === 'changed', seenAt: fate === 'same' ? lookedAt : begunAt };
  });
  if (isOvertaken) throw changedMeanwhile(request.source);
  progress.mayHaveCompleted = true;
  const delivered = await stepInSlot(run, 'complete upload', () => complete(run, uploadId!, state, sent));
  // No parts are left at the destination any more.
  progress.uploadId = undefined;
  const { receipt, ...met } = await stepInSlot(run, 'record', async () => {
    const destination = destinationOf(route, request.source);
    const timing = { attempts, startedAt: startedAt!, finishedAt: invocation.now() };
    const written = receiptOf({ request, route, state, destination, delivered, kind: 'large', timing });
    let met = await record(invocation, written);
    // A later look showed this version, so the recorded one is older.
    if (met.standing && met.standing.recordedAt < seenAt) met = await record(invocation, written, met.standing);
    invocation.logger.info('relayed', deliveryLine(written));
    // The remaining steps move no bytes.
    await leaveSlot(run, progress);
    return { receipt: written, ...met };
  });
  // The first object stays, whatever the source is now.
  if (route.createOnly) {
    if (met.standing) await claim(run, receipt, met.standing);
    return receipt;
  }
  // An earlier attempt of the completion may have died without an answer. It has taken effect after this pause.
  await context.wait('until nothing is under way', { seconds: invocation.config.lateCompleteSeconds });
  const fate = await persistentStep(run, 'look again', async () => {
    return (await lookAfterWrite(invocation, route, request.source, upload)).fate;
  });
  // It may have been written over something newer. If that is deleted, too, the relay must still decide which version stays.
  if (fate === 'changed') await requeueObject(run, { reason: 'changed meanwhile', isUncertain: true });
  if (fate === 'gone') {
    // The ledger may name another version. Which one stays is decided here, where it is still known what was written.
    const isRight = await persistentStep(run, 'ask which version stays', async () => {
      return 'receipt' in (await afterDelete(invocation, request, route, { receipt, state, begunAt, ...met }));
    });
    if (!isRight) await requeueObject(run, { reason: 'deleted meanwhile', isUncertain: true });
  }
  if (fate === 'same' && met.standing) await claim(run, receipt, met.standing);
  return receipt;
}

/** Makes the ledger name this version: the source has shown that it is the newest. */
async function claim(run: LargeRun, receipt: Receipt, standing: Item): Promise<void> {
  const met = await persistentStep(run, 'record as the newest', () => record(run.invocation, receipt, standing));
  if (met.standing) await requeueObject(run, { reason: 'changed meanwhile', isUncertain: true });
}

async function look(run: LargeRun, progress: Progress): Promise<SourceState> {
  const { invocation } = run;
  const seen = await stepInSlot(run, 'look', async () => {
    const startedAt = invocation.now().toISOString();
    return { startedAt, state: stateToJson(await head(run)) };
  });
  progress.startedAt = new Date(seen.startedAt);
  progress.state = stateFromJson(seen.state);
  return progress.state;
}

/** Reads the checksums of a composite object's parts: thousands of requests, whose result a checkpoint keeps. */
async function combine(run: LargeRun, state: SourceState): Promise<SourceState> {
  if (state.proof.kind !== 'combined') return state;
  const { invocation, request, route } = run;
  const { clients, signal } = invocation;
  const combined = await stepInSlot(run, 'combine checksums', async () =>
    stateToJson(await withCrcsCombined(clients.reader(route), request.source, state, signal)),
  );
  return stateFromJson(combined);
}

function begin(run: LargeRun, state: SourceState): Promise<{ uploadId: string; tagging: string | undefined }> {
  const { invocation, request, route } = run;
  const { source } = request;
  return stepInSlot(run, 'create upload', async () => {
    const attributes = await attributesFor(route, source, state, invocation.clients.reader(route), invocation.signal);
    const uploadId = await createUpload(newTransfer(invocation, route, source, state, { attributes }));
    invocation.logger.info('relaying a large object', { source: `${source}`, sizeBytes: state.sizeBytes, uploadId });
    invocation.metrics.countLargeUpload(route.name, 'largeUploadsBegun');
    return { uploadId, tagging: attributes.Tagging };
  });
}

async function complete(run: LargeRun, uploadId: string, state: SourceState, sent: SentPart[]): Promise<Delivered> {
  const { invocation, route } = run;
  const { source } = run.request;
  const { checksum, origin } = proofOfParts(source, state.proof, sent);
  const answer = await completeUpload(newTransfer(invocation, route, source, state), uploadId, sent, checksum);
  invocation.metrics.countLargeUpload(route.name, 'largeUploadsFinished');
  return {
    eTag: answer.ETag,
    versionId: answer.VersionId,
    checksum,
    answeredChecksum: answeredValue(answer, checksum),
    checksumOrigin: origin,
    parts: sent.length,
  };
}

function head({ invocation, request, route }: LargeRun): Promise<SourceState> {
  const { clients, signal } = invocation;
  return headSource(clients.reader(route), request.source, signal);
}

function pinOf({ sizeBytes, eTag, versionId, lastModified }: SourceState): PartsRequest['pin'] {
  return { sizeBytes, eTag, versionId, lastModified: lastModified?.toISOString() };
}
