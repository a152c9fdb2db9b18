/** Relay-part, a worker of relay-large: sends a run of parts, stops before its time is up, and says where it stopped. */
import middy from '@middy/core';
import { type PartsAnswer, sendParts } from '../large/send-parts.ts';
import { type PartsRequest, parsePartsRequest } from '../request/large-request.ts';
import { invocationOf, relayMiddlewares } from './middlewares.ts';
import { newRelay } from './new-relay.ts';

export const handler = middy<PartsRequest, PartsAnswer>()
  .use(relayMiddlewares(newRelay('-part')))
  .handler(async (event, context) => sendParts(invocationOf(context), parsePartsRequest(event)));
