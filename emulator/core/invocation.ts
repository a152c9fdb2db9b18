/** An invocation of a function as other services see it: how they ask for it, and what becomes of it. */
import type { Caller, ContextKeys } from './api.ts';

export interface InvocationResult {
  /** What the handler returned as JSON text, or the error object. */
  payload: string;
  failed: boolean;
  timedOut: boolean;
  durationMs: number;
  /** 0 when the process ended before it could tell. */
  maxMemoryMb: number;
}

export interface Execution extends InvocationResult {
  /** The last 4 KB that the invocation logged. */
  logTail: Buffer;
}

/** Undefined when nothing ran, since all was closed. */
export type Outcome = Execution | undefined;

/** Invokes a function on behalf of a service, if the function's policy lets that in. */
export type InvokeFunction = (
  caller: Caller,
  functionArn: string,
  payload: string,
  context: ContextKeys,
) => Promise<Outcome>;

/** What CloudWatch is told of an invocation. */
export interface Invoked {
  account: string;
  region: string;
  functionName: string;
  outcome: 'success' | 'error' | 'throttled';
  /** Of one that ran. */
  durationMs: number;
}
