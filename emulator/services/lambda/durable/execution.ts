/** One durable execution: invokes its function again and again, until it answers with a result. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Clock } from '../../../core/api.ts';
import type { Execution } from '../../../core/invocation.ts';
import type { Executor } from '../runtime/executor.ts';
import type { Target } from '../store.ts';
import { Journal } from './journal.ts';
import { type ErrorObject, type Operation, type OperationUpdate, toWire } from './operation.ts';

export interface ExecutionServices {
  executor: Pick<Executor, 'run'>;
  clock: Clock;
  /** Runs another function on behalf of this one. The name is that of the execution, if it is a durable one. */
  invoke: (
    caller: Target,
    functionName: string,
    payload: string,
    name: string,
  ) => Promise<{ Result: string } | { Error: ErrorObject }>;
}

export type DurableStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';

/** Another function that runs on behalf of this one. */
interface Invoke {
  functionName: string;
  payload: string;
  name: string;
}

/** All that an execution is made of, but for its function. */
export interface KeptState {
  arn: string;
  startedAt: Date;
  status: DurableStatus;
  invocations: number;
  journal: Journal['state'];
  /** Those that haven't been answered, by operation. */
  invokes: Map<string, Invoke>;
  /** Of one that is closed. */
  outcome: Execution | undefined;
}

/** What the function answers when it has nothing more to do for now, or for good. */
type Answer =
  | { Status: 'PENDING' }
  | { Status: 'SUCCEEDED'; Result?: string }
  | { Status: 'FAILED'; Error?: ErrorObject };

/** An event carries so many operations; the function asks for more. Few, so that it is seen to do so. */
const OPERATIONS_IN_EVENT = 20;
/** How soon an invocation that failed is repeated. AWS doesn't say; there it is seconds. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** The longest that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class DurableExecution {
  readonly arn: string;
  readonly name: string;
  readonly payload: string;
  readonly target: Target;
  readonly startedAt: Date;
  /** Ends as an invocation of any function does. */
  readonly closed: Promise<Execution>;
  status: DurableStatus = 'RUNNING';
  /** Invocations of the function so far. */
  invocations = 0;
  readonly journal: Journal;
  readonly #services: ExecutionServices;
  readonly #invokes = new Map<string, Invoke>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stop = new AbortController();
  #token = '';
  #checkpoints = 0;
  #news = Promise.withResolvers<void>();
  #outcome: Execution | undefined;

  /** @param kept of an execution that was there before: it goes on where it was */
  constructor(target: Target, name: string, payload: string, services: ExecutionServices, kept?: KeptState) {
    this.#services = services;
    this.target = target;
    this.name = name;
    this.payload = payload;
    this.startedAt = kept?.startedAt ?? new Date(services.clock());
    this.status = kept?.status ?? 'RUNNING';
    this.invocations = kept?.invocations ?? 0;
    // A version, also when an alias was named: the execution stays with it.
    this.arn = kept?.arn ?? `${target.function.arn}:${target.version}/durable-execution/${name}/${randomUUID()}`;
    this.journal = new Journal(services.clock, {
      onWait: (operation, until) => this.#at(until, () => this.journal.elapse(operation)),
      onRetry: (operation, at) => this.#at(at, () => this.journal.makeReady(operation)),
      onInvoke: (operation, functionName, input) =>
        void this.#invoke(operation, { functionName, payload: input, name: randomUUID() }),
    });
    if (kept) this.#restore(kept);
    else this.journal.begin(randomUUID(), name, payload);
    const { executionTimeoutSeconds } = target.function.durable!;
    const goneMs = kept ? services.clock() - this.startedAt.getTime() : 0;
    this.closed = kept?.outcome
      ? Promise.resolve(kept.outcome)
      : this.#toTheEnd(executionTimeoutSeconds * 1000 - goneMs);
    // Whoever wants to know looks at it; nobody has to.
    this.closed.catch(() => {});
  }

  get kept(): KeptState {
    const { arn, startedAt, status, invocations } = this;
    const journal = this.journal.state;
    return { arn, startedAt, status, invocations, journal, invokes: this.#invokes, outcome: this.#outcome };
  }

  #restore({ journal, invokes, outcome }: KeptState): void {
    this.#outcome = outcome;
    this.journal.restore(journal, outcome === undefined);
    for (const operation of outcome ? [] : journal.operations) {
      const invoke = invokes.get(operation.Id);
      if (invoke) void this.#invoke(operation, invoke);
    }
  }

  async #toTheEnd(leftMs: number): Promise<Execution> {
    this.#later(leftMs, () => this.#end('TIMED_OUT'));
    try {
      this.#outcome = await this.#run();
      return this.#outcome;
    } finally {
      if (this.status === 'RUNNING') this.status = 'FAILED';
      this.close();
    }
  }

  /** @throws ApiError `InvalidParameterValueException` for a token that is not the latest: somebody else goes on with it */
  checkpoint(token: string, updates: OperationUpdate[]): { token: string; operations: Operation[] } {
    this.#requireToken(token);
    const operations = this.journal.apply(updates);
    this.#token = `${this.invocations}-${++this.#checkpoints}`;
    return { token: this.#token, operations };
  }

  /** @param from as `NextMarker` said */
  state(token: string, from: number, count: number): { operations: Operation[]; next: number | undefined } {
    this.#requireToken(token);
    const { operations } = this.journal;
    return { operations: operations.slice(from, from + count), next: markerAfter(operations, from + count) };
  }

  /** Ends it before its time. */
  stop(): void {
    this.#end('STOPPED');
  }

  /** Nothing happens any more. */
  close(): void {
    this.#stop.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#news.resolve();
  }

  async #run(): Promise<Execution> {
    let failures = 0;
    for (;;) {
      const execution = await this.#invokeOnce();
      if (this.#stop.signal.aborted) return this.#closedAs(execution);
      const answer = execution.failed ? undefined : (JSON.parse(execution.payload) as Answer);
      if (answer?.Status === 'SUCCEEDED') {
        this.status = 'SUCCEEDED';
        return { ...execution, payload: answer.Result || 'null' };
      }
      if (answer?.Status === 'FAILED') {
        this.status = 'FAILED';
        return { ...execution, failed: true, payload: errorPayload(answer.Error) };
      }
      if (answer) {
        failures = 0;
        await this.#somethingNew();
      } else {
        // It died, ran out of time, or could not reach its checkpoints: it goes on from the last one.
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
        await sleep(pauseMs, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
      }
      if (this.#stop.signal.aborted) return this.#closedAs(execution);
    }
  }

  async #invokeOnce(): Promise<Execution> {
    this.invocations += 1;
    this.#token = `${this.invocations}-0`;
    const updatedIds = this.journal.takeNews();
    const { operations } = this.journal;
    const next = markerAfter(operations, OPERATIONS_IN_EVENT);
    const event = {
      DurableExecutionArn: this.arn,
      CheckpointToken: this.#token,
      UpdatedOperationIds: updatedIds,
      InitialExecutionState: {
        Operations: operations.slice(0, OPERATIONS_IN_EVENT),
        ...(next !== undefined && { NextMarker: String(next) }),
      },
    };
    const requestId = randomUUID();
    return this.#services.executor.run(this.target, { requestId, payload: JSON.stringify(event), whenBusy: 'wait' });
  }

  async #invoke(operation: Operation, invoke: Invoke): Promise<void> {
    const { functionName, payload, name } = invoke;
    this.#invokes.set(operation.Id, invoke);
    const answer = await this.#services.invoke(this.target, functionName, payload, name);
    this.#invokes.delete(operation.Id);
    this.journal.answer(operation, answer);
    this.#tell();
  }

  async #somethingNew(): Promise<void> {
    while (!this.journal.hasNews && !this.#stop.signal.aborted) await this.#news.promise;
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  #at(time: Date, act: () => void): void {
    this.#later(time.getTime() - this.#services.clock(), () => {
      act();
      this.#tell();
    });
  }

  #later(milliseconds: number, act: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        act();
      },
      Math.min(MAX_TIMER_MS, Math.max(0, milliseconds)),
    ).unref();
    this.#timers.add(timer);
  }

  #end(status: DurableStatus): void {
    this.status = status;
    this.close();
  }

  #closedAs(execution: Execution): Execution {
    const error = { ErrorType: 'DurableExecution.Ended', ErrorMessage: `The execution is ${this.status}` };
    return { ...execution, failed: true, payload: errorPayload(error) };
  }

  #requireToken(token: string): void {
    if (token === this.#token && this.status === 'RUNNING') return;
    throw new ApiError('InvalidParameterValueException', 400, 'Invalid Checkpoint Token: it is not the latest');
  }
}

export function describeExecution({ arn, name, status, startedAt, target, payload, kept }: DurableExecution): unknown {
  return toWire({
    DurableExecutionArn: arn,
    DurableExecutionName: name,
    FunctionArn: target.arn,
    Version: target.version,
    InputPayload: payload,
    Status: status,
    StartTimestamp: startedAt,
    ...(kept.outcome && outcomeOf(kept.outcome)),
  });
}

function outcomeOf({ failed, payload }: Execution): { Result: string } | { Error: ErrorObject } {
  if (!failed) return { Result: payload };
  const { errorType, errorMessage } = JSON.parse(payload) as Record<string, string>;
  return { Error: { ErrorType: errorType, ErrorMessage: errorMessage } };
}

function markerAfter(operations: Operation[], end: number): number | undefined {
  return end < operations.length ? end : undefined;
}

function errorPayload({ ErrorType, ErrorMessage }: ErrorObject = {}): string {
  return JSON.stringify({ errorType: ErrorType ?? 'Error', errorMessage: ErrorMessage ?? 'The execution failed' });
}
