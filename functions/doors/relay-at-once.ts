/** Relays an object for a door whose caller waits for the answer. */
import { randomUUID } from 'node:crypto';
import { asRelayError, RelayError } from '../core/errors.ts';
import { type Outcome, relayAlongRoutes } from '../delivery/relay-object.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { RelayReceipt } from '../ledger/receipt.ts';
import { sendToDeadLetterQueue } from '../messages/dead-letter.ts';
import { requestDelivery } from '../messages/requeue.ts';
import { messageBody } from '../request/message-body.ts';
import type { RelayRequest } from '../request/relay-request.ts';

/**
 * Sends a message that has the object delivered once more, if a write may still take effect or something was written before a
 * failure. No message asks for this object, so nothing else would.
 * @throws RelayError `QueueUnavailable`
 */
async function requeueUncertain(invocation: Invocation, request: RelayRequest, outcomes: Outcome[]): Promise<void> {
  const { source } = request;
  for (const { route, quietSeconds, isUncertain, failure } of outcomes) {
    if (quietSeconds === 0 && !isUncertain) continue;
    // A superseded object is for account B to mend; the message is for what is uploaded or recorded meanwhile.
    const isSuperseded = failure?.code === 'Superseded';
    const delivery = { key: source.key, route, isUncertain: !isSuperseded, isSuperseded };
    try {
      await requestDelivery(invocation, delivery, quietSeconds);
      invocation.logger.info('relayed once more, later', { source: `${source}`, route, afterSeconds: quietSeconds });
    } catch (cause) {
      const { message } = asRelayError(cause);
      throw new RelayError({
        code: 'QueueUnavailable',
        message: `SendMessage for ${source} failed (${message}). A write of it went unanswered and may yet take effect: ask for it again in ${quietSeconds} s.`,
        retryable: true,
        operation: 'SendMessage',
        source: `${source}`,
        cause,
      });
    }
  }
}

/** What account B must mend goes to the dead-letter queue, too: the caller may be a batch job, and nobody may read its answer. */
async function deadLetterSuperseded(
  invocation: Invocation,
  { source }: RelayRequest,
  outcomes: Outcome[],
  messageId: string,
): Promise<void> {
  for (const { route, failure } of outcomes) {
    if (failure?.code !== 'Superseded') continue;
    const letter = { body: messageBody({ key: source.key, route }), messageId, isUncertain: false };
    await sendToDeadLetterQueue(invocation, letter, [failure]).catch((cause) => {
      const refused = asRelayError(cause, { operation: 'SendMessage' });
      invocation.logger.error('the dead-letter queue refused the message', { source: `${source}`, refused });
    });
  }
}

/**
 * Relays an object along its routes, and sends messages for what is left to do.
 * @throws RelayError after every route has been tried: a transient failure, if there is one
 */
export async function relayAtOnce(
  invocation: Invocation,
  request: RelayRequest,
  messageId: string = randomUUID(),
): Promise<RelayReceipt[]> {
  const outcomes = await relayAlongRoutes(invocation, request, { messageId });
  // First, since it does not throw: account B must hear of it even if the queue refuses the other messages.
  await deadLetterSuperseded(invocation, request, outcomes, messageId);
  await requeueUncertain(invocation, request, outcomes);
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  const worst = failures.find(({ retryable }) => retryable) ?? failures[0];
  if (worst) throw worst;
  return outcomes.flatMap(({ receipt }) => receipt ?? []);
}
