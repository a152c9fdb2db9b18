import '../core/heap.ts';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { withDeadline } from '../invocation/deadline.ts';
import { relayLarge } from '../large/relay-large.ts';
import { newRelay } from './new-relay.ts';

const relay = newRelay('-large');
const { logger } = relay;

/** Relays one object larger than an invocation. Lambda begins it again from its checkpoints whenever a worker has answered. */
export const handler = withDurableExecution<unknown, unknown>(
  async (event, context) => {
    logger.addContext(context.lambdaContext);
    const { invocation, done } = withDeadline(relay, () => context.lambdaContext.getRemainingTimeInMillis());
    try {
      return await relayLarge(invocation, context, event);
    } finally {
      relay.metrics.publish();
      done();
    }
  },
  { client: relay.clients.lambda },
);
