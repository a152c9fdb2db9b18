import type { RelayCapacity } from '../core/settings.ts';
import type { ReplayTotals } from '../request/replay-request.ts';
import { partSizeFor } from '../transfer/plan.ts';
import { BYTES_PER_SECOND, DOLLARS, planLarge } from '../transfer/plan-large.ts';

/** What relaying takes. */
export type Effort = Pick<
  ReplayTotals,
  'requests' | 'invocationSeconds' | 'largeSeconds' | 'longestSeconds' | 'dollars'
>;

/** What a replay would do, for people who have to decide. */
export interface ReplayPlan {
  /** An object counts once for each route. */
  objects: number;
  bytes: number;
  /** To S3, on both sides. */
  requests: number;
  /** From the first message to the last receipt. */
  seconds: number;
  /** In us-east-1, without the bytes' way between regions. */
  dollars: number;
}

/** Of an invocation's time, as ten objects share it: docs/cost.md. */
const SECONDS_PER_OBJECT = 0.03;
const OBJECTS_PER_INVOCATION = 10;

/** us-east-1, per object: the event, the receipt (an item of up to 1 KB), its log line (1 KB), the message. */
const DOLLARS_PER_OBJECT = 1e-6 + 0.625e-6 + 0.5e-6 + 1.2 * 0.4e-6;

/** HEAD before and after, and for a multipart upload its beginning and end. */
const HEADS = 2;
const FRAME_PUTS = 2;

/** What it takes to relay one object. Pure. */
export function effortOf(sizeBytes: number, relay: RelayCapacity): Effort {
  if (sizeBytes > relay.largeObjectBytes) return largeEffort(sizeBytes, relay);
  // A listing doesn't tell whether an object has its checksum, with which it is one PutObject up to the size of a part.
  const parts = Math.max(1, Math.ceil(sizeBytes / partSizeFor(sizeBytes)));
  const puts = parts === 1 ? 1 : parts + FRAME_PUTS;
  const gets = parts + HEADS;
  const invocationSeconds = SECONDS_PER_OBJECT + sizeBytes / BYTES_PER_SECOND;
  return {
    requests: puts + gets,
    invocationSeconds,
    largeSeconds: 0,
    longestSeconds: invocationSeconds,
    dollars:
      puts * DOLLARS.put +
      gets * DOLLARS.get +
      DOLLARS_PER_OBJECT +
      DOLLARS.invocation / OBJECTS_PER_INVOCATION +
      invocationSeconds * (relay.memoryMiB / 1024) * DOLLARS.gbSecond,
  };
}

/** What all of it comes to. Pure. */
export function planOf(
  totals: ReplayTotals,
  { concurrency, largeSlots }: RelayCapacity,
  objectsPerSecond = Number.POSITIVE_INFINITY,
): ReplayPlan {
  const { toSend, bytes, requests, invocationSeconds, largeSeconds, longestSeconds, dollars } = totals;
  const shares = [invocationSeconds / concurrency, largeSlots > 0 ? largeSeconds / largeSlots : 0];
  return {
    objects: toSend,
    bytes,
    requests,
    // The relay works at many objects at once, but none is there before it has been moved.
    seconds: Math.ceil(Math.max(...shares, longestSeconds, toSend / objectsPerSecond)),
    dollars: Math.round(dollars * 1e6) / 1e6,
  };
}

/** It holds up no small ones, but other large ones; where none are relayed, it is found out and recorded. */
function largeEffort(sizeBytes: number, { largeSlots, largeWorkers, memoryMiB }: RelayCapacity): Effort {
  const invocationSeconds = SECONDS_PER_OBJECT;
  if (largeSlots === 0) {
    const dollars = DOLLARS.get + DOLLARS_PER_OBJECT;
    return { requests: 1, invocationSeconds, largeSeconds: 0, longestSeconds: invocationSeconds, dollars };
  }
  const { parts, groups, wallSeconds, dollars } = planLarge(sizeBytes, largeWorkers, { memoryMiB });
  return {
    requests: parts + FRAME_PUTS + parts + groups + HEADS,
    invocationSeconds,
    largeSeconds: wallSeconds,
    longestSeconds: wallSeconds,
    dollars: dollars + DOLLARS_PER_OBJECT,
  };
}
