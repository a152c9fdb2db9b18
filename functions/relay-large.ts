import './heap.ts';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { withDeadline } from './delivery/deadline.ts';
import { newRelay } from './delivery/new-relay.ts';
import { largeRun } from './large/large-run.ts';
import { type LargeAnswer, relayLargeObject } from './large/relay-large-object.ts';
import { type LargeRequest, parseLargeRequest } from './request/large-request.ts';

const relay = newRelay('-large');
const { logger } = relay;

/** Relays one object larger than an invocation. Lambda begins it again from its checkpoints whenever a worker has answered. */
export const handler = withDurableExecution<LargeRequest, LargeAnswer>(
  async (event, context) => {
    logger.addContext(context.lambdaContext);
    const { invocation, done } = withDeadline(relay, () => context.lambdaContext.getRemainingTimeInMillis());
    try {
      return await relayLargeObject(largeRun(invocation, context, parseLargeRequest(event)));
    } finally {
      relay.metrics.publish();
      done();
    }
  },
  { client: relay.clients.lambda },
);
