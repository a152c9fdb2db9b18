import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { RelayConfig } from '../../../functions/core/config.ts';
import { RelayError } from '../../../functions/core/errors.ts';
import { largeSlots } from '../../../functions/delivery/large-slots.ts';
import type { Invocation } from '../../../functions/invocation/invocation.ts';
import { EmbeddedMetrics } from '../../../functions/reporting/metrics.ts';
import { aRoute } from '../../support/relay.ts';
import { clientsOf } from './clients.ts';
import { sqsEventOf } from './event-message.ts';
import { BOUNDS } from './late-writes.ts';
import { Life } from './life.ts';
import type { Message } from './queue.ts';
import type { Fate } from './scenario.ts';
import type { Services } from './services.ts';
import type { World } from './world.ts';

export type Answer = (invocation: Invocation, event: SQSEvent) => Promise<SQSBatchResponse>;

export interface InvocationsOptions {
  /** What AWS does for one invocation. */
  services: () => Services;
  answer: Answer;
  outlivesAbort: boolean;
  /** How many tries the SDK says that a request took, whatever it took. */
  attempts?: number | undefined;
  config: Partial<RelayConfig>;
  event: (record: SQSRecord) => SQSRecord;
  /** Whether a message may come back while its receiver lives, as it would if the queue hid it for less than the function's timeout. */
  hidesTooBriefly: boolean;
}

export const CONFIG: RelayConfig = {
  name: 'upload-relay',
  sourceBucket: 'uploads',
  sourceAccount: '111111111111',
  routes: [aRoute({ destination: { bucket: 'deliveries', prefix: '' } })],
  events: 'all',
  objectiveSeconds: 300,
  queueUrl: 'queue',
  deadLetterQueueUrl: 'dead-letter-queue',
  maxReceives: 5,
  retryDelaySeconds: 1,
  ...BOUNDS,
  ledgerTable: 'ledger',
  awaitRoleHours: 72,
  deployedRoleId: 'AROARELAY',
  largeObjectBytes: Number.POSITIVE_INFINITY,
  largeSlots: 100,
  largeWorkers: 2,
  largeFunction: 'relay-large',
  partFunction: 'relay-part',
};

/** Longer than an invocation may wait for its begin without asking for more time. */
const HELD_UP_MS = 45_000;
/** A message that came back was received that long ago where giving up is explored: longer than deaths are put up with. */
const LONG_AGO_MS = 24 * 3_600_000;

/** Between a small object and a large one. */
const LARGE_OBJECT_BYTES = 1024 ** 2;

const UNDISTURBED: Fate = { stallsAt: 0, endsAt: 0, how: 'crash' };

/** Lambda: hands messages to invocations of the relay, as many at once as there are, and ends some of them early. */
export class Invocations {
  readonly #world: World;
  readonly #options: InvocationsOptions;
  /** Those that have neither answered nor died. */
  readonly #running = new Set<Life>();
  #count = 0;

  constructor(world: World, options: InvocationsOptions) {
    this.#world = world;
    this.#options = options;
  }

  get areOver(): boolean {
    return this.#running.size === 0;
  }

  /** A message is there to be taken: some time later, somebody does. */
  async offer(message: Message): Promise<void> {
    const { timeline, queue, scenario } = this.#world;
    await timeline.turn(`somebody receives ${message.id}`);
    const batch = queue.receive(message, scenario.batchSize);
    if (batch.length > 0) await this.#invoke(batch);
  }

  async #invoke(batch: Message[]): Promise<void> {
    const { timeline, queue, scenario, isCalm } = this.#world;
    const number = ++this.#count;
    const { hidesTooBriefly } = this.#options;
    const { stallsAt, endsAt, how, ...fate } = (!isCalm && scenario.fates[number - 1]) || UNDISTURBED;
    const isHeldUp = fate.isHeldUp === true && !hidesTooBriefly;
    const atMs = timeline.nowMs;
    const cameBackAtMs = atMs - (scenario.maxReceives < 100 ? LONG_AGO_MS : 0);
    const sent = sqsEventOf(queue, batch, { atMs, cameBackAtMs });
    const handles = sent.Records.map(({ receiptHandle }) => receiptHandle);
    if (isHeldUp || (hidesTooBriefly && number === 1)) void this.#runOut(handles);
    if (isHeldUp) timeline.nowMs += HELD_UP_MS;
    const event = { Records: sent.Records.map(this.#options.event) };
    const time = new AbortController();
    const life: Life = new Life(timeline, {
      name: `relay ${number}`,
      async onTurn(turn) {
        if (turn === endsAt) end[how]();
        if (turn === stallsAt || (turn === endsAt && how === 'timeout')) await timeline.stall();
      },
    });
    const end: Record<Fate['how'], () => void> = {
      crash: () => this.#crash(life, event),
      timeout: () => {
        if (!this.#running.has(life)) return;
        life.tell('runs out of time');
        time.abort(new RelayError({ code: 'OutOfTime', message: 'the schedule says so', retryable: true }));
      },
    };
    life.tell(`receives ${event.Records.map(({ receiptHandle }) => receiptHandle).join(', ')}`);
    this.#running.add(life);
    const { batchItemFailures } = await this.#options.answer(this.invocation(life, time.signal), event);
    await life.turn('answers');
    this.#running.delete(life);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { messageId, receiptHandle } of event.Records) {
      life.tell(`${failed.has(messageId) ? 'hands back' : 'acknowledges'} ${receiptHandle}`);
      if (failed.has(messageId)) queue.release(receiptHandle);
      else queue.delete(receiptHandle);
    }
    life.freeze();
  }

  async #runOut(handles: readonly string[]): Promise<void> {
    const { timeline, queue } = this.#world;
    await timeline.turn(`the visibility timeout of ${handles.join(', ')} is over`);
    for (const handle of handles) queue.runOut(handle);
  }

  #crash(life: Life, event: SQSEvent): void {
    if (!this.#running.delete(life)) return;
    life.die();
    for (const { receiptHandle } of event.Records) this.#world.queue.release(receiptHandle);
  }

  /** @param signal of its time; an execution has all it needs */
  invocation(life: Life, signal = new AbortController().signal): Invocation {
    const { services, outlivesAbort, attempts } = this.#options;
    const { scenario, late, timeline } = this.#world;
    const { maxReceives, largeFates, largeSlots: slots = CONFIG.largeSlots } = scenario;
    const onUnknown = (problem: string) => void this.#world.violations.push(problem);
    const ignore = () => undefined;
    const large = largeFates && { largeObjectBytes: LARGE_OBJECT_BYTES, largeSlots: slots };
    const config = { ...CONFIG, maxReceives, ...large, ...this.#options.config };
    const clients = clientsOf(services(), life, { onUnknown, outlivesAbort, late, attempts });
    const now = () => new Date(timeline.nowMs);
    return {
      config,
      clients,
      slots: largeSlots({ clients, config, now }),
      logger: { info: ignore, warn: ignore, error: ignore },
      metrics: new EmbeddedMetrics(CONFIG),
      now,
      sleep: () => life.turn('sleeps'),
      remainingMs: () => 900_000,
      grantedMs: 900_000,
      underWay: new Map(),
      signal,
      recordingSignal: new AbortController().signal,
      reports: [],
    };
  }
}
