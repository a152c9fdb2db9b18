/** Reads the dead-letter queue of a running relay. */
import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readDeadLetter, type Told } from '../../cli/dead-letter.ts';

const LOOK_EVERY_MS = 500;
/** Keys and reasons are told without. */
const NOTHING: Told = { sourceBucket: undefined, routes: [] };
const MOST_AT_ONCE = 10;

/** What may turn up in the dead-letter queue. */
interface Pending {
  drop: { key: string };
}

/** Watches the dead-letter queue, so that a failed delivery is reported with its reason at once. */
export class DeadLetters {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #reasons = new Map<string, string>();
  readonly #since = Date.now();
  #lookedAt = 0;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  /** Those that have failed meanwhile, with the reason. */
  async of<P extends Pending>(pending: readonly P[]): Promise<[failed: P, reason: string][]> {
    if (pending.length === 0 || performance.now() - this.#lookedAt < LOOK_EVERY_MS) return [];
    this.#lookedAt = performance.now();
    while ((await this.#read()) === MOST_AT_ONCE);
    return pending.flatMap((each): [P, string][] => {
      const reason = this.#reasons.get(each.drop.key);
      return reason === undefined ? [] : [[each, reason]];
    });
  }

  /** How many messages there were. */
  async #read(): Promise<number> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#queueUrl,
        MaxNumberOfMessages: MOST_AT_ONCE,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    for (const message of Messages) {
      // Others are of an earlier day.
      if (Number(message.Attributes?.SentTimestamp) < this.#since) continue;
      const { keys, code, reason } = readDeadLetter(message, NOTHING);
      for (const key of keys) this.#reasons.set(key, `${code}: ${reason}`);
    }
    return Messages.length;
  }
}
