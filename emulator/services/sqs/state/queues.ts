/**
 * All queues of all accounts, and what may be done with them in the name of a caller.
 * The HTTP front (service.ts) and the services inside the process (S3 notifications, EventBridge, Lambda's polling) pass through the same door.
 */

import type { PrincipalIds } from '../../../authorization/principal.ts';
import { ApiError, type Authorizer, type Caller, type Clock, type ContextKeys } from '../../../core/api.ts';
import { refill } from '../../../core/keeper.ts';
import { type Lateness, ON_TIME } from '../../../core/lateness.ts';
import { arnOf } from '../../../core/partition.ts';
import type { PolicyDocument } from '../../../core/policy-document.ts';
import type { ReceivedMessage } from '../../../core/queue-message.ts';
import { invalidValue, queueDoesNotExist } from '../errors.ts';
import type { OutgoingMessage } from '../message.ts';
import { Queue, type ReceiveListener } from './queue.ts';
import type { ReceiveOptions } from './queue-settings.ts';
import { type QueueSettings, redriveAllowed } from './queue-settings.ts';
import { senderIdOf } from './stored-message.ts';

export interface SqsOptions {
  authorizer: Authorizer;
  /** Whom a queue's policy names. */
  directory: PrincipalIds;
  clock: Clock;
  /** The gateway's URL, e.g. `https://127.0.0.1:4566`: known only once it listens. */
  endpoint: () => string;
  onReceived?: ReceiveListener;
  lateness?: Lateness;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
const NAME_RESTS_MS = 60_000;

export class Queues {
  readonly directory: PrincipalIds;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;
  readonly #endpoint: () => string;
  readonly #onReceived: ReceiveListener | undefined;
  readonly #lateness: Lateness;
  readonly #queues = new Map<string, Queue>();
  /** When each was deleted, by ARN. */
  readonly #deleted = new Map<string, number>();

  constructor({ authorizer, directory, clock, endpoint, onReceived, lateness = ON_TIME }: SqsOptions) {
    this.directory = directory;
    this.#authorizer = authorizer;
    this.#clock = clock;
    this.#endpoint = endpoint;
    this.#onReceived = onReceived;
    this.#lateness = lateness;
  }

  /** The queues with their messages, and the names of those that were deleted a short while ago. */
  protected get state() {
    return { queues: this.all().map(({ state }) => state), deleted: this.#deleted };
  }

  protected restoreQueues({ queues, deleted }: Queues['state']): void {
    for (const state of queues) {
      const queue = new Queue(state.settings, this.#clock, undefined, this.#onReceived);
      queue.restore(state);
      this.#queues.set(queue.arn, queue);
    }
    for (const queue of this.all()) {
      queue.deadLetterQueue = this.#queues.get(queue.settings.redrive?.deadLetterTargetArn ?? '');
    }
    refill(this.#deleted, deleted);
  }

  /**
   * The dead-letter queue must exist already, in the same account and region, and allow this source.
   * @throws ApiError InvalidParameterValue, QueueNameExists, QueueDeletedRecently
   */
  createQueue(settings: QueueSettings): Queue {
    const deletedAt = this.#deleted.get(arnOf('sqs', settings, settings.name)) ?? Number.NEGATIVE_INFINITY;
    if (this.#clock() - deletedAt < NAME_RESTS_MS) {
      const problem =
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.';
      throw new ApiError('QueueDeletedRecently', 400, problem);
    }
    const queue = new Queue(settings, this.#clock, this.#deadLetterQueue(settings), this.#onReceived);
    if (this.#queues.has(queue.arn)) {
      throw new ApiError('QueueNameExists', 400, `A queue already exists with the same name: ${queue.arn}`);
    }
    this.#queues.set(queue.arn, queue);
    return queue;
  }

  /** @throws ApiError InvalidParameterValue; then the old settings stay */
  updateQueue(queue: Queue, settings: QueueSettings): void {
    queue.configure(settings, this.#deadLetterQueue(settings));
  }

  /** With its messages; queues that name it as their dead-letter queue stay. @throws ApiError QueueDoesNotExist */
  deleteQueue(arn: string): void {
    const queue = this.queueByArn(arn);
    if (!queue) throw queueDoesNotExist();
    this.#queues.delete(arn);
    this.#deleted.set(arn, this.#clock());
    queue.close();
  }

  #deadLetterQueue({ account, region, name, redrive }: QueueSettings): Queue | undefined {
    if (!redrive) return undefined;
    const refused = (reason: string) => invalidValue(JSON.stringify(redrive), 'RedrivePolicy', reason);
    const target = this.#queues.get(redrive.deadLetterTargetArn);
    if (!target) throw refused('Dead letter target does not exist.');
    if (target.account !== account || target.region !== region) {
      throw refused('Dead-letter target owner should be same as the source, in the same region.');
    }
    if (!redriveAllowed(target.settings.redriveAllow, arnOf('sqs', { account, region }, name))) {
      throw refused("The dead-letter queue's redrive allow policy does not permit this source queue.");
    }
    return target;
  }

  /**
   * @param policy undefined takes it away
   * @param region of a queue named by its URL
   * @throws ApiError QueueDoesNotExist
   */
  setQueuePolicy(queueUrlOrArn: string, policy: PolicyDocument | undefined, region?: string): void {
    const queue = queueUrlOrArn.startsWith('arn:')
      ? this.queueByArn(queueUrlOrArn)
      : this.queueByUrl(queueUrlOrArn, region);
    if (!queue) throw queueDoesNotExist();
    queue.policy = policy;
  }

  /** How many messages it had a while ago, and all else as it is. */
  attributesOf(queue: Queue): Record<string, string> {
    const now = queue.attributes();
    const seen = this.#lateness.seen(`counts of ${queue.arn}`, () => now) ?? now;
    const names = Object.keys(now).map((name) => [name, (name.startsWith('Approximate') ? seen : now)[name]!]);
    return Object.fromEntries(names);
  }

  queueByArn(arn: string): Queue | undefined {
    return this.#queues.get(arn);
  }

  /**
   * Host and port of the URL are not looked at, so that a URL survives a restart on another port.
   * It doesn't say the region either: without `region`, a name that exists in two regions is an error rather than a guess.
   */
  queueByUrl(url: string, region?: string): Queue | undefined {
    const [, account, name] = /^(?:https?:\/\/[^/]+)?\/(\d{12})\/([^/]+)$/.exec(url) ?? [];
    const found = this.all().filter((queue) => {
      return queue.account === account && queue.name === name && (region === undefined || queue.region === region);
    });
    if (found.length > 1) throw new Error(`${url} stands for queues in several regions; use the ARN`);
    return found[0];
  }

  urlOf({ account, name }: Queue): string {
    return `${this.#endpoint()}/${account}/${name}`;
  }

  all(): Queue[] {
    return [...this.#queues.values()];
  }

  /** The queues that name this one as their dead-letter queue. */
  sourcesOf(deadLetterQueue: Queue): Queue[] {
    return this.all().filter((queue) => queue.deadLetterQueue === deadLetterQueue);
  }

  /**
   * Asks whether the caller may do `operation` on a queue. SQS names the action in lower case in its refusals.
   * @throws ApiError AccessDenied
   */
  authorize(caller: Caller, operation: string, queue: Queue, context: ContextKeys = {}): void {
    const { arn: resource, account: resourceAccount, policy: resourcePolicy } = queue;
    const action = `sqs:${operation.toLowerCase()}`;
    this.#authorizer.authorize({ caller, action, resource, resourceAccount, resourcePolicy, context });
  }

  /** For ListQueues, which acts on no queue in particular. @throws ApiError AccessDenied */
  authorizeListing(caller: Caller, account: string, region: string): void {
    const resource = arnOf('sqs', { account, region }, '*');
    this.#authorizer.authorize({ caller, action: 'sqs:listqueues', resource, resourceAccount: account });
  }

  /**
   * @param message `context` holds condition keys of this call, such as `aws:SourceArn` when a service sends on a bucket's behalf
   * @throws ApiError QueueDoesNotExist, AccessDenied, and whatever makes the message unfit
   */
  sendMessage(
    caller: Caller,
    queueArn: string,
    message: OutgoingMessage & { context?: ContextKeys },
  ): { messageId: string } {
    const { context, ...outgoing } = message;
    const queue = this.#permitted(caller, 'SendMessage', queueArn, context);
    return queue.send(outgoing, senderIdOf(caller.principal));
  }

  /** @throws ApiError QueueDoesNotExist, AccessDenied, InvalidParameterValue */
  async receiveMessages(caller: Caller, queueArn: string, options: ReceiveOptions): Promise<ReceivedMessage[]> {
    return this.#permitted(caller, 'ReceiveMessage', queueArn).receive(options);
  }

  /** @throws ApiError QueueDoesNotExist, AccessDenied, ReceiptHandleIsInvalid */
  deleteMessages(caller: Caller, queueArn: string, receiptHandles: string[]): void {
    const queue = this.#permitted(caller, 'DeleteMessage', queueArn);
    for (const handle of receiptHandles) queue.delete(handle);
  }

  /** @throws ApiError QueueDoesNotExist, AccessDenied, ReceiptHandleIsInvalid, InvalidParameterValue */
  changeVisibility(caller: Caller, queueArn: string, receiptHandle: string, visibilityTimeoutSeconds: number): void {
    const queue = this.#permitted(caller, 'ChangeMessageVisibility', queueArn);
    queue.changeVisibility(receiptHandle, visibilityTimeoutSeconds);
  }

  #permitted(caller: Caller, operation: string, queueArn: string, context?: ContextKeys): Queue {
    const queue = this.queueByArn(queueArn);
    if (!queue) throw queueDoesNotExist();
    this.authorize(caller, operation, queue, context);
    return queue;
  }

  /** Ends every waiting receive: nothing of SQS keeps the process alive after this. */
  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }
}
