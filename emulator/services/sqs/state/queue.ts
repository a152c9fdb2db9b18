/** One standard queue in memory. Who may use it is asked elsewhere (queues.ts). */
import { randomUUID } from 'node:crypto';
import { ApiError, type Clock } from '../../../core/api.ts';
import { arnOf } from '../../../core/partition.ts';
import type { PolicyDocument } from '../../../core/policy-document.ts';
import type { ReceivedMessage } from '../../../core/queue-message.ts';
import { checkRange, invalidParameter, invalidValue, receiptHandleIsInvalid } from '../errors.ts';
import { checkMessage, type OutgoingMessage } from '../message.ts';
import { LongPolls } from './long-polls.ts';
import {
  type CompleteSettings,
  completeSettings,
  type QueueSettings,
  type ReceiveOptions,
  settingAttributes,
} from './queue-settings.ts';
import { receivedMessage, type StoredMessage } from './stored-message.ts';

/** A message stays in flight for 12 hours at most, counted from its receive (SQS Developer Guide, "Visibility timeout"). */
const MAXIMUM_IN_FLIGHT_SECONDS = 43_200;
const PURGE_INTERVAL_MS = 60_000;

/** All that a queue is made of, but for who waits. */
export interface QueueState {
  settings: CompleteSettings;
  policy: PolicyDocument | undefined;
  id: string;
  createdAt: number;
  purgedAt: number;
  messages: Map<string, StoredMessage>;
}

/** Told what a receive hands out, before its receiver gets it. */
export type ReceiveListener = (queue: Queue, messages: ReceivedMessage[]) => void;

export class Queue {
  settings: CompleteSettings;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  deadLetterQueue: Queue | undefined;
  policy: PolicyDocument | undefined;
  readonly #clock: Clock;
  readonly #onReceived: ReceiveListener | undefined;
  #id: string = randomUUID();
  #createdAt: number;
  readonly #messages = new Map<string, StoredMessage>();
  readonly #polls = new LongPolls<ReceivedMessage>();
  #purgedAt = Number.NEGATIVE_INFINITY;

  /** @throws ApiError InvalidParameterValue for settings out of range */
  constructor(settings: QueueSettings, clock: Clock, deadLetterQueue?: Queue, onReceived?: ReceiveListener) {
    this.settings = completeSettings(settings);
    this.account = settings.account;
    this.region = settings.region;
    this.name = settings.name;
    this.arn = arnOf('sqs', settings, settings.name);
    this.deadLetterQueue = deadLetterQueue;
    this.#clock = clock;
    this.#onReceived = onReceived;
    this.#createdAt = clock();
  }

  get state(): QueueState {
    const { settings, policy } = this;
    const [id, createdAt, purgedAt] = [this.#id, this.#createdAt, this.#purgedAt];
    return { settings, policy, id, createdAt, purgedAt, messages: this.#messages };
  }

  /** What was in flight is visible: whoever had it, is gone. */
  restore({ policy, id, createdAt, purgedAt, messages }: QueueState): void {
    this.policy = policy;
    this.#id = id;
    this.#createdAt = createdAt;
    this.#purgedAt = purgedAt;
    const now = this.#clock();
    for (const [messageId, { visibleAt, ...message }] of messages) {
      this.#messages.set(messageId, { ...message, visibleAt: message.receipt ? Math.min(visibleAt, now) : visibleAt });
    }
  }

  /** What is set of a queue that is there already; its messages stay. @throws ApiError InvalidParameterValue */
  configure(settings: QueueSettings, deadLetterQueue: Queue | undefined): void {
    this.settings = completeSettings(settings);
    this.deadLetterQueue = deadLetterQueue;
  }

  /** @throws ApiError MissingParameter, InvalidMessageContents, InvalidParameterValue */
  send(message: OutgoingMessage, senderId: string): { messageId: string } {
    checkMessage(message, this.settings.maximumMessageSizeBytes);
    const now = this.#clock();
    const messageId = randomUUID();
    this.#messages.set(messageId, {
      messageId,
      body: message.body,
      attributes: message.attributes ?? {},
      senderId,
      sentAt: now,
      visibleAt: now + (message.delaySeconds ?? this.settings.delaySeconds) * 1000,
      receiveCount: 0,
    });
    this.#polls.wake();
    return { messageId };
  }

  /** @throws ApiError InvalidParameterValue for an option out of range */
  async receive(options: ReceiveOptions): Promise<ReceivedMessage[]> {
    const { maxMessages, visibilityTimeoutSeconds = this.settings.visibilityTimeoutSeconds } = options;
    const { waitTimeSeconds = this.settings.receiveWaitTimeSeconds } = options;
    checkRange(maxMessages, 'MaxNumberOfMessages', 1, 10);
    checkRange(visibilityTimeoutSeconds, 'VisibilityTimeout', 0, MAXIMUM_IN_FLIGHT_SECONDS);
    checkRange(waitTimeSeconds, 'WaitTimeSeconds', 0, 20);
    const take = () => this.#take(maxMessages, visibilityTimeoutSeconds);
    const messages = take();
    if (messages.length > 0 || waitTimeSeconds === 0) return messages;
    return this.#polls.wait(take, waitTimeSeconds * 1000, options.signal);
  }

  /**
   * Deletes what was received under this handle. As on SQS, the handle outlives its visibility timeout, and neither a message
   * that is gone already nor a handle that a later receive has replaced is an error; but the latter deletes nothing.
   * @throws ApiError ReceiptHandleIsInvalid for what is no handle of this queue
   */
  delete(receiptHandle: string): void {
    const message = this.#byHandle(receiptHandle);
    if (message) this.#messages.delete(message.messageId);
  }

  /** @throws ApiError ReceiptHandleIsInvalid; InvalidParameterValue out of range, or when the message isn't in flight */
  changeVisibility(receiptHandle: string, visibilityTimeoutSeconds: number): void {
    checkRange(visibilityTimeoutSeconds, 'VisibilityTimeout', 0, MAXIMUM_IN_FLIGHT_SECONDS);
    const message = this.#byHandle(receiptHandle);
    const now = this.#clock();
    if (!message?.receipt || message.visibleAt <= now) {
      throw invalidValue(
        receiptHandle,
        'ReceiptHandle',
        'Message does not exist or is not available for visibility timeout change.',
      );
    }
    const visibleAt = now + visibilityTimeoutSeconds * 1000;
    if (visibleAt > message.receipt.receivedAt + MAXIMUM_IN_FLIGHT_SECONDS * 1000) {
      throw invalidParameter(
        `Total VisibilityTimeout for the message is beyond the limit [${MAXIMUM_IN_FLIGHT_SECONDS} seconds]`,
      );
    }
    message.visibleAt = visibleAt;
  }

  /** @throws ApiError PurgeQueueInProgress within 60 seconds of the last purge */
  purge(): void {
    const now = this.#clock();
    if (now < this.#purgedAt + PURGE_INTERVAL_MS) {
      const message = `Only one PurgeQueue operation on ${this.name} is allowed every 60 seconds.`;
      throw new ApiError('PurgeQueueInProgress', 403, message);
    }
    this.#purgedAt = now;
    this.#messages.clear();
  }

  /** Messages that a receive would find, that are in flight, and that still wait for their delay to end. */
  counts(): { visible: number; notVisible: number; delayed: number } {
    this.#expire();
    const now = this.#clock();
    const counts = { visible: 0, notVisible: 0, delayed: 0 };
    for (const message of this.#messages.values()) {
      if (message.visibleAt <= now) counts.visible += 1;
      else if (message.receipt) counts.notVisible += 1;
      else counts.delayed += 1;
    }
    return counts;
  }

  /** Milliseconds since the oldest message that is here, or in flight, was sent; 0 without one. */
  oldestAgeMs(): number {
    this.#expire();
    const now = this.#clock();
    return [...this.#messages.values()].reduce((oldest, { sentAt }) => Math.max(oldest, now - sentAt), 0);
  }

  /** All attributes of GetQueueAttributes, as text. */
  attributes(): Record<string, string> {
    const { visible, notVisible, delayed } = this.counts();
    const createdSeconds = String(Math.floor(this.#createdAt / 1000));
    return {
      QueueArn: this.arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(notVisible),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      CreatedTimestamp: createdSeconds,
      LastModifiedTimestamp: createdSeconds,
      ...settingAttributes(this.settings),
      ...(this.policy ? { Policy: JSON.stringify(this.policy) } : {}),
    };
  }

  /**
   * Takes every visible message out and hands it to `destinationOf`'s queue as a new message: new id, new time, no receives (StartMessageMoveTask).
   * Stops before the first message for which there is no destination.
   */
  moveVisible(destinationOf: (deadLetterSourceArn?: string) => Queue | undefined): {
    moved: number;
    complete: boolean;
  } {
    this.#expire();
    const now = this.#clock();
    let moved = 0;
    for (const message of [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= now)) {
      const destination = destinationOf(message.deadLetterSourceArn);
      if (!destination) return { moved, complete: false };
      // In this order, since a destination with a lower size limit may refuse.
      destination.send({ body: message.body, attributes: message.attributes, delaySeconds: 0 }, message.senderId);
      this.#messages.delete(message.messageId);
      moved += 1;
    }
    return { moved, complete: true };
  }

  /** Ends every waiting receive with nothing. */
  close(): void {
    this.#polls.close();
  }

  #take(maxMessages: number, visibilityTimeoutSeconds: number): ReceivedMessage[] {
    this.#expire();
    const now = this.#clock();
    const taken: ReceivedMessage[] = [];
    const dead: StoredMessage[] = [];
    const maxReceiveCount =
      (this.deadLetterQueue && this.settings.redrive?.maxReceiveCount) ?? Number.POSITIVE_INFINITY;
    for (const message of this.#messages.values()) {
      if (taken.length === maxMessages) break;
      if (message.visibleAt > now) continue;
      if (message.receiveCount >= maxReceiveCount) {
        dead.push(message);
        continue;
      }
      const receiptId = randomUUID();
      message.receipt = { id: receiptId, receivedAt: now };
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + visibilityTimeoutSeconds * 1000;
      taken.push(receivedMessage(message, this.#handle(message, receiptId)));
    }
    if (this.deadLetterQueue) this.#moveTo(this.deadLetterQueue, dead);
    if (taken.length > 0) this.#onReceived?.(this, taken);
    return taken;
  }

  /** A dead letter keeps its id, its sender, its receive count and the time it was sent: its retention goes on from there. */
  #moveTo(deadLetterQueue: Queue, dead: StoredMessage[]): void {
    for (const message of dead) {
      this.#messages.delete(message.messageId);
      deadLetterQueue.#messages.set(message.messageId, { ...message, deadLetterSourceArn: this.arn });
    }
  }

  #expire(): void {
    const oldest = this.#clock() - this.settings.messageRetentionSeconds * 1000;
    for (const { messageId, sentAt } of this.#messages.values()) if (sentAt <= oldest) this.#messages.delete(messageId);
  }

  #handle(message: StoredMessage, receiptId: string): string {
    return Buffer.from(`${this.#id} ${message.messageId} ${receiptId}`).toString('base64');
  }

  /** The message of which this handle is the latest receipt. */
  #byHandle(handle: string): StoredMessage | undefined {
    const [queueId, messageId, receiptId] = Buffer.from(handle, 'base64').toString().split(' ');
    if (queueId !== this.#id || messageId === undefined) throw receiptHandleIsInvalid(handle);
    this.#expire();
    const message = this.#messages.get(messageId);
    return message?.receipt?.id === receiptId ? message : undefined;
  }
}
