/** Estimates the requests, seconds and dollars of relaying objects, for people who decide about a replay. */
import { DOLLARS, OBJECTS_PER_INVOCATION, SQS_REQUESTS_PER_OBJECT } from '../core/prices.ts';
import type { RelayCapacity } from '../core/settings.ts';
import type { ReplayTotals } from '../request/replay-request.ts';
import { partSizeFor } from '../transfer/plan.ts';
import {
  FRAME_SECONDS,
  type LargePlan,
  NETWORK_BYTES_PER_SECOND,
  planLarge,
  WORKER_START_SECONDS,
} from '../transfer/plan-large.ts';

/** What relaying takes. */
export type Effort = Pick<
  ReplayTotals,
  'requests' | 'invocationSeconds' | 'largeSeconds' | 'longestSeconds' | 'dollars'
>;

/** What a replay would do. */
export interface ReplayPlan {
  /** An object counts once for each route. */
  objects: number;
  bytes: number;
  /** To S3, on both sides. */
  requests: number;
  /** From the first message to the last receipt. */
  seconds: number;
  /** In us-east-1, without data transfer between regions. */
  dollars: number;
  /** What the comparing costs besides, each time: it is about everything that was looked at. */
  comparing: Comparing;
}

export interface Comparing {
  /** To S3, which list. */
  requests: number;
  /** Items read of the ledger. */
  reads: number;
  dollars: number;
}

/** The share of an invocation's time that one of its ten objects takes: docs/cost.md. */
const SECONDS_PER_OBJECT = 0.03;
/** The event, the receipt, the log line and the message of each object. */
const DOLLARS_PER_OBJECT =
  DOLLARS.event + DOLLARS.itemWrite + DOLLARS.logKilobyte + SQS_REQUESTS_PER_OBJECT * DOLLARS.sqsRequest;

/** HEAD before and after, and for a multipart upload its creation and completion. */
const HEADS = 2;
const FRAME_PUTS = 2;

/** Replay itself, mostly waiting for the ledger (estimate): it compares some 20,000 keys a second. */
const COMPARING_GB_SECONDS_PER_READ = 0.375 / 20_000;

/** relay-large runs about this long each time a worker has answered. */
const REPLAY_SECONDS = 1;

/** What it takes to relay one object. Pure. */
export function effortOf(sizeBytes: number, relay: RelayCapacity): Effort {
  if (sizeBytes > relay.largeObjectBytes) return largeEffort(sizeBytes, relay);
  // A listing does not tell whether S3 keeps a checksum of the object; with one, an object of up to a part's size is one PutObject.
  const parts = Math.max(1, Math.ceil(sizeBytes / partSizeFor(sizeBytes)));
  const puts = parts === 1 ? 1 : parts + FRAME_PUTS;
  const gets = parts + HEADS;
  const invocationSeconds = SECONDS_PER_OBJECT + sizeBytes / NETWORK_BYTES_PER_SECOND;
  return {
    requests: puts + gets,
    invocationSeconds,
    largeSeconds: 0,
    longestSeconds: invocationSeconds,
    dollars:
      puts * DOLLARS.s3Put +
      gets * DOLLARS.s3Get +
      DOLLARS_PER_OBJECT +
      DOLLARS.lambdaInvocation / OBJECTS_PER_INVOCATION +
      invocationSeconds * (relay.memoryMiB / 1024) * DOLLARS.lambdaGbSecond,
  };
}

/** What a whole replay takes. Pure. */
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
    // Many objects are relayed at once, but the replay takes at least as long as its slowest object.
    seconds: Math.ceil(Math.max(...shares, longestSeconds, toSend / objectsPerSecond)),
    dollars: rounded(dollars),
    comparing: comparingOf(totals),
  };
}

/** What it takes to find out what is missing. Pure. */
export function comparingOf({ listings, compared }: Pick<ReplayTotals, 'listings' | 'compared'>): Comparing {
  const perRead = DOLLARS.itemRead + COMPARING_GB_SECONDS_PER_READ * DOLLARS.lambdaGbSecond;
  return { requests: listings, reads: compared, dollars: rounded(listings * DOLLARS.s3Put + compared * perRead) };
}

function rounded(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}

/** A large object waits for other large objects only. Without relay-large, the relay records that it is too large. */
function largeEffort(sizeBytes: number, { largeSlots, largeWorkers, memoryMiB }: RelayCapacity): Effort {
  const invocationSeconds = SECONDS_PER_OBJECT;
  if (largeSlots === 0) {
    const dollars = DOLLARS.s3Get + DOLLARS_PER_OBJECT;
    return { requests: 1, invocationSeconds, largeSeconds: 0, longestSeconds: invocationSeconds, dollars };
  }
  const plan = planLarge(sizeBytes, largeWorkers);
  return {
    requests: plan.parts + FRAME_PUTS + plan.parts + plan.groups + HEADS,
    invocationSeconds,
    largeSeconds: plan.wallSeconds,
    longestSeconds: plan.wallSeconds,
    dollars: largeDollars(sizeBytes, plan, memoryMiB) + DOLLARS_PER_OBJECT,
  };
}

/** In us-east-1, without data transfer between regions. Pure. */
export function largeDollars(sizeBytes: number, plan: LargePlan, memoryMiB: number): number {
  const { parts, groups, operations } = plan;
  const workerSeconds = sizeBytes / NETWORK_BYTES_PER_SECOND + groups * WORKER_START_SECONDS;
  const gbSeconds = (workerSeconds + groups * REPLAY_SECONDS + FRAME_SECONDS) * (memoryMiB / 1024);
  return (
    gbSeconds * DOLLARS.lambdaGbSecond +
    2 * groups * DOLLARS.lambdaInvocation +
    operations * DOLLARS.durableOperation +
    (parts + 2) * DOLLARS.s3Put +
    (parts + groups + 3) * DOLLARS.s3Get
  );
}
