/** Shares out execution environments: keeps them warm, one invocation at a time in each, within two limits. */
import { ApiError } from '../../../core/api.ts';

export interface Environment {
  /** Whether another invocation may begin in it. */
  readonly usable: boolean;
  close(): Promise<void>;
}

export interface Demand<E extends Environment> {
  /** The function; its reserved concurrency counts all versions together. */
  functionArn: string;
  /** Environments are reused for the same version only. */
  version: string;
  reservedConcurrency: number | undefined;
  /** Beyond the reserved concurrency, unless it is 0: `refuse` as for a direct invocation, or `wait` as a queue's poller does. */
  whenBusy: 'refuse' | 'wait';
  start: () => E;
}

interface Waiting {
  fits: () => boolean;
  enter: () => void;
  refuse: (error: Error) => void;
}

export class SandboxPool<E extends Environment> {
  readonly #maxEnvironments: number;
  readonly #runningByFunction = new Map<string, number>();
  /** With what runs in each. */
  readonly #busy = new Map<E, Promise<unknown>>();
  /** Oldest first. */
  #idle: { key: string; environment: E }[] = [];
  #waiting: Waiting[] = [];
  #running = 0;
  #closed = false;

  /** @param maxEnvironments how many may exist at once; whoever comes later waits */
  constructor(maxEnvironments: number) {
    this.#maxEnvironments = maxEnvironments;
  }

  /** How many invocations run or wait for their turn. */
  get active(): number {
    return this.#running + this.#waiting.length;
  }

  /** @throws ApiError `TooManyRequestsException` (429) beyond the reserved concurrency */
  async use<T>(demand: Demand<E>, task: (environment: E) => Promise<T>): Promise<T> {
    await this.#enter(demand);
    const key = `${demand.functionArn}:${demand.version}`;
    let environment: E | undefined;
    try {
      environment = this.#take(key) ?? this.#start(demand);
      const running = task(environment);
      this.#busy.set(environment, running);
      return await running;
    } finally {
      if (environment) this.#giveBack(key, environment);
      this.#leave(demand.functionArn);
    }
  }

  /** Ends all environments, the busy ones too; resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(shuttingDown());
    const all = [...this.#busy.keys(), ...this.#idle.map(({ environment }) => environment)];
    const running = [...this.#busy.values()];
    await Promise.all(all.map((environment) => environment.close()));
    await Promise.allSettled(running);
  }

  #enter(demand: Demand<E>): Promise<void> {
    const { functionArn, reservedConcurrency = Number.POSITIVE_INFINITY } = demand;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const running = (): number => this.#runningByFunction.get(functionArn) ?? 0;
    const waiting: Waiting = {
      fits: () => this.#running < this.#maxEnvironments && running() < reservedConcurrency,
      enter: () => {
        this.#running += 1;
        this.#runningByFunction.set(functionArn, running() + 1);
        resolve();
      },
      refuse: reject,
    };
    if (this.#closed) reject(shuttingDown());
    else if (waiting.fits()) waiting.enter();
    else if (demand.whenBusy === 'refuse' && running() >= reservedConcurrency) reject(throttled());
    // Nobody's turn ever comes.
    else if (reservedConcurrency === 0) reject(throttled());
    else this.#waiting.push(waiting);
    return promise;
  }

  #leave(functionArn: string): void {
    this.#running -= 1;
    this.#runningByFunction.set(functionArn, this.#runningByFunction.get(functionArn)! - 1);
    const next = this.#waiting.find(({ fits }) => fits());
    if (!next) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
    next.enter();
  }

  #take(key: string): E | undefined {
    for (;;) {
      const index = this.#idle.findLastIndex((idle) => idle.key === key);
      if (index < 0) return undefined;
      const { environment } = this.#idle.splice(index, 1)[0]!;
      if (environment.usable) return environment;
      void environment.close();
    }
  }

  #start(demand: Demand<E>): E {
    while (this.#idle.length > 0 && this.#idle.length + this.#running > this.#maxEnvironments) {
      void this.#idle.shift()!.environment.close();
    }
    return demand.start();
  }

  #giveBack(key: string, environment: E): void {
    this.#busy.delete(environment);
    if (environment.usable && !this.#closed) this.#idle.push({ key, environment });
    else void environment.close();
  }
}

function shuttingDown(): ApiError {
  return new ApiError('ServiceException', 500, 'The local AWS is shutting down');
}

function throttled(): ApiError {
  return new ApiError('TooManyRequestsException', 429, 'Rate Exceeded.', {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
}
