/** Reads the dead-letter queue of a running relay. */
import { type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { parseMessageBody } from '../../functions/request/sqs-message.ts';

const LOOK_EVERY_MS = 500;

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
      for (const key of keysOf(message)) this.#reasons.set(key, reasonOf(message));
    }
  }
}

export function keysOf({ Body }: Message): string[] {
  try {
    return parseMessageBody(Body ?? '', { sourceBucket: 'whatever bucket', routes: [] }).map(
      ({ source }) => source.key,
    );
  } catch {
    return [];
  }
}

export function reasonOf({ MessageAttributes }: Message): string {
  const code = MessageAttributes?.['ErrorCode']?.StringValue ?? 'unknown';
  return `${code}: ${MessageAttributes?.['ErrorMessage']?.StringValue ?? 'no reason was given'}`;
}
