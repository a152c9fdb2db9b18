import type { RelayError } from '../errors.ts';
import type { Part } from './plan.ts';
import { type SentPart, sendPart } from './send-part.ts';
import type { Transfer } from './transfer.ts';

/** Enough to hide S3's latency between parts; parts of gigabytes hide it by themselves, and fewer of them end sooner. */
const PARTS_IN_FLIGHT = 4;
const HUGE_PARTS_IN_FLIGHT = 2;
const HUGE_PART_BYTES = 1024 ** 3;

export interface RunOptions {
  computeCrc32: boolean;
  /** Whether so many bytes can still be moved, at the pace measured so far, if any is done yet. */
  hasTimeFor: (bytes: number, bytesPerMs: number | undefined) => boolean;
}

export interface Run {
  /** In order and without a gap: what comes after one is sent again. */
  sent: SentPart[];
  /** What ended the run before its time. */
  failure: RelayError | undefined;
}

/** Sends as many of the parts as time allows. A failure ends it, and what was sent before it still counts. */
export async function sendRun(
  transfer: Transfer,
  uploadId: string,
  parts: readonly Part[],
  { computeCrc32, hasTimeFor }: RunOptions,
): Promise<Run> {
  const sent: SentPart[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, transfer.signal]);
  const startedAt = performance.now();
  let failure: RelayError | undefined;
  let begun = 0;
  let inFlightBytes = 0;
  let doneBytes = 0;
  const worker = async () => {
    while (begun < parts.length && failure === undefined) {
      const part = parts[begun]!;
      const pace = doneBytes === 0 ? undefined : doneBytes / (performance.now() - startedAt);
      // The first is begun in any case: otherwise a part too large for a cautious guess would never be sent.
      if (begun > 0 && !hasTimeFor(inFlightBytes + part.lengthBytes, pace)) return;
      const index = begun++;
      inFlightBytes += part.lengthBytes;
      try {
        sent[index] = await sendPart(transfer, uploadId, part, { computeCrc32, signal });
      } catch (error) {
        failure ??= error as RelayError;
        stop.abort(error);
        return;
      }
      inFlightBytes -= part.lengthBytes;
      doneBytes += part.lengthBytes;
    }
  };
  const isHuge = (parts[0]?.lengthBytes ?? 0) >= HUGE_PART_BYTES;
  await Promise.all(Array.from({ length: isHuge ? HUGE_PARTS_IN_FLIGHT : PARTS_IN_FLIGHT }, worker));
  const gap = parts.findIndex((_, index) => sent[index] === undefined);
  return { sent: gap === -1 ? sent : sent.slice(0, gap), failure };
}
