import '../core/heap.ts';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { answerBatchJob } from '../doors/batch-job.ts';
import { answerManual, type ManualAnswer } from '../doors/manual.ts';
import { answerQueue } from '../doors/queue.ts';
import { withDeadline } from '../invocation/deadline.ts';
import { badEvent } from '../request/bad-event.ts';
import { type BatchAnswer, isBatchJob } from '../request/batch-operations.ts';
import { isManualEvent } from '../request/manual.ts';
import { isSqsEvent } from '../request/sqs-message.ts';
import { newRelay } from './new-relay.ts';

export type RelayEvent = SQSEvent | Record<string, unknown>;
export type RelayAnswer = SQSBatchResponse | BatchAnswer | ManualAnswer;

const relay = newRelay('');
const { logger } = relay;

/** Every door leads here: the queue, an S3 Batch Operations job, or a person with `aws lambda invoke`. */
export const handler = middy<RelayEvent, RelayAnswer>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const { invocation, done } = withDeadline(relay, () => context.getRemainingTimeInMillis());
    try {
      if (isSqsEvent(event)) return await answerQueue(invocation, event);
      if (isBatchJob(event)) return await answerBatchJob(invocation, event);
      if (isManualEvent(event)) return await answerManual(invocation, event);
      throw badEvent('an SQS event, an S3 Batch Operations job, { "key": "…" } or { "keys": ["…"] }', event);
    } finally {
      relay.metrics.publish();
      done();
    }
  });
