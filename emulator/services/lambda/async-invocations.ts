/** Invocations of type Event: answered at once, run later, tried again when they fail, and set aside when that fails too. */
import { ApiError, type Authorizer, type Caller, type Clock } from '../../core/api.ts';
import type { Execution, Outcome } from '../../core/invocation.ts';
import type { DurableExecution } from './durable/execution.ts';
import type { DestinationQueues } from './queues.ts';
import { type Executor, unlessThrottled } from './runtime/executor.ts';
import type { RoleSessions } from './runtime/role-sessions.ts';
import type { AsyncInvocationConfig, Target } from './store.ts';

export interface AsyncServices {
  authorizer: Authorizer;
  sessions: RoleSessions;
  sqs: DestinationQueues;
  executor: Executor;
  clock: Clock;
  onUnexpectedError: (error: unknown) => void;
}

export interface AsyncEvent {
  target: Target;
  requestId: string;
  payload: string;
  /** How it is done where that is more than one invocation. */
  durable?: DurableExecution | undefined;
  acceptedAt: number;
}

/** Lambda waits one minute before the second attempt and two before the third (Developer Guide, "Error handling"). */
const RETRY_DELAYS_MS = [60_000, 120_000];
/** Lambda begins with a second and goes up to five minutes. */
const THROTTLED_DELAY_MS = 60_000;
/** Lambda's defaults, which are also the most it allows. */
const MAX_RETRY_ATTEMPTS = 2;
const MAX_EVENT_AGE_SECONDS = 21_600;

export class AsyncInvocations {
  readonly #services: AsyncServices;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Events that are neither done nor set aside, with the number of the attempt that is made, or waited for. */
  readonly #pending = new Map<AsyncEvent, number>();
  #running = 0;
  #closed = false;

  constructor(services: AsyncServices) {
    this.#services = services;
  }

  /** How many run, or wait for another attempt. */
  get active(): number {
    return this.#running + this.#timers.size;
  }

  /** @throws ApiError `InvalidParameterValueException` when the function's role may not send to the destination */
  configure(target: Target, config: AsyncInvocationConfig): void {
    const { onFailureQueueArn } = config;
    if (onFailureQueueArn !== undefined) {
      const queue = this.#services.sqs.queueByArn(onFailureQueueArn);
      const allowed =
        queue &&
        this.#services.authorizer.isAllowed({
          caller: this.#caller(target),
          action: 'sqs:SendMessage',
          resource: queue.arn,
          resourceAccount: queue.account,
          resourcePolicy: queue.policy,
        });
      if (!allowed) {
        const problem = `The function's execution role does not have permissions to call SendMessage on ${onFailureQueueArn}`;
        throw new ApiError('InvalidParameterValueException', 400, problem);
      }
    }
    target.function.asyncInvocation.set(target.qualifier ?? '$LATEST', config);
  }

  /** @returns what becomes of its first try; never rejects */
  submit(target: Target, requestId: string, payload: string, durable?: DurableExecution): Promise<Outcome> {
    return this.#attempt({ target, requestId, payload, durable, acceptedAt: this.#services.clock() }, 1);
  }

  pending(): [AsyncEvent, attempt: number][] {
    return [...this.#pending];
  }

  /** What was under way begins anew; a pause between two attempts is over. */
  restore(pending: readonly [AsyncEvent, attempt: number][]): void {
    for (const [event, attempt] of pending) void this.#attempt(event, attempt);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #attempt(event: AsyncEvent, attempt: number): Promise<Outcome> {
    this.#running += 1;
    this.#pending.set(event, attempt);
    try {
      const execution = await unlessThrottled(this.#run(event));
      if (!this.#closed) this.#pending.delete(event);
      if (!execution) this.#afterThrottle(event, attempt);
      else if (execution.failed && !this.#closed) this.#afterFailure(event, attempt, execution);
      return execution;
    } catch (error) {
      if (this.#closed) return undefined;
      this.#pending.delete(event);
      this.#services.onUnexpectedError(error);
      return undefined;
    } finally {
      this.#running -= 1;
    }
  }

  #run({ target, requestId, payload, durable }: AsyncEvent): Promise<Execution> {
    return durable?.closed ?? this.#services.executor.run(target, { requestId, payload, whenBusy: 'wait' });
  }

  #afterFailure(event: AsyncEvent, attempt: number, execution: Execution): void {
    const config = configOf(event);
    const { maximumRetryAttempts = MAX_RETRY_ATTEMPTS, maximumEventAgeSeconds = MAX_EVENT_AGE_SECONDS } = config ?? {};
    const delayMs = RETRY_DELAYS_MS[attempt - 1] ?? 0;
    const expiresAt = event.acceptedAt + maximumEventAgeSeconds * 1000;
    if (attempt > maximumRetryAttempts) {
      this.#setAside(event, config, record(event, attempt, execution, 'RetriesExhausted'));
    } else if (this.#services.clock() + delayMs > expiresAt) {
      this.#setAside(event, config, record(event, attempt, execution, 'EventAgeExceeded'));
    } else this.#later(event, attempt + 1, delayMs);
  }

  /** It counts as no attempt, and the event waits, at most as long as it lives. */
  #afterThrottle(event: AsyncEvent, attempt: number): void {
    if (this.#closed) return;
    const config = configOf(event);
    const { maximumEventAgeSeconds = MAX_EVENT_AGE_SECONDS } = config ?? {};
    if (this.#services.clock() + THROTTLED_DELAY_MS > event.acceptedAt + maximumEventAgeSeconds * 1000) {
      this.#setAside(event, config, record(event, attempt - 1, undefined, 'EventAgeExceeded'));
    } else this.#later(event, attempt, THROTTLED_DELAY_MS);
  }

  #later(event: AsyncEvent, attempt: number, delayMs: number): void {
    this.#pending.set(event, attempt);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(event, attempt);
    }, delayMs).unref();
    this.#timers.add(timer);
  }

  #setAside({ target }: AsyncEvent, config: AsyncInvocationConfig | undefined, failure: object): void {
    if (config?.onFailureQueueArn === undefined) return;
    const message = { body: JSON.stringify({ timestamp: new Date(this.#services.clock()).toISOString(), ...failure }) };
    this.#services.sqs.sendMessage(this.#caller(target), config.onFailureQueueArn, message);
  }

  #caller({ function: { roleArn, name } }: Target): Caller {
    return this.#services.sessions.caller(roleArn, name);
  }
}

function configOf({ target }: AsyncEvent): AsyncInvocationConfig | undefined {
  return target.function.asyncInvocation.get(target.qualifier ?? '$LATEST');
}

/**
 * The invocation record (Developer Guide, "Capturing records of Lambda asynchronous invocations").
 * @param execution none of an event that was throttled all the time
 */
function record(event: AsyncEvent, attempts: number, execution: Execution | undefined, condition: string) {
  const { target, requestId, payload } = event;
  return {
    version: '1.0',
    requestContext: {
      requestId,
      functionArn: `${target.function.arn}:${target.qualifier ?? '$LATEST'}`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(payload) as unknown,
    ...(execution && {
      responseContext: { statusCode: 200, executedVersion: target.version, functionError: 'Unhandled' },
      responsePayload: JSON.parse(execution.payload) as unknown,
    }),
  };
}
