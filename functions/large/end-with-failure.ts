/** Ends an execution of relay-large that cannot deliver: it requeues the object, or fails it for good. */
import { isNotBegun, type RelayError } from '../core/errors.ts';
import { destinationOf } from '../core/route.ts';
import {
  type AlreadyThereReceipt,
  alreadyThereReceiptOf,
  type FailedReceipt,
  failedReceiptOf,
  type GoneReceipt,
} from '../ledger/receipt.ts';
import { record } from '../ledger/write.ts';
import { sendToDeadLetterQueue } from '../messages/dead-letter.ts';
import { spread } from '../messages/requeue.ts';
import { deliveryLine } from '../reporting/delivery-line.ts';
import { publishNow } from '../reporting/publish-events.ts';
import { messageBody } from '../request/message-body.ts';
import type { SourceState } from '../transfer/source-state.ts';
import type { LargeRun } from './large-run.ts';
import { pauseBefore, persistentStep } from './persistent-step.ts';
import { type RequeuedObject, requeueObject } from './requeue-object.ts';

/** How often an object is begun because of transient failures; each time may move terabytes. */
const MAX_BEGUN = 3;

/** How far the execution came. */
export interface Progress {
  startedAt?: Date;
  state?: SourceState;
  /** Set as long as parts would be left at the destination. */
  uploadId?: string | undefined;
  /** Whether a completion may have been sent; an invocation that died cannot tell. */
  mayHaveCompleted?: boolean;
  /** Whether workers may still run. */
  mayHaveWorkers?: boolean;
}

/**
 * Requeues a newer object and transient failures. A permanent failure is recorded and published, and goes to the dead-letter queue with
 * the reason.
 */
export async function endWithFailure(
  run: LargeRun,
  failure: RelayError,
  { uploadId, startedAt, state, mayHaveCompleted = false }: Progress,
): Promise<RequeuedObject | AlreadyThereReceipt | FailedReceipt | GoneReceipt> {
  if (uploadId !== undefined) await orphanUpload(run, uploadId, failure);
  if (failure.code === 'AlreadyThere') return recordAlreadyThere(run, startedAt!, state!);
  // The completion that may have been sent has taken effect when the message arrives.
  const quiet = mayHaveCompleted ? run.invocation.config.lateCompleteSeconds : 0;
  // Account B is told of `Superseded`. A redrive knows less, and would trust the ledger.
  const isUncertain = failure.code !== 'Superseded' && (mayHaveCompleted || run.isUncertain);
  if (failure.code === 'SourceChanged')
    return requeueObject(run, { reason: failure.code, delaySeconds: quiet, isUncertain });
  const { attempts } = run;
  if (isNotBegun(failure)) {
    // It was not begun, so this attempt does not count.
    const { code, retryAfterSeconds: delaySeconds = 0 } = failure;
    const delay = Math.max(quiet, spread(delaySeconds, 0));
    return requeueObject(run, { reason: code, attempts: attempts - 1, delaySeconds: delay, isUncertain });
  }
  if (failure.retryable && attempts < MAX_BEGUN) {
    const delay = Math.max(quiet, pauseBefore(run, attempts).seconds);
    return requeueObject(run, { reason: failure.code, attempts, delaySeconds: delay, isUncertain });
  }
  return deadLetter(run, failure, { startedAt, isUncertain });
}

/** The parts cost storage until the destination's lifecycle rule removes them. The writer role may not abort uploads. */
function orphanUpload(run: LargeRun, uploadId: string, { code }: RelayError): Promise<void> {
  const destination = `${destinationOf(run.route, run.request.source)}`;
  return persistentStep(run, 'leave upload', async () => {
    const facts = { orphanedUploads: 1, uploadId, destination, code };
    run.invocation.logger.warn('upload left to the lifecycle rule', facts);
    run.invocation.metrics.countLargeUpload(run.route.name, 'orphanedUploads');
  });
}

async function recordAlreadyThere(run: LargeRun, startedAt: Date, state: SourceState): Promise<AlreadyThereReceipt> {
  const { invocation, request, route, attempts } = run;
  const there = await persistentStep(run, 'record what is there', async () => {
    const timing = { attempts, startedAt, finishedAt: invocation.now() };
    const destination = destinationOf(route, request.source);
    const receipt = alreadyThereReceiptOf({ request, route, state, destination, timing });
    await record(invocation, receipt);
    invocation.logger.info('left as it was, since the key is taken', deliveryLine(receipt));
    return receipt;
  });
  await persistentStep(run, 'report', () => publishNow(invocation, request, there));
  return there;
}

/**
 * An object that is gone is no failure if it was delivered before. If another version may have been written over it, the object is requeued,
 * and the relay decides which version must stay.
 */
async function deadLetter(
  run: LargeRun,
  failure: RelayError,
  { startedAt, isUncertain }: { startedAt: Date | undefined; isUncertain: boolean },
): Promise<FailedReceipt | GoneReceipt | RequeuedObject> {
  const { invocation, request, route, attempts, execution } = run;
  const { failed, standing } = await persistentStep(run, 'record failure', async () => {
    const finishedAt = invocation.now();
    const timing = { attempts, startedAt: startedAt ?? finishedAt, finishedAt };
    const receipt = failedReceiptOf(request, route, failure, timing);
    return { failed: receipt, standing: (await record(invocation, receipt)).standing?.status };
  });
  if (failure.code === 'SourceMissing' && standing === 'delivered') {
    if (isUncertain) return requeueObject(run, { reason: failure.code, isUncertain });
    const { bucket, key } = request.source;
    return { status: 'gone', route: route.name, source: { bucket, key }, certain: true };
  }
  await persistentStep(run, 'set aside', () => {
    invocation.logger.error('not relayed, sent to the dead-letter queue', { failure: failure.toJSON() });
    const body = messageBody({ key: request.source.key, route: route.name });
    return sendToDeadLetterQueue(invocation, { body, messageId: execution, isUncertain }, [failure]);
  });
  await persistentStep(run, 'report', () => publishNow(invocation, request, failed));
  return failed;
}
