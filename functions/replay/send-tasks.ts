import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { chunks } from '../core/chunks.ts';
import { inLanes } from '../core/in-lanes.ts';
import { serviceFailure } from '../failures/service-failure.ts';
import type { Task } from '../ledger/read.ts';
import { messageBody } from '../request/message-body.ts';
import type { Replay } from './context.ts';

/** SQS's limit. Ten keys, even with each character escaped, are far below the limit of bytes. */
const MESSAGES_PER_BATCH = 10;
const LANES = 10;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

/** Asks the relay for each task, by a message into its own queue. */
export async function sendTasks(replay: Replay, tasks: readonly Task[]): Promise<void> {
  await inLanes(LANES, chunks(tasks, MESSAGES_PER_BATCH), (batch) => sendBatch(replay, batch));
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
async function sendBatch({ clients, config }: Replay, tasks: readonly Task[]): Promise<void> {
  const { queueUrl: QueueUrl } = config;
  let Entries = tasks.map(({ object, route }, index) => ({
    Id: String(index),
    MessageBody: messageBody({ key: object.key, route }),
  }));
  for (let attempt = 1; ; attempt++) {
    const command = new SendMessageBatchCommand({ QueueUrl, Entries });
    const { Failed = [] } = await clients.sqs.send(command).catch((error: unknown) => {
      throw serviceFailure('QueueUnavailable', 'SendMessageBatch', QueueUrl, error);
    });
    if (Failed.length === 0) return;
    const [{ Code = 'Error', Message = '', SenderFault } = {}] = Failed;
    if (SenderFault || attempt === ATTEMPTS) {
      const refused = Object.assign(new Error(Message), { name: Code, $fault: SenderFault ? 'client' : 'server' });
      throw serviceFailure('QueueUnavailable', 'SendMessageBatch', QueueUrl, refused);
    }
    const failed = new Set(Failed.map(({ Id }) => Id));
    Entries = Entries.filter(({ Id }) => failed.has(Id));
    await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
}
