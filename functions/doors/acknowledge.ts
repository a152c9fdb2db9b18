/** Deletes finished messages of a batch early, while another object of the batch is still under way. */
import { DeleteMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { asRelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { publishEvents } from '../reporting/publish-events.ts';

/** A batch that ends earlier is acknowledged by Lambda, which saves a request per message. */
const PATIENCE_MS = 5_000;

export interface EarlyAcknowledgement {
  /** Called when a message is finished; the batch may not be. */
  done(record: SQSRecord): Promise<void>;
  close(): void;
}

/**
 * Deletes finished messages from the queue while a slow object of the same batch is still under way. Lambda deletes them only when the
 * invocation answers, and an invocation that dies would have them relayed again. If a message of the batch was received before, finished messages
 * are deleted at once: its receiver may have died at it, and this one may die, too.
 */
export function earlyAcknowledgement(invocation: Invocation, batch: readonly SQSRecord[]): EarlyAcknowledgement {
  const { clients, config, logger } = invocation;
  const finished: SQSRecord[] = [];
  const isPatient = batch.every(({ attributes }) => Number(attributes?.ApproximateReceiveCount ?? 1) === 1);
  let isLate = !isPatient;
  const acknowledge = async ({ receiptHandle }: SQSRecord) => {
    try {
      if (invocation.reports.length > 0) await publishEvents(invocation);
      await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: config.queueUrl, ReceiptHandle: receiptHandle }));
    } catch (error) {
      // Lambda does it at the end of the invocation.
      logger.warn('not acknowledged early', { failure: asRelayError(error, { operation: 'DeleteMessage' }).toJSON() });
    }
  };
  const timer = setTimeout(() => {
    if (isLate) return;
    isLate = true;
    for (const record of finished) void acknowledge(record);
  }, PATIENCE_MS);
  return {
    async done(record) {
      finished.push(record);
      if (isLate && finished.length < batch.length) await acknowledge(record);
    },
    close: () => clearTimeout(timer),
  };
}
