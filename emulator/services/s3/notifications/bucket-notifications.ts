/** The notification configuration of every bucket, and the delivery of its events. */
import { randomBytes } from 'node:crypto';
import { ApiError, type Clock } from '../../../core/api.ts';
import type { EventSink } from '../../../core/event.ts';
import { type Keeper, refill } from '../../../core/keeper.ts';
import { type Lateness, ON_TIME } from '../../../core/lateness.ts';
import { bucketArnOf, regionOfArn } from '../../../core/partition.ts';
import { type DeliveryFailure, type QueueSender, send, sendOrRecord } from '../../../core/queue-delivery.ts';
import { objectCreatedEvent } from './object-created-event.ts';
import {
  coversEvent,
  matchesFilter,
  type NotificationFilter,
  type ObjectCreated,
  s3Notification,
  s3TestEvent,
} from './s3-notification.ts';

export interface QueueNotification {
  queueArn: string;
  /** e.g. `s3:ObjectCreated:*` */
  events: string[];
  filter?: NotificationFilter;
  /** Becomes the notification's `configurationId`; one is made up where it is missing. */
  id?: string;
}

export interface NotificationConfiguration {
  queues: QueueNotification[];
  eventBridge: boolean;
  /** The bucket's owner and region. */
  account: string;
  region: string;
  /** Whether S3 tries each queue first: unless it is told not to. */
  validates?: boolean;
}

/** As it is kept: with the ids that S3 made. */
export type KeptConfiguration = Omit<NotificationConfiguration, 'queues'> & {
  queues: Required<QueueNotification>[];
  /** Milliseconds since the epoch. */
  since: number;
};

export interface BucketNotificationsOptions {
  sqs: QueueSender;
  eventBus: EventSink;
  clock: Clock;
  onFailure?: (failure: DeliveryFailure) => void;
  lateness?: Lateness;
}

const SERVICE = 's3.amazonaws.com';
const EVENT_TYPES = ['*', 'Put', 'Post', 'Copy', 'CompleteMultipartUpload'].map((type) => `s3:ObjectCreated:${type}`);

export class BucketNotifications implements Keeper {
  /** Every notification that a queue refused, in order. */
  readonly failures: DeliveryFailure[] = [];
  readonly #options: Required<BucketNotificationsOptions>;
  readonly #configurations = new Map<string, KeptConfiguration>();

  constructor(options: BucketNotificationsOptions) {
    this.#options = { onFailure: () => {}, lateness: ON_TIME, ...options };
  }

  /**
   * Replaces a bucket's configuration. As S3 does, it first sends a test event to every queue: a queue that is missing or doesn't allow
   * this bucket makes the whole configuration fail, and the old one stays.
   * @throws ApiError InvalidArgument for overlapping filters, unknown events, one id twice, a queue in another region, or a queue that refuses
   */
  configure(bucketName: string, configuration: NotificationConfiguration): void {
    const queues = configuration.queues.map((queue) => ({ filter: {}, id: randomBytes(16).toString('hex'), ...queue }));
    for (const queue of queues) checkQueue(queue, configuration.region);
    checkIds(queues);
    checkOverlaps(queues);
    if (configuration.validates ?? true) this.#tryQueues(bucketName, configuration);
    this.#configurations.set(bucketName, { ...configuration, queues, since: this.#options.clock() });
  }

  snapshot(): ReadonlyMap<string, KeptConfiguration> {
    return this.#configurations;
  }

  restore(kept: ReadonlyMap<string, KeptConfiguration>): void {
    refill(this.#configurations, kept);
  }

  of(bucketName: string): KeptConfiguration | undefined {
    return this.#configurations.get(bucketName);
  }

  #tryQueues(bucketName: string, { account, region, queues }: NotificationConfiguration): void {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    const body = JSON.stringify(s3TestEvent(bucketName, requestId, new Date(this.#options.clock())));
    const source = {
      service: SERVICE,
      sourceArn: bucketArnOf(bucketName, region),
      sourceAccount: account,
    };
    for (const { queueArn } of queues) {
      try {
        send(this.#options.sqs, { ...source, queueArn, body });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const error = invalidArgument('Unable to validate the following destination configurations', {
          ArgumentName: queueArn,
          ArgumentValue: `Permissions on the destination queue do not allow S3 to publish notifications from this bucket: ${reason}`,
        });
        error.cause = cause;
        throw error;
      }
    }
  }

  /** Of a bucket that is gone, or that shall tell nobody any more. */
  remove(bucketName: string): void {
    this.#configurations.delete(bucketName);
  }

  /** Tells every matching queue and, if the bucket says so, EventBridge. Refusals are recorded in `failures`. */
  publish(event: ObjectCreated): void {
    const configuration = this.#options.lateness.seen(
      `notifications of ${event.bucket}`,
      () => this.#configurations.get(event.bucket),
      ({ since }) => since,
    );
    if (!configuration) return;
    const source = {
      service: SERVICE,
      sourceArn: bucketArnOf(event.bucket, configuration.region),
      sourceAccount: configuration.account,
    };
    for (const { queueArn, events, filter, id } of configuration.queues) {
      if (!events.some((type) => coversEvent(type, event.eventName)) || !matchesFilter(filter, event.key)) continue;
      const delivery = { ...source, queueArn, body: JSON.stringify(s3Notification(event, id)) };
      sendOrRecord(this.#options.sqs, delivery, this.failures, this.#options.onFailure);
    }
    if (configuration.eventBridge) this.#options.eventBus.publish(objectCreatedEvent(event));
  }
}

function checkQueue({ queueArn, events }: QueueNotification, bucketRegion: string): void {
  const region = regionOfArn(queueArn, 'sqs');
  if (region === undefined) throw invalidArgument(`The ARN could not be parsed: ${queueArn}`);
  if (region !== bucketRegion) {
    throw invalidArgument(
      'The notification destination service region is not valid for the bucket location constraint',
    );
  }
  const unknown = events.length === 0 ? '(none)' : events.find((type) => !EVENT_TYPES.includes(type));
  if (unknown !== undefined) {
    throw invalidArgument(`The event is not supported for notifications: ${unknown} (here: ${EVENT_TYPES.join(', ')})`);
  }
}

/** @throws ApiError InvalidArgument for a name that is no prefix and no suffix, and for one of them twice */
export function filterOf(rules: readonly { Name: string; Value: string }[]): NotificationFilter {
  const filter: NotificationFilter = {};
  for (const { Name, Value } of rules) {
    const name = Name.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalidArgument('filter rule name must be either prefix or suffix', {
        ArgumentName: 'FilterRule.Name',
        ArgumentValue: Name,
      });
    }
    if (filter[name] !== undefined) throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`);
    filter[name] = Value;
  }
  return filter;
}

function checkIds(queues: Required<QueueNotification>[]): void {
  const ids = queues.map(({ id }) => id);
  if (new Set(ids).size < ids.length) {
    throw invalidArgument('Same ID used for multiple configurations. IDs must be unique', { ArgumentName: 'Id' });
  }
}

/** Two rules may share an event type only if no key can match both. */
function checkOverlaps(queues: Required<QueueNotification>[]): void {
  for (const [index, one] of queues.entries()) {
    for (const other of queues.slice(index + 1)) {
      if (eventsOverlap(one.events, other.events) && filtersOverlap(one.filter, other.filter)) {
        throw invalidArgument(
          'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
        );
      }
    }
  }
}

function eventsOverlap(one: string[], other: string[]): boolean {
  return one.some((a) => other.some((b) => a === b || a.endsWith(':*') || b.endsWith(':*')));
}

function filtersOverlap(one: NotificationFilter, other: NotificationFilter): boolean {
  const [prefixA = '', prefixB = ''] = [one.prefix, other.prefix];
  const [suffixA = '', suffixB = ''] = [one.suffix, other.suffix];
  const prefixes = prefixA.startsWith(prefixB) || prefixB.startsWith(prefixA);
  return prefixes && (suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA));
}

function invalidArgument(message: string, details: Record<string, string> = {}): ApiError {
  return new ApiError('InvalidArgument', 400, message, details);
}
