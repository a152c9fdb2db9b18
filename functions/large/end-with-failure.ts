/** Ends an execution of relay-large that cannot deliver: it requeues the object, or fails it for good. */
import { isNoTry, type RelayError } from '../core/errors.ts';
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
import { publishNow } from '../reporting/publish-events.ts';
import { messageBody } from '../request/message-body.ts';
import type { SourceState } from '../transfer/source-state.ts';
import type { LargeRun } from './large-run.ts';
import { pauseBefore, persistentStep } from './persistent-step.ts';
import { type RequeuedObject, requeueObject } from './requeue-object.ts';

/** How often an object is begun for failures that may pass; each time may move terabytes. */
const MAX_BEGUN = 3;

/** As far as the execution came. */
export interface Progress {
  startedAt?: Date;
  state?: SourceState;
  /** As long as its parts would be left behind. */
  uploadId?: string | undefined;
  /** Whether a completion may have been sent: an invocation that died can't tell. */
  mayHaveCompleted?: boolean;
  /** Whether workers may be under way. */
  mayHaveWorkers?: boolean;
}

/**
 * Ends an execution that can't deliver: a newer object, or another try, goes through the queue; what no try can help is
 * recorded and told, and lies in the dead-letter queue with the reason.
 */
export async function endWithFailure(
  run: LargeRun,
  failure: RelayError,
  { uploadId, startedAt, state, mayHaveCompleted = false }: Progress,
): Promise<RequeuedObject | AlreadyThereReceipt | FailedReceipt | GoneReceipt> {
  if (uploadId !== undefined) await orphanUpload(run, uploadId, failure);
  if (failure.code === 'AlreadyThere') return recordAlreadyThere(run, startedAt!, state!);
  // What it may have sent has taken effect when the message comes.
  const quiet = mayHaveCompleted ? run.invocation.config.lateCompleteSeconds : 0;
  // Of what is superseded account B is told; a redrive knows less, and would go by the ledger.
  const isUncertain = failure.code !== 'Superseded' && (mayHaveCompleted || run.isUncertain);
  if (failure.code === 'SourceChanged')
    return requeueObject(run, { reason: failure.code, delaySeconds: quiet, isUncertain });
  const { attempts } = run;
  if (isNoTry(failure)) {
    // Begun in vain, so it doesn't count.
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

/** Its parts cost storage until the destination's lifecycle rule removes them: nobody on this side may. */
function orphanUpload(run: LargeRun, uploadId: string, { code }: RelayError): Promise<void> {
  const destination = `${destinationOf(run.route, run.request.source)}`;
  return persistentStep(run, 'leave upload', async () => {
    const facts = { orphanedUploads: 1, uploadId, destination, code };
    run.invocation.logger.warn('upload left to the lifecycle rule', facts);
    run.invocation.metrics.countLargeUpload(run.route.name, 'orphanedUploads');
  });
}

/** The key is taken, on a create-only route. */
async function recordAlreadyThere(run: LargeRun, startedAt: Date, state: SourceState): Promise<AlreadyThereReceipt> {
  const { invocation, request, route, attempts } = run;
  const there = await persistentStep(run, 'record what is there', async () => {
    const timing = { attempts, startedAt, finishedAt: invocation.now() };
    const destination = destinationOf(route, request.source);
    const receipt = alreadyThereReceiptOf({ request, route, state, destination, timing });
    await record(invocation, receipt);
    invocation.logger.info('left as it was, since the key is taken', { receipt });
    return receipt;
  });
  await persistentStep(run, 'report', () => publishNow(invocation, request, there));
  return there;
}

/** An object that is gone is no failure where it was delivered before: the relay asks which version must stay, if anything may be there instead. */
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
