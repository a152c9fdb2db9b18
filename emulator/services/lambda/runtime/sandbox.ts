/** One execution environment of a function: a child process that holds its code and runs one invocation at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { InvocationResult } from '../../../core/invocation.ts';
import { type ChildMessage, END_MARKER, type InvocationError, type InvokeMessage } from './protocol.ts';

export interface SandboxSettings {
  /** The folder of the unpacked code. */
  taskRoot: string;
  memorySizeMb: number;
  /** All of the child's environment variables but those that are this machine's. */
  environment: Record<string, string>;
  /** How far its clock is ahead of this machine's, asked anew for each invocation. */
  clockAheadMs?: () => number;
  /** Each line the function writes to stdout or stderr. */
  onLine: (line: string) => void;
}

export interface Invocation {
  requestId: string;
  /** The event as JSON text. */
  payload: string;
  timeoutSeconds: number;
  invokedFunctionArn: string;
}

/** Lambda gives the loading of a module 10 s, however short the function's timeout. */
const INIT_TIMEOUT_MS = 10_000;
/** A function's memory is not all V8's: buffers, code and stacks live beside the heap. */
const MEMORY_BESIDE_HEAP_MB = 64;
/** Output of an ended process may lag behind its end, and a grandchild may hold the pipe open for good. */
const OUTPUT_GRACE_MS = 200;

/**
 * Where programs are, and where Node shall keep what it compiles of functions, if anywhere; a variable of our own, so that this
 * process doesn't keep its code there, too. https://nodejs.org/api/module.html#module-compile-cache
 */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, SANDBOX_COMPILE_CACHE: NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
}

const bootstrap = fileURLToPath(new URL('./bootstrap.ts', import.meta.url));

export class Sandbox {
  /** Milliseconds from start to loaded; undefined until then. */
  initDurationMs: number | undefined;
  readonly #child: ChildProcess;
  readonly #ready: Promise<ChildMessage>;
  readonly #ended: Promise<void>;
  readonly #startedAt = performance.now();
  readonly #clockAheadMs: () => number;
  #waiting: ((message: ChildMessage) => void) | undefined;
  readonly #outputEnds = new Map<string, () => void>();

  constructor(settings: SandboxSettings) {
    const heapMb = Math.max(MEMORY_BESIDE_HEAP_MB, settings.memorySizeMb - MEMORY_BESIDE_HEAP_MB);
    const { clockAheadMs = () => 0 } = settings;
    this.#clockAheadMs = clockAheadMs;
    this.#child = fork(bootstrap, [String(clockAheadMs())], {
      cwd: settings.taskRoot,
      env: { ...inherited(), ...settings.environment },
      execArgv: [`--max-old-space-size=${heapMb}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const first = Promise.withResolvers<ChildMessage>();
    this.#ready = first.promise;
    this.#waiting = first.resolve;
    this.#child.on('message', (message: ChildMessage) => {
      if (message.kind === 'ready') this.initDurationMs = performance.now() - this.#startedAt;
      this.#waiting?.(message);
    });
    for (const stream of ['stdout', 'stderr'] as const) this.#forward(this.#child[stream]!, stream, settings.onLine);
    this.#ended = ended(this.#child);
  }

  /** Whether the process still runs and can be invoked again. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected;
  }

  /** Runs the handler once. Never rejects: a timeout, crash or failed load is an outcome, after which the sandbox is dead. */
  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const { requestId, timeoutSeconds } = invocation;
    const loaded = await this.#within(Math.max(INIT_TIMEOUT_MS, timeoutSeconds * 1000), this.#ready);
    const startedAt = performance.now();
    const isReady = typeof loaded === 'object' && loaded.kind === 'ready';
    const answer = isReady ? await this.#run(invocation) : loaded;
    const durationMs = performance.now() - startedAt;

    if (answer === 'timeout') {
      await this.kill();
      const problem = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      const payload = errorPayload('Sandbox.Timedout', requestId, problem);
      return { payload, failed: true, timedOut: true, durationMs, maxMemoryMb: 0 };
    }
    if (answer === 'ended') {
      const payload = errorPayload('Runtime.ExitError', requestId, this.#exitReason());
      return { payload, failed: true, timedOut: false, durationMs, maxMemoryMb: 0 };
    }
    if (answer.kind === 'ready') throw new Error('A sandbox announced itself twice');
    const { maxMemoryMb } = answer;
    if (answer.kind === 'result') {
      return { payload: answer.payload, failed: false, timedOut: false, durationMs, maxMemoryMb };
    }
    if (answer.fatal) await this.kill();
    return { payload: JSON.stringify(answer.error), failed: true, timedOut: false, durationMs, maxMemoryMb };
  }

  /** Ends the process, whatever it does; resolves once it is gone. */
  async kill(): Promise<void> {
    // One that couldn't be started has no process id, and killing process 0 would end this very program and whoever started it.
    if (this.#child.pid !== undefined) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** The child's answer, once everything that was logged before it has arrived. */
  async #run(invocation: Invocation): Promise<ChildMessage | 'timeout' | 'ended'> {
    const { requestId, payload, timeoutSeconds, invokedFunctionArn } = invocation;
    const { promise: answered, resolve } = Promise.withResolvers<ChildMessage>();
    const outputEnded = Promise.all([this.#outputEnd('stdout', requestId), this.#outputEnd('stderr', requestId)]);
    const remainingMs = timeoutSeconds * 1000;
    const clockAheadMs = this.#clockAheadMs();
    const message: InvokeMessage = { requestId, payload, remainingMs, invokedFunctionArn, clockAheadMs };
    this.#waiting = resolve;
    // A process that ended in between is noticed by its end, not by the failed send.
    this.#child.send(message, () => {});
    const answer = await this.#within(remainingMs, answered);
    if (typeof answer === 'object') await Promise.race([outputEnded, this.#ended]);
    this.#outputEnds.clear();
    return answer;
  }

  async #within<T>(milliseconds: number, message: Promise<T>): Promise<T | 'timeout' | 'ended'> {
    const timeout = Promise.withResolvers<'timeout'>();
    const timer = setTimeout(() => timeout.resolve('timeout'), milliseconds);
    try {
      return await Promise.race([message, timeout.promise, this.#ended.then(() => 'ended' as const)]);
    } finally {
      clearTimeout(timer);
    }
  }

  #outputEnd(stream: string, requestId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#outputEnds.set(`${stream} ${requestId}`, resolve);
    return promise;
  }

  #forward(output: Readable, stream: string, onLine: (line: string) => void): void {
    let rest = '';
    const take = (line: string): void => {
      const [text = '', id] = line.split(END_MARKER, 2);
      if (text !== '' || id === undefined) onLine(text);
      if (id !== undefined) this.#outputEnds.get(`${stream} ${id}`)?.();
    };
    output.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      lines.forEach(take);
    });
    output.on('end', () => rest && take(rest));
  }

  #exitReason(): string {
    const { exitCode, signalCode } = this.#child;
    if (signalCode === 'SIGKILL') return 'Runtime exited with error: signal: killed';
    if (signalCode === 'SIGABRT') return 'Runtime exited with error: signal: aborted';
    if (signalCode) return `Runtime exited with error: signal: ${signalCode}`;
    return exitCode === 0
      ? 'Runtime exited without providing a reason'
      : `Runtime exited with error: exit status ${exitCode}`;
  }
}

function errorPayload(errorType: string, requestId: string, problem: string): string {
  const error: Omit<InvocationError, 'trace'> = {
    errorType,
    errorMessage: `RequestId: ${requestId} Error: ${problem}`,
  };
  return JSON.stringify(error);
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('exit', () => setTimeout(resolve, OUTPUT_GRACE_MS).unref());
    child.once('error', () => resolve());
  });
}
