import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { BatchGetItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { DurableExecution, type Execution, type Target } from '../../../emulator/index.ts';
import type { ReplayClients } from '../../../functions/aws/clients.ts';
import type { ReplayConfig } from '../../../functions/core/config.ts';
import { type RedriveSummary, redrive } from '../../../functions/replay/redrive.ts';
import { type ReplaySummary, replayObjects } from '../../../functions/replay/replay-objects.ts';
import type { Replay } from '../../../functions/replay/replay-run.ts';
import { parseReplayEvent, type ReplayRequest } from '../../../functions/request/replay-request.ts';
import { ALL, REPLAY_CONFIG } from '../../support/replay-config.ts';
import { checkpoints } from '../large/checkpoints.ts';
import { executionOf, Killable } from '../large/killable.ts';

export interface ReplayWorldOptions {
  /** In the order of their bytes. */
  keys: readonly string[];
  /** Those that have a receipt. */
  isDelivered?: (key: string) => boolean;
  /** Those that S3 keeps in GLACIER, with no copy to read. */
  isArchived?: (key: string) => boolean;
  keysPerPage?: number;
  /** By how much the clock goes on each time that it is asked. */
  clockStepMs?: number;
  /** Pauses take no time. */
  skipTime?: boolean;
  routes?: readonly string[];
  reconciliation?: ReplayConfig['reconciliation'];
  /** What else AWS does. */
  services?: Record<string, (input: never) => object>;
  /** Dies at this turn, counted over all invocations. */
  killAt?: number;
  /** The nth sending of a batch fails with this, once. */
  failSend?: { nth: number; error: Error };
}

const DAY_MS = 86_400_000;
export const OBJECT_BYTES = 10_000;
export const UPLOADED_AT = new Date('2026-01-15T09:30:00Z');
const TARGET = {
  function: { arn: 'arn:aws:lambda:us-east-1:111111111111:function:replay', durable: { executionTimeoutSeconds: 60 } },
  version: '1',
  qualifier: 'live',
} as unknown as Target;

/** Replay with the real durable SDK; the listing, the ledger and the queue stand in this process. Each invocation begins from its checkpoints alone. */
export class ReplayWorld {
  /** The keys that were asked for, in the order of their messages. */
  readonly sent: string[] = [];
  readonly turns: string[] = [];
  /** Lines of metrics. */
  readonly published: Record<string, unknown>[] = [];
  /** What other executions were started with, by their names. */
  readonly started = new Map<string, ReplayRequest>();
  execution: DurableExecution | undefined;
  readonly #options: ReplayWorldOptions;
  readonly #index: Map<string, number>;
  /** By replay's clock, milliseconds. */
  now = 0;
  #leapsMs = 0;
  #sendings = 0;

  constructor(options: ReplayWorldOptions) {
    this.#options = options;
    this.#index = new Map(options.keys.map((key, index) => [key, index]));
  }

  replay(request: object = {}): Promise<ReplaySummary> {
    return this.execute(request);
  }

  redrive(): Promise<RedriveSummary> {
    return this.execute({ from: 'dead-letter-queue' });
  }

  async execute<T>(request: object): Promise<T> {
    const execution: DurableExecution = new DurableExecution(TARGET, 'replay', JSON.stringify(request), {
      clock: () => this.#leapingClock(),
      executor: {
        run: async (_, { payload }) => {
          // It begins while it is being made.
          await null;
          return this.#invoke(execution, payload);
        },
      },
      invoke: () => Promise.reject(new Error('replay waits for no other function')),
    });
    this.execution = execution;
    return JSON.parse((await execution.closed).payload) as T;
  }

  /** @param life whose turns come before and after each request */
  replayOf(life: Pick<Killable, 'turn'>): Replay {
    const ignore = () => undefined;
    const { routes, reconciliation = REPLAY_CONFIG.reconciliation } = this.#options;
    const named = routes && { routes: routes.map((name) => ({ ...ALL, name })) };
    return {
      config: { ...REPLAY_CONFIG, reconciliation, ...named },
      clients: this.#clients(life),
      logger: { info: ignore, warn: ignore, error: ignore },
      publish: (line) => void this.published.push(JSON.parse(line)),
      now: () => (this.now += this.#options.clockStepMs ?? 0),
    };
  }

  /** Each look at it finds all pauses over. */
  #leapingClock(): number {
    if (this.#options.skipTime) this.#leapsMs += DAY_MS;
    return Date.now() + this.#leapsMs;
  }

  async #invoke(execution: DurableExecution, event: string): Promise<Execution> {
    const life = new Killable((label) => {
      this.turns.push(label);
      return this.#options.killAt === this.turns.length;
    });
    const replay = this.replayOf(life);
    const handler = withDurableExecution<unknown, ReplaySummary | RedriveSummary>(
      (asked, context) => {
        const request = parseReplayEvent(asked);
        return 'from' in request ? redrive({ ...replay, context }) : replayObjects({ ...replay, context }, request);
      },
      { durableExecutionClient: checkpoints(execution, life) },
    );
    const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 900_000 } as Context;
    return executionOf(handler(JSON.parse(event), context), life);
  }

  #clients(life: Pick<Killable, 'turn'>): ReplayClients {
    const services: Record<string, (input: never) => object> = {
      ListObjectsV2: (input: ListObjectsV2CommandInput) => this.#list(input),
      BatchGetItem: (input: BatchGetItemCommandInput) => this.#receipts(input),
      SendMessageBatch: (input: SendMessageBatchCommandInput) => this.#send(input),
      Invoke: (input: InvokeCommandInput) => {
        const request = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as ReplayRequest;
        this.started.set(input.DurableExecutionName!, request);
        return {};
      },
      ...this.#options.services,
    };
    const client = {
      async send(command: { input: object }) {
        const operation = command.constructor.name.replace(/Command$/, '');
        await life.turn(`sends ${operation}`);
        const answer = services[operation]!(command.input as never);
        await life.turn(`is answered ${operation}`);
        return answer;
      },
    };
    const reader = { s3: client, owner: '111111111111', readsVersions: false };
    const others = { sqs: client, dynamodb: client, lambda: client };
    return { lister: () => reader, forgetSession: () => undefined, ...others } as unknown as ReplayClients;
  }

  #list({ StartAfter, Prefix, MaxKeys }: ListObjectsV2CommandInput): object {
    if (Prefix !== '') throw new Error('no test lists by a prefix here');
    const { keys, keysPerPage = 1_000, isArchived = () => false } = this.#options;
    const from = StartAfter === undefined ? 0 : this.#index.get(StartAfter)! + 1;
    const Contents = keys.slice(from, from + Math.min(keysPerPage, MaxKeys!)).map((key) => ({
      Key: encodeURIComponent(key),
      ETag: '"etag"',
      Size: OBJECT_BYTES,
      LastModified: UPLOADED_AT,
      StorageClass: isArchived(key) ? 'GLACIER' : 'STANDARD',
    }));
    return { Contents, IsTruncated: from + Contents.length < keys.length };
  }

  #receipts({ RequestItems }: BatchGetItemCommandInput): object {
    const ids = RequestItems!['ledger']!.Keys!.map(({ id }) => id!.S!);
    const { isDelivered = () => false } = this.#options;
    const ledger = ids
      .filter((id) => isDelivered(id.slice('main/'.length)))
      .map((id) => ({
        id: { S: id },
        status: { S: 'delivered' },
        sourceBucket: { S: 'uploads' },
        destinationBucket: { S: ALL.destination.bucket },
        destinationKey: { S: ALL.destination.prefix + id.slice('main/'.length) },
        sourceETag: { S: '"etag"' },
        sizeBytes: { N: String(OBJECT_BYTES) },
        startedAt: { S: UPLOADED_AT.toISOString() },
        durationMs: { N: '40' },
      }));
    return { Responses: { ledger } };
  }

  #send({ Entries = [] }: SendMessageBatchCommandInput): object {
    const { failSend } = this.#options;
    this.#sendings += 1;
    if (failSend?.nth === this.#sendings) throw failSend.error;
    for (const { MessageBody } of Entries) this.sent.push((JSON.parse(MessageBody!) as { key: string }).key);
    return {};
  }
}
