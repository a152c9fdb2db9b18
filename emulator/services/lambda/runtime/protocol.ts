/** What a sandbox and the process in it say to each other over IPC. */

/** To the child: run the handler once. */
export interface InvokeMessage {
  requestId: string;
  /** The event as JSON text. */
  payload: string;
  remainingMs: number;
  invokedFunctionArn: string;
  /** How far the function's clock is ahead of this machine's. */
  clockAheadMs: number;
}

export interface InvocationError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** From the child. Fatal errors are its last word. */
export type ChildMessage =
  | { kind: 'ready' }
  | { kind: 'result'; requestId: string; payload: string; maxMemoryMb: number }
  | { kind: 'error'; requestId: string | undefined; error: InvocationError; fatal: boolean; maxMemoryMb: number };

/**
 * Written to stdout and stderr when an invocation ends: output and IPC are separate channels, and an answer
 * must not overtake the lines that were logged before it. The request id and a line feed follow.
 */
export const END_MARKER = '\u001fend of ';
