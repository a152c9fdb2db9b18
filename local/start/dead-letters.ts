/** Reads the dead-letter queue of a running relay. */
import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readDeadLetter, type Told } from '../dead-letter.ts';

const LOOK_EVERY_MS = 500;
/** Keys and reasons are told without. */
const NOTHING: Told = { sourceBucket: undefined, routes: [] };

/** What may turn up in the dead-letter queue. */
interface Pending {
  drop: { key: string };
  failure?: string;
}

/** Watches the dead-letter queue, so that a failed delivery is reported with its reason at once. */
export class DeadLetters {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #reasons = new Map<string, string>();
  #lookedAt = 0;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  async mark(pending: readonly Pending[]): Promise<void> {
    if (pending.length === 0 || Date.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = Date.now();
    await this.#read();
    for (const delivery of pending) {
      const reason = this.#reasons.get(delivery.drop.key);
      if (reason !== undefined) delivery.failure = reason;
    }
  }

  async #read(): Promise<void> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({ QueueUrl: this.#queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    for (const message of Messages) {
      const { keys, code, reason } = readDeadLetter(message, NOTHING);
      for (const key of keys) this.#reasons.set(key, `${code}: ${reason}`);
    }
  }
}
