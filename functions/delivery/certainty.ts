/** Tells for how long an unanswered write may still take effect, so that the object is delivered once more afterwards. */
import type { RelayConfig } from '../core/config.ts';
import { RelayError } from '../core/errors.ts';
import type { RelayReceipt } from '../ledger/receipt.ts';
import type { VisibleWrite, VisibleWrites } from '../transfer/visible-writes.ts';

type LateSeconds = Pick<RelayConfig, 'latePutSeconds' | 'lateCompleteSeconds'>;

/** What earlier attempts at an object along a route may have left behind. */
export interface History {
  /** Of the message or task that asks for it; an execution of relay-large is named after it. */
  messageId: string;
  /** Who takes the time: see `Claim`. */
  claimant: string;
  /** Whether the message was received before without being acknowledged: its receiver may have died during a write. */
  isRedelivered: boolean;
  /** Whether an earlier attempt may have written something that no later one has put right. */
  isUncertain: boolean;
  /** Whether account B was told to put a version back. */
  isSuperseded: boolean;
  /** Whether anything has been begun in this invocation. */
  hasWritten: boolean;
  visibleWrites: VisibleWrites;
}

/**
 * How long, in seconds, a write may still take effect; 0 when none can. After that time the object is delivered once more,
 * since a write that lands in between would go unnoticed.
 */
export function quietSeconds(config: LateSeconds, { isRedelivered, visibleWrites }: History): number {
  const late = (write: VisibleWrite) => (write === 'PutObject' ? config.latePutSeconds : config.lateCompleteSeconds);
  // A receiver that died may have sent either kind of write.
  const longest = Math.max(config.latePutSeconds, config.lateCompleteSeconds);
  return Math.max(0, isRedelivered ? longest : 0, ...visibleWrites.unanswered.map(late));
}

/** @returns RelayError `WriteUnanswered`, which has the object delivered once more */
export function doubtAbout({ source }: RelayReceipt, seconds: number): RelayError {
  const where = `s3://${source.bucket}/${source.key}`;
  return new RelayError({
    code: 'WriteUnanswered',
    message: `${where} is relayed, but an earlier write of it went unanswered, or its sender died, and may take effect within ${seconds} s. It is relayed once more then.`,
    retryable: true,
    retryAfterSeconds: seconds,
    operation: 'settle',
    source: where,
  });
}
