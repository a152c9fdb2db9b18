import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';
import { DurableExecution, type Execution, type Target } from '../../../emulator/index.ts';
import { largeSlots } from '../../../functions/delivery/large-slots.ts';
import type { Invocation } from '../../../functions/invocation/invocation.ts';
import { relayLarge } from '../../../functions/large/relay-large.ts';
import { sendParts } from '../../../functions/large/send-parts.ts';
import { EmbeddedMetrics } from '../../../functions/reporting/metrics.ts';
import { type LargeRequest, parsePartsRequest } from '../../../functions/request/large-request.ts';
import { clientsOf } from '../exploration/clients.ts';
import { DestinationBucket } from '../exploration/destination-bucket.ts';
import { CONFIG } from '../exploration/invocations.ts';
import { LedgerTable } from '../exploration/ledger-table.ts';
import { Queue } from '../exploration/queue.ts';
import { type Services, servicesOf } from '../exploration/services.ts';
import { SourceBucket } from '../exploration/source-bucket.ts';
import { checkpoints } from './checkpoints.ts';
import { executionOf, Killable } from './killable.ts';

export type Who = 'relay-large' | 'relay-part';

export interface LargeWorldOptions {
  /** Dies at this turn, counted over all its invocations; 0 is never. */
  kill?: { who: Who; turn: number };
  /** What is left of an invocation of a worker, each time it asks. */
  workerClock?: () => () => number;
  createOnly?: boolean;
  largeWorkers?: number;
  /** What AWS does, as changed by a test. */
  services?: (services: Services) => Services;
}

const GIB = 1024 ** 3;
const TARGET = {
  function: {
    arn: 'arn:aws:lambda:us-east-1:111111111111:function:relay-large',
    durable: { executionTimeoutSeconds: 60 },
  },
  version: '1',
  qualifier: 'live',
} as unknown as Target;

/**
 * relay-large with the real durable SDK and real waits, its workers, and two buckets in one process. Each invocation begins
 * from the checkpoints alone, as in Lambda, and dies where a test wants it to.
 */
export class LargeWorld {
  readonly source = new SourceBucket('versioned');
  readonly destination = new DestinationBucket('completed');
  readonly ledger = new LedgerTable();
  readonly queue = new Queue({ visible: () => undefined, deleted: () => undefined });
  /** It stands still. */
  readonly clock = { nowMs: 0 };
  readonly executions: DurableExecution[] = [];
  /** Those that such executions had started for a section of theirs. */
  readonly sections: DurableExecution[] = [];
  /** By everybody's clock, milliseconds. */
  nowMs = 0;
  /** `upload/part` of each UploadPart that took effect. */
  readonly sentParts: string[] = [];
  readonly turns: Record<Who, string[]> = { 'relay-large': [], 'relay-part': [] };
  readonly #options: LargeWorldOptions;
  readonly #services: Services;

  constructor(options: LargeWorldOptions = {}) {
    this.#options = options;
    const services = servicesOf(this);
    const counted: Services = {
      ...services,
      UploadPart: (input) => {
        this.sentParts.push(`${input.UploadId}/${input.PartNumber}`);
        return services.UploadPart(input);
      },
    };
    this.#services = options.services?.(counted) ?? counted;
  }

  /** Nobody here asks what is told. */
  hear(): object {
    return {};
  }

  /** Nobody here asks for an execution but the test. */
  start(): never {
    throw new Error('relay-large starts nothing');
  }

  /** A letter for each part, of 64 MiB unless said otherwise. */
  upload(letters: string, letterBytes = 64 * 1024 ** 2): void {
    this.source.upload('k', { letters, isLarge: true, hasChecksum: true, letterBytes, metadata: 'x' });
  }

  /** Relays the object and, as the relay would, whatever is put into the queue meanwhile. */
  async relay(request: LargeRequest = { route: 'main', key: 'k' }): Promise<Execution> {
    const payload = JSON.stringify(request);
    const execution = this.#execution(`e${this.executions.length + 1}`, payload);
    this.executions.push(execution);
    const answer = await execution.closed;
    const handedBack = this.queue.messages.find(({ isDeleted }) => !isDeleted);
    if (!handedBack) return answer;
    handedBack.isDeleted = true;
    return this.relay(JSON.parse(handedBack.body) as LargeRequest);
  }

  #execution(name: string, payload: string): DurableExecution {
    const execution: DurableExecution = new DurableExecution(TARGET, name, payload, {
      clock: Date.now,
      executor: {
        run: async (_, { payload: event }) => {
          // It begins while it is being made.
          await null;
          return this.#invokeLarge(execution, event);
        },
      },
      invoke: (_, functionName, input) =>
        functionName === CONFIG.largeFunction ? this.#runSection(input) : this.#invokePart(input),
    });
    return execution;
  }

  async #runSection(payload: string) {
    const execution = this.#execution(`s${this.sections.length + 1}`, payload);
    this.sections.push(execution);
    return { Result: (await execution.closed).payload };
  }

  async #invokeLarge(execution: DurableExecution, event: string): Promise<Execution> {
    const life = this.#life('relay-large');
    const handler = withDurableExecution<unknown, unknown>(
      (asked, context) => relayLarge(this.#invocation(life), context, asked),
      { durableExecutionClient: checkpoints(execution, life) },
    );
    const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 900_000 } as Context;
    return executionOf(handler(JSON.parse(event), context), life);
  }

  #invokePart(payload: string) {
    const life = this.#life('relay-part');
    const remainingMs = this.#options.workerClock?.() ?? (() => 900_000);
    const work = sendParts({ ...this.#invocation(life), remainingMs }, parsePartsRequest(JSON.parse(payload)));
    return Promise.race([work, life.death]).then(
      (value) => ({ Result: JSON.stringify(value) }),
      ({ name, message }: Error) => ({ Error: { ErrorType: name, ErrorMessage: message } }),
    );
  }

  #life(who: Who): Killable {
    const { kill } = this.#options;
    return new Killable((label) => {
      this.turns[who].push(label);
      return kill?.who === who && kill.turn === this.turns[who].length;
    });
  }

  #invocation(life: Killable): Invocation {
    const { createOnly = false, largeWorkers = CONFIG.largeWorkers } = this.#options;
    const ignore = () => undefined;
    const unknown = (problem: string) => {
      throw new Error(problem);
    };
    const config = {
      ...CONFIG,
      routes: CONFIG.routes.map((route) => ({ ...route, createOnly })),
      largeObjectBytes: GIB,
      largeWorkers,
      // It waits for as long as it says.
      lateCompleteSeconds: 1,
    };
    const clients = clientsOf(this.#services, life, { onUnknown: unknown, outlivesAbort: false });
    const now = () => new Date(this.nowMs);
    return {
      config,
      clients,
      slots: largeSlots({ clients, config, now }),
      logger: { info: ignore, warn: ignore, error: ignore },
      now,
      sleep: async () => undefined,
      remainingMs: () => 900_000,
      grantedMs: 900_000,
      underWay: new Map(),
      signal: new AbortController().signal,
      recordingSignal: new AbortController().signal,
      reports: [],
      metrics: new EmbeddedMetrics(CONFIG),
    };
  }
}
