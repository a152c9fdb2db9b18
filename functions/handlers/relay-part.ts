import '../core/heap.ts';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { withDeadline } from '../invocation/deadline.ts';
import { type PartsAnswer, sendParts } from '../large/send-parts.ts';
import { type PartsRequest, parsePartsRequest } from '../request/large-request.ts';
import { newRelay } from './new-relay.ts';

const relay = newRelay('-part');
const { logger } = relay;

/** A worker of relay-large: sends a run of parts, stops before its time is up, and says where. */
export const handler = middy<PartsRequest, PartsAnswer>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const { invocation, done } = withDeadline(relay, () => context.getRemainingTimeInMillis());
    try {
      return await sendParts(invocation, parsePartsRequest(event));
    } finally {
      done();
    }
  });
