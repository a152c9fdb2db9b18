/** Ends the work of an invocation before Lambda does, and begins only what can be finished in time. */
import { RelayError } from '../core/errors.ts';
import { CAUTION_AFTER_MEASURING, SLOW_BYTES_PER_SECOND } from '../transfer/plan-large.ts';
import type { Invocation, Relay } from './invocation.ts';

/** Kept for requeuing unfinished messages and answering. */
const MARGIN_MS = 2_000;
/** The part of it that is for recording failures. */
const RECORDING_MS = 700;

/** A cautious figure for small memory sizes; Lambda's network gives up to 78 MB/s. */
const CAUTIOUS_BYTES_PER_MS = 20_000;
/** Requests around the bytes: HEAD, AssumeRole, receipt, HEAD. */
const OVERHEAD_MS = 500;

/** An invocation whose signals abort when its time is up, unless they are cleared before. */
export interface Deadline {
  invocation: Invocation;
  clear(): void;
}

/** Gives an invocation an end of its own, shortly before Lambda's. */
export function withDeadline(relay: Relay, remainingMs: () => number): Deadline {
  const controller = new AbortController();
  const stop = () => controller.abort(outOfTime('The invocation ran out of time; it goes back to the queue.'));
  const timer = setTimeout(stop, Math.max(0, remainingMs() - MARGIN_MS));
  const recording = new AbortController();
  const lastTimer = setTimeout(() => recording.abort(), Math.max(0, remainingMs() - MARGIN_MS + RECORDING_MS));
  return {
    invocation: {
      ...relay,
      remainingMs,
      grantedMs: remainingMs(),
      underWay: new Map(),
      signal: controller.signal,
      recordingSignal: recording.signal,
      reports: [],
    },
    clear() {
      clearTimeout(timer);
      clearTimeout(lastTimer);
    },
  };
}

/** A delivery that needs time. */
export interface Claim {
  /** Who asks: a message for one delivery, or a caller who waits for several deliveries. */
  messageId: string;
  sizeBytes: number;
  /** Whether this invocation has begun anything for it. */
  hasBegun: boolean;
}

/** The shortest timeout with which an invocation begins so many bytes, in whole seconds. */
export function neededSeconds(sizeBytes: number): number {
  return Math.ceil((neededMs(sizeBytes) + MARGIN_MS) / 1000);
}

/**
 * Begins work only if it can be finished beside the work of other messages; a new invocation has all its time.
 * @throws RelayError `NotBegun`; `OutOfTime` if something was begun, or if no invocation would have the time
 */
export async function withTimeFor<T>(invocation: Invocation, claim: Claim, work: () => Promise<T>): Promise<T> {
  const { underWay } = invocation;
  const { messageId, sizeBytes } = claim;
  requireTimeFor(invocation, claim);
  const own = () => underWay.get(messageId) ?? 0;
  underWay.set(messageId, own() + sizeBytes);
  try {
    return await work();
  } finally {
    underWay.set(messageId, own() - sizeBytes);
  }
}

function requireTimeFor({ remainingMs, grantedMs, underWay }: Invocation, claim: Claim): void {
  const { messageId, sizeBytes, hasBegun } = claim;
  const others = [...underWay].reduce((sum, [id, bytes]) => (id === messageId ? sum : sum + bytes), 0);
  const leftMs = remainingMs() - MARGIN_MS;
  if (neededMs(others + sizeBytes) <= leftMs) return;
  const story = `${sizeBytes} bytes may take ${Math.ceil(neededMs(sizeBytes) / 1000)} s${others > 0 ? `, the ${others} bytes under way not counted,` : ''} and ${Math.max(0, Math.floor(leftMs / 1000))} s are left`;
  if (hasBegun || neededMs(sizeBytes) > grantedMs - MARGIN_MS) {
    throw outOfTime(
      `${story}; it goes back to the queue. Where this repeats, raise relay.timeoutSeconds or lower relay.largeObjectBytes.`,
    );
  }
  throw notBegun(`${story}; it is left to a fresh invocation.`);
}

/**
 * A delivery that finds the time used up by others has not failed itself.
 * @throws RelayError `NotBegun`
 */
export function requireAnyTime({ signal }: Invocation): void {
  if (signal.aborted) throw notBegun('The time was up before it could be begun; it is left to a fresh invocation.');
}

function notBegun(message: string): RelayError {
  return new RelayError({ code: 'NotBegun', message, retryable: true, operation: 'deadline' });
}

function neededMs(sizeBytes: number): number {
  return OVERHEAD_MS + sizeBytes / CAUTIOUS_BYTES_PER_MS;
}

/** How many objects can be begun and finished in that time, so many at once, if none is large. Pure. */
export function beginsWithin(remainingMs: number, atOnce: number): number {
  return Math.floor(Math.max(0, remainingMs - MARGIN_MS) / (OVERHEAD_MS / atOnce));
}

/** Whether a worker can still move so many bytes. The pace is the measured one, with a reserve since it may become slower. */
export function hasTimeFor(
  { remainingMs }: Invocation,
  bytes: number,
  measuredBytesPerMs: number | undefined,
): boolean {
  const bytesPerMs =
    measuredBytesPerMs === undefined ? SLOW_BYTES_PER_SECOND / 1000 : measuredBytesPerMs * CAUTION_AFTER_MEASURING;
  return OVERHEAD_MS + bytes / bytesPerMs <= remainingMs() - MARGIN_MS;
}

/** Rejects when the time is up, even if the work goes on. */
export async function orOutOfTime<T>({ signal }: Invocation, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}

function outOfTime(message: string): RelayError {
  return new RelayError({ code: 'OutOfTime', message, retryable: true, operation: 'deadline' });
}
