/** The relay: relays what a batch of messages, an S3 Batch Operations job or a person with `aws lambda invoke` asks for. */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { relayBatchJob } from '../doors/batch-job.ts';
import { type ManualAnswer, relayKeys } from '../doors/manual.ts';
import { relayMessages } from '../doors/queue.ts';
import { badEvent } from '../request/bad-event.ts';
import { type BatchAnswer, isBatchJob } from '../request/batch-operations.ts';
import { isManualEvent, misspeltIn } from '../request/manual.ts';
import { isSqsEvent } from '../request/sqs-message.ts';
import { invocationOf, relayMiddlewares } from './middlewares.ts';
import { newRelay } from './new-relay.ts';

export type RelayEvent = SQSEvent | Record<string, unknown>;
export type RelayAnswer = SQSBatchResponse | BatchAnswer | ManualAnswer;

export const handler = middy<RelayEvent, RelayAnswer>()
  .use(relayMiddlewares(newRelay('')))
  .handler(async (event, context) => {
    const invocation = invocationOf(context);
    if (isSqsEvent(event)) return await relayMessages(invocation, event);
    if (isBatchJob(event)) return await relayBatchJob(invocation, event);
    if (isManualEvent(event)) return await relayKeys(invocation, event);
    const expected = 'an SQS event, an S3 Batch Operations job, { "key": "…" } or { "keys": ["…"] }';
    throw badEvent(`${expected}${misspeltIn(event)}`, event);
  });
