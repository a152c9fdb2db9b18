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
 * Has an object that no message asks for delivered once more where an earlier write may yet take effect, or where something was written
 * and then went wrong: a message does it then.
 * @throws RelayError `QueueUnavailable`
 */
async function requeueUncertain(invocation: Invocation, request: RelayRequest, outcomes: Outcome[]): Promise<void> {
  const { source } = request;
  for (const { route, quietSeconds, isUncertain, failure } of outcomes) {
    if (quietSeconds === 0 && !isUncertain) continue;
    // What nobody could tell by now is for account B: the message is for what is uploaded meanwhile.
    const delivery = { key: source.key, route, isUncertain: failure?.code !== 'Superseded' };
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

/** Whoever waits for the answer may be a batch job: what account B must put right lies in the dead-letter queue, too. */
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
 * Relays an object for somebody who waits for the answer. What a message would be sent back for, a message is sent for.
 * @throws RelayError after every route has been tried: one that may pass, if there is any
 */
export async function relayAtOnce(
  invocation: Invocation,
  request: RelayRequest,
  messageId: string = randomUUID(),
): Promise<RelayReceipt[]> {
  const outcomes = await relayAlongRoutes(invocation, request, { messageId });
  // This first: it doesn't throw, and a queue that refuses the messages mustn't keep account B from being told.
  await deadLetterSuperseded(invocation, request, outcomes, messageId);
  await requeueUncertain(invocation, request, outcomes);
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  const worst = failures.find(({ retryable }) => retryable) ?? failures[0];
  if (worst) throw worst;
  return outcomes.flatMap(({ receipt }) => receipt ?? []);
}
