/** Tells for how long an unanswered write may still take effect, so that the object is delivered once more afterwards. */
import type { RelayConfig } from '../core/config.ts';
import { RelayError } from '../core/errors.ts';
import type { RelayReceipt } from '../ledger/receipt.ts';
import type { VisibleWrite, VisibleWrites } from '../transfer/visible-writes.ts';

type LateSeconds = Pick<RelayConfig, 'latePutSeconds' | 'lateCompleteSeconds'>;

/** What has happened to an object along a route, as far as it decides what may still happen. */
export interface History {
  /** Of the message or task that asks for it: what is started for it bears its name. */
  messageId: string;
  /** Whose time it takes: see `Claim`. */
  claimant: string;
  /** Whether it was handed out before and nobody has said what became of it: its receiver may have died in mid-write. */
  isRedelivered: boolean;
  /** Whether an earlier try may have written something, and none has put it right since. */
  isUncertain: boolean;
  /** Whether anything has been begun in this invocation. */
  hasWritten: boolean;
  /** Of this invocation. */
  visibleWrites: VisibleWrites;
}

/**
 * For how long, in seconds, something that was sent along this way may still take effect; 0 when nothing can. After a
 * delivery, the object is delivered once more when that time is over: nobody would look after what lands in between.
 */
export function quietSeconds(config: LateSeconds, { isRedelivered, visibleWrites }: History): number {
  const late = (write: VisibleWrite) => (write === 'PutObject' ? config.latePutSeconds : config.lateCompleteSeconds);
  // Whoever died can't tell what it was writing.
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
