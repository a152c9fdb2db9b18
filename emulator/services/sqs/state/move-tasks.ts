/** Dead-letter queue redrive: StartMessageMoveTask and its list (SQS API Reference). */
import { randomUUID } from 'node:crypto';
import type { Caller, Clock } from '../../../core/api.ts';
import type { Keeper } from '../../../core/keeper.ts';
import { invalidParameter, resourceNotFound } from '../errors.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

export interface MoveTask {
  Status: 'COMPLETED' | 'FAILED';
  SourceArn: string;
  DestinationArn?: string;
  ApproximateNumberOfMessagesMoved: number;
  ApproximateNumberOfMessagesToMove: number;
  FailureReason?: string;
  /** Milliseconds since the epoch. */
  StartedTimestamp: number;
}

/**
 * Moves what is visible at once, before the call answers; so no task is ever running, and there is nothing to cancel.
 * As on SQS a message moved is a new one: new id, no receives, a full retention period ahead of it.
 */
export class MoveTasks implements Keeper {
  readonly #queues: Queues;
  readonly #clock: Clock;
  readonly #tasks: MoveTask[] = [];

  constructor(queues: Queues, clock: Clock) {
    this.#queues = queues;
    this.#clock = clock;
  }

  snapshot(): MoveTask[] {
    return this.#tasks;
  }

  restore(kept: MoveTask[]): void {
    this.#tasks.push(...kept);
  }

  /**
   * @param destinationArn without it, every message goes back to the queue that it came from
   * @throws ApiError ResourceNotFoundException, InvalidParameterValue (the source is nobody's dead-letter queue), AccessDenied
   */
  start(caller: Caller, sourceArn: string, destinationArn?: string): { taskHandle: string } {
    const source = this.#find(sourceArn, 'SourceArn');
    // The mover acts in the caller's name: Developer Guide, "Configure queue permissions for dead-letter queue redrive".
    for (const operation of ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
      this.#queues.authorize(caller, operation, source);
    }
    const sources = this.#queues.sourcesOf(source);
    if (sources.length === 0) throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
    const destination = destinationArn === undefined ? undefined : this.#find(destinationArn, 'DestinationArn');
    for (const queue of destination ? [destination] : sources) this.#queues.authorize(caller, 'SendMessage', queue);

    const toMove = source.counts().visible;
    const destinationOf = (origin?: string) => destination ?? this.#queues.queueByArn(origin ?? '');
    const { moved, complete } = source.moveVisible(destinationOf);
    this.#tasks.unshift({
      Status: complete ? 'COMPLETED' : 'FAILED',
      SourceArn: sourceArn,
      ...(destinationArn === undefined ? {} : { DestinationArn: destinationArn }),
      ApproximateNumberOfMessagesMoved: moved,
      ApproximateNumberOfMessagesToMove: toMove,
      ...(complete ? {} : { FailureReason: 'CouldNotDetermineMessageSource' }),
      StartedTimestamp: this.#clock(),
    });
    const taskHandle = Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn })).toString('base64');
    return { taskHandle };
  }

  /** The latest tasks of a source, newest first. @throws ApiError ResourceNotFoundException, AccessDenied */
  list(caller: Caller, sourceArn: string, maxResults: number): MoveTask[] {
    this.#queues.authorize(caller, 'ListMessageMoveTasks', this.#find(sourceArn, 'SourceArn'));
    return this.#tasks.filter((task) => task.SourceArn === sourceArn).slice(0, maxResults);
  }

  #find(arn: string, parameter: string): Queue {
    const queue = this.#queues.queueByArn(arn);
    if (!queue) throw resourceNotFound(parameter);
    return queue;
  }
}
