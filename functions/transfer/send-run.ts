/** Sends a run of parts, several at once, as long as there is time. */
import type { RelayError } from '../core/errors.ts';
import { AdaptiveConcurrency } from './adaptive-concurrency.ts';
import type { Part } from './plan.ts';
import { type SentPart, sendPart } from './send-part.ts';
import type { Computed } from './stream-through.ts';
import type { Transfer } from './transfer.ts';

export interface RunOptions {
  computed: Computed;
  /** Whether there is time to send this many bytes, at the pace measured so far; no pace is known before the first part is sent. */
  hasTimeFor?: (bytes: number, bytesPerMs: number | undefined) => boolean;
}

export interface Run {
  /** In order and without a gap. A part after a gap is not among them, and is sent again. */
  sent: SentPart[];
  /** The first error; it ended the run early. */
  failure: RelayError | undefined;
}

/**
 * The first failure stops the parts under way, which would carry bytes in vain. The parts that were sent before it count.
 */
export async function sendRun(
  transfer: Transfer,
  uploadId: string,
  parts: readonly Part[],
  { computed, hasTimeFor = () => true }: RunOptions,
): Promise<Run> {
  const sent: SentPart[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, transfer.signal]);
  const concurrency = new AdaptiveConcurrency();
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let failure: RelayError | undefined;
  let inFlightBytes = 0;
  let doneBytes = 0;
  const isTimeFor = ({ lengthBytes }: Part) => {
    const pace = doneBytes === 0 ? undefined : doneBytes / (performance.now() - startedAt);
    return hasTimeFor(inFlightBytes + lengthBytes, pace);
  };
  const send = async (part: Part, index: number) => {
    const begunAt = performance.now();
    inFlightBytes += part.lengthBytes;
    try {
      const done = await sendPart(transfer, uploadId, part, { computed, signal });
      sent[index] = done;
      // The length of a part of the source is an estimate until the part is read.
      const { lengthBytes } = done.crc32 ?? part;
      concurrency.sent(lengthBytes, performance.now() - begunAt);
      doneBytes += lengthBytes;
    } catch (error) {
      failure ??= error as RelayError;
      stop.abort(error);
    }
    inFlightBytes -= part.lengthBytes;
  };
  for (const [index, part] of parts.entries()) {
    // When a part under way ends, there may be time again.
    while (underWay.size > 0 && (underWay.size >= concurrency.limit || !isTimeFor(part))) await Promise.race(underWay);
    // The first part is always begun. Otherwise a part that looks too large for the time left would never be sent.
    if (failure !== undefined || (index > 0 && !isTimeFor(part))) break;
    const sending = send(part, index).finally(() => underWay.delete(sending));
    underWay.add(sending);
  }
  await Promise.all(underWay);
  const gap = parts.findIndex((_, index) => sent[index] === undefined);
  return { sent: gap === -1 ? sent : sent.slice(0, gap), failure };
}
