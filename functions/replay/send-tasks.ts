/** Sends a message to the relay's queue for each object that is to be relayed. */
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { chunks } from '../core/chunks.ts';
import type { RelayError } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import { serviceFailure } from '../failures/service-failure.ts';
import { messageBody } from '../request/message-body.ts';
import type { Task } from './list-page.ts';
import type { Replay } from './replay-run.ts';

/** SQS's limit. Ten keys stay far below SQS's limit of bytes, even with each character escaped. */
const MESSAGES_PER_BATCH = 10;
const BATCHES_AT_ONCE = 10;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

/** SQS did not take some messages of a batch. */
class Refused extends Error {
  readonly $fault: 'client' | 'server';

  constructor(message: string, code: string, $fault: 'client' | 'server') {
    super(message);
    this.name = code;
    this.$fault = $fault;
  }
}

export async function sendTasks(replay: Replay, tasks: readonly Task[]): Promise<void> {
  await pMap(chunks(tasks, MESSAGES_PER_BATCH), (batch) => sendBatch(replay, batch), { concurrency: BATCHES_AT_ONCE });
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
async function sendBatch({ clients, config }: Replay, tasks: readonly Task[]): Promise<void> {
  const { queueUrl: QueueUrl } = config;
  let Entries = tasks.map(({ object, route }, index) => ({
    Id: String(index),
    MessageBody: messageBody({ key: object.key, route }),
  }));
  const sendRest = async () => {
    const command = new SendMessageBatchCommand({ QueueUrl, Entries });
    const { Failed = [] } = await clients.sqs.send(command).catch((error: unknown) => {
      throw serviceFailure('QueueUnavailable', 'SendMessageBatch', QueueUrl, error);
    });
    if (Failed.length === 0) return;
    const [{ Code = 'Error', Message = '', SenderFault } = {}] = Failed;
    const failed = new Set(Failed.map(({ Id }) => Id));
    Entries = Entries.filter(({ Id }) => failed.has(Id));
    const refused = new Refused(Message, Code, SenderFault ? 'client' : 'server');
    throw serviceFailure('QueueUnavailable', 'SendMessageBatch', QueueUrl, refused);
  };
  await retry<void, RelayError>(sendRest, {
    attempts: ATTEMPTS,
    isTransient: ({ cause }) => cause instanceof Refused && cause.$fault === 'server',
    backoffMs: (failed) => FIRST_PAUSE_MS * 2 ** (failed - 1),
  });
}
