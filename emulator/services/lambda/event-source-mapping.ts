/** Feeds a function from a queue: polls as the function's role, invokes in batches, deletes what has been dealt with. */
import { randomUUID } from 'node:crypto';
import { ApiError, type Authorizer, type Caller } from '../../core/api.ts';
import type { Lateness } from '../../core/lateness.ts';
import type { ReceivedMessage } from '../../core/queue-message.ts';
import type { SourceQueues } from './queues.ts';
import { type Executor, unlessThrottled } from './runtime/executor.ts';
import type { RoleSessions } from './runtime/role-sessions.ts';
import { failedMessageIds, sqsEvent } from './sqs-batch.ts';
import type { FunctionRegistry, Target } from './store.ts';

export interface MappingSettings {
  /** Looked up anew for each batch: an alias may point elsewhere by then, and `$LATEST` may have been updated. */
  target: Target;
  queueArn: string;
  enabled: boolean;
  /** 1–10,000; above 10 there must be a window. */
  batchSize: number;
  /** 0–300: how long to gather a batch. */
  batchingWindowSeconds: number;
  reportBatchItemFailures: boolean;
  /** 2–1,000 invocations at a time. */
  maximumConcurrency: number | undefined;
}

export interface MappingServices {
  functions: FunctionRegistry;
  authorizer: Authorizer;
  sessions: RoleSessions;
  sqs: SourceQueues;
  executor: Executor;
  lateness: Lateness;
  onUnexpectedError: (error: unknown) => void;
}

/** Lambda begins with five pollers for a standard queue; more would gain nothing within one process. */
const DEFAULT_CONCURRENCY = 5;
const LONGEST_POLL_SECONDS = 20;
/** SQS hands out ten messages at most for one receive. */
const RECEIVE_LIMIT = 10;
/** A synchronous invocation takes 6 MB: a batch ends before it grows larger. */
const MAX_BATCH_BYTES = 6_000_000;
/** A poll that failed, say because a grant was taken away, is repeated at this pace. */
const PAUSE_AFTER_ERROR_MS = 1000;
const NEEDED_ACTIONS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

export class EventSourceMapping {
  readonly uuid: string;
  #settings: MappingSettings;
  readonly #services: MappingServices;
  /** Ends the receiving of the present settings; batches go on. */
  #polling = new AbortController();
  readonly #stop = new AbortController();
  readonly #batches = new Set<Promise<void>>();
  #loop: Promise<void> = Promise.resolve();

  #isRetired = false;

  /** @throws ApiError `InvalidParameterValueException` when the queue or the role's grants don't fit, as Lambda refuses it */
  constructor(settings: MappingSettings, services: MappingServices, uuid?: string) {
    this.#settings = settings;
    this.#services = services;
    this.uuid = uuid ?? randomUUID();
    // One that was there before is taken as it is: roles and queues may have changed since it was made.
    if (uuid === undefined) services.lateness.exactly(() => this.#check(settings));
  }

  /** How many batches are being worked on. */
  get active(): number {
    return this.#batches.size;
  }

  get settings(): Readonly<MappingSettings> {
    return this.#settings;
  }

  get queueArn(): string {
    return this.#settings.queueArn;
  }

  /** The function that is fed, without its qualifier. */
  get functionArn(): string {
    return this.#settings.target.function.arn;
  }

  start(): void {
    if (!this.#settings.enabled) return;
    const signal = AbortSignal.any([this.#polling.signal, this.#stop.signal]);
    this.#loop = Promise.all([this.#loop, this.#poll(signal)]).then(() => undefined);
  }

  /** What has been received is worked on to its end. @throws ApiError `InvalidParameterValueException`; then the old settings stay */
  update(settings: MappingSettings): void {
    const { lateness } = this.#services;
    lateness.exactly(() => this.#check(settings));
    const before = this.#polling;
    lateness.later(`end of polling ${this.queueArn}`, () => before.abort());
    this.#settings = settings;
    this.#polling = new AbortController();
    this.start();
  }

  /** Receives nothing any more. Resolves when the batches under way have ended. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    this.#polling.abort();
    await this.#loop;
    await Promise.all(this.#batches);
  }

  /** Ends the polling; batches under way end with their sandboxes. */
  close(): Promise<void> {
    this.#stop.abort();
    return this.retire();
  }

  #check(settings: MappingSettings): void {
    const { target, queueArn, batchSize, batchingWindowSeconds } = settings;
    const queue = this.#services.sqs.queueByArn(queueArn);
    if (!queue) throw refused(`Error occurred while ReceiveMessage. SQS Error Code: QueueDoesNotExist. ${queueArn}`);
    const caller = this.#callerFor(target);
    for (const name of NEEDED_ACTIONS) {
      const allowed = this.#services.authorizer.isAllowed({
        caller,
        action: `sqs:${name}`,
        resource: queue.arn,
        resourceAccount: queue.account,
        resourcePolicy: queue.policy,
      });
      if (!allowed) throw refused(`The provided execution role does not have permissions to call ${name} on SQS`);
    }
    const { timeoutSeconds } = target.function;
    const { visibilityTimeoutSeconds } = queue.settings;
    if (visibilityTimeoutSeconds < timeoutSeconds) {
      throw refused(
        `Queue visibility timeout: ${visibilityTimeoutSeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
      );
    }
    if (batchSize > RECEIVE_LIMIT && batchingWindowSeconds < 1) {
      throw refused('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const lateMs = this.#services.lateness.lateMs(`begin of polling ${this.queueArn}`);
    if (lateMs > 0) await pause(signal, lateMs);
    const concurrency = this.#settings.maximumConcurrency ?? DEFAULT_CONCURRENCY;
    while (!signal.aborted) {
      try {
        if (this.#batches.size >= concurrency) {
          await Promise.race(this.#batches);
          continue;
        }
        const messages = await this.#gather(signal);
        if (messages.length > 0) this.#begin(messages);
      } catch (error) {
        this.#report(error);
        await pause(signal, PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  /** A refusal is nothing unexpected where roles and grants are seen late. */
  #report(error: unknown): void {
    if (this.#services.lateness.mostMs > 0 && error instanceof ApiError) return;
    this.#services.onUnexpectedError(error);
  }

  /** One batch: as many messages as there are, up to the batch size, or what the window brings. */
  async #gather(signal: AbortSignal): Promise<ReceivedMessage[]> {
    const { batchSize, batchingWindowSeconds } = this.#settings;
    const messages = await this.#receive(batchSize, LONGEST_POLL_SECONDS, signal);
    const windowEnds = performance.now() + batchingWindowSeconds * 1000;
    while (messages.length > 0 && messages.length < batchSize && bytesOf(messages) < MAX_BATCH_BYTES) {
      const leftSeconds = Math.ceil((windowEnds - performance.now()) / 1000);
      if (leftSeconds <= 0 || signal.aborted) break;
      const waitSeconds = Math.min(leftSeconds, LONGEST_POLL_SECONDS);
      messages.push(...(await this.#receive(batchSize - messages.length, waitSeconds, signal)));
    }
    return messages;
  }

  #receive(wanted: number, waitTimeSeconds: number, signal: AbortSignal): Promise<ReceivedMessage[]> {
    return this.#services.sqs.receiveMessages(this.#caller(), this.#settings.queueArn, {
      maxMessages: Math.min(wanted, RECEIVE_LIMIT),
      waitTimeSeconds,
      signal,
    });
  }

  #begin(messages: ReceivedMessage[]): void {
    const batch = this.#work(messages)
      .catch((error) => {
        // The queue or the function may have gone with the mapping, as they do with a stack; AWS tells nobody.
        if (!this.#isRetired) this.#report(error);
      })
      .finally(() => this.#batches.delete(batch));
    this.#batches.add(batch);
  }

  /** Messages that failed, or whose function is throttled, stay in flight until their visibility timeout brings them back. */
  async #work(messages: ReceivedMessage[]): Promise<void> {
    const { queueArn, reportBatchItemFailures } = this.#settings;
    const execution = await unlessThrottled(
      this.#services.executor.run(this.#target(), {
        requestId: randomUUID(),
        payload: JSON.stringify(sqsEvent(messages, queueArn)),
        whenBusy: 'wait',
      }),
    );
    if (!execution || this.#stop.signal.aborted) return;
    const ids = messages.map(({ messageId }) => messageId);
    const failed = failedMessageIds(execution, ids, reportBatchItemFailures);
    const done = messages.filter(({ messageId }) => !failed.has(messageId)).map(({ receiptHandle }) => receiptHandle);
    if (done.length > 0) this.#services.sqs.deleteMessages(this.#caller(), queueArn, done);
  }

  /** @throws ApiError `ResourceNotFoundException` when the function has been deleted */
  #target(): Target {
    const { function: fn, qualifier } = this.#settings.target;
    return this.#services.functions.target({ account: fn.account, region: fn.region, name: fn.name, qualifier });
  }

  #caller(): Caller {
    return this.#callerFor(this.#target());
  }

  #callerFor({ function: { roleArn, name } }: Target): Caller {
    return this.#services.sessions.caller(roleArn, name);
  }
}

function pause(signal: AbortSignal, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms).unref();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

function refused(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', 400, message);
}

function bytesOf(messages: readonly ReceivedMessage[]): number {
  return messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
}
