/** Relay-large: relays one object that takes longer than an invocation. Lambda resumes it from its checkpoints when a worker has answered. */
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import middy from '@middy/core';
import { relayLarge } from '../large/relay-large.ts';
import { DURABLE, invocationOf, relayMiddlewares } from './middlewares.ts';
import { newRelay } from './new-relay.ts';

const relay = newRelay('-large');

const execution = withDurableExecution<unknown, unknown>(
  (event, context) => relayLarge(invocationOf(context.lambdaContext), context, event),
  { client: relay.clients.lambda },
);

export const handler = middy(execution, DURABLE).use(relayMiddlewares(relay));
