/** Decides how an object too large for one invocation is shared out among workers. Pure. */
import { MAX_PARTS, partSizeFor } from './plan.ts';

const GIB = 1024 ** 3;

/** Lambda's network, 625 Mbps: Lambda developer guide, "Lambda quotas". */
export const NETWORK_BYTES_PER_SECOND = 78_000_000;
/** The slowest pace that a plan allows for: at this pace a part of 5 GiB takes nine of a worker's fifteen minutes. */
export const SLOW_BYTES_PER_SECOND = 10_000_000;
/** The pace may fall to this share of the measured pace before a part is begun in vain. */
export const CAUTION_AFTER_MEASURING = 0.7;
/** Lambda's longest timeout: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const WORKER_SECONDS = 900;
/** Before and after the bytes: a worker looks at the source, and answers. */
const WORKER_MARGIN_SECONDS = 3;
/** An execution may take seven days, and the destination keeps parts as long. Half a day is left to record the outcome. */
export const UPLOAD_SECONDS = 6.5 * 86_400;

/** From the request for a worker to the worker's first byte. */
export const WORKER_START_SECONDS = 2;
/** HEAD, create, complete, receipt and the HEAD after it, with the pauses in between. */
export const FRAME_SECONDS = 60;

/** Below this size the start of a worker costs more than its bytes. */
const MIN_GROUP_BYTES = GIB;
/** 550 of a worker's 900 seconds. A slower worker still finishes, or says where it stopped. */
const MAX_GROUP_BYTES = 40 * GIB;
/** Each group is one of an execution's 3,000 operations; the rest is for groups that need a second worker. */
const MAX_GROUPS = 1_250;
/** With several groups for each worker, no worker is idle for long at the end. */
const GROUPS_PER_WORKER = 4;

/**
 * The most workers that one execution asks for at the slowest pace; half of its operations are left for retries. An object that
 * needs more workers is divided into sections, each with an execution of its own.
 */
const MAX_INVOCATIONS = 1_250;

/** HEAD, checksums, create, the map, HEAD, complete, receipt, pause, HEAD, receipt, follow-up, report; or failure, dead letter, report. */
const FRAME_OPERATIONS = 12;
/** One part in a worker's answer: an ETag of 32 characters, a CRC32 of up to 10 digits, quotes and commas. */
export const PART_RECORD_BYTES = 48;
/** A part of the source adds its length of up to 10 digits and its digest of up to 88 characters (SHA-512). */
export const SOURCE_PART_RECORD_BYTES = PART_RECORD_BYTES + 104;
/** The request of a group in the checkpoint: names, version, upload id. */
const GROUP_REQUEST_BYTES = 4_096;
/** Checkpoints hold each answer twice: as the worker's and as the map's. */
const TIMES_WRITTEN = 2;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (durable functions) */
export const DURABLE_QUOTAS = { operations: 3_000, writtenBytes: 100_000_000, resultBytes: 256 * 1024 };

/** The answer of a group, with a quarter to spare. */
const MAX_ANSWER_BYTES = DURABLE_QUOTAS.resultBytes * 0.75;

/** The largest object there is: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_OBJECT_BYTES = MAX_PARTS * 5 * GIB;

export interface LargePlan {
  partSizeBytes: number;
  parts: number;
  partsPerGroup: number;
  groups: number;
  partsPerSection: number;
  /** With more than one, each section has an execution of its own. */
  sections: number;
  /** Durable operations when no worker needs a second try. */
  operations: number;
  /** The most operations of one execution when the network is slow. */
  operationsWhenSlow: number;
  /** What the execution writes into its checkpoints. */
  checkpointBytes: number;
  wallSeconds: number;
  /** At the slowest pace, without pauses. */
  secondsWhenSlow: number;
}

/** A run of parts, by their numbers. */
export interface Group {
  first: number;
  last: number;
}

export interface LargePlanOptions {
  /** How many parts the source has, where the source's own parts are sent. The part size is then their average. */
  sourceParts?: number | undefined;
}

/** @param workers how many may work at once */
export function planLarge(sizeBytes: number, workers: number, { sourceParts }: LargePlanOptions = {}): LargePlan {
  const partSizeBytes = sourceParts === undefined ? partSizeFor(sizeBytes) : Math.ceil(sizeBytes / sourceParts);
  const parts = sourceParts ?? Math.ceil(sizeBytes / partSizeBytes);
  const recordBytes = sourceParts === undefined ? PART_RECORD_BYTES : SOURCE_PART_RECORD_BYTES;
  const fair = Math.floor(sizeBytes / (workers * GROUPS_PER_WORKER) / partSizeBytes);
  const least = Math.max(1, Math.floor(MIN_GROUP_BYTES / partSizeBytes), Math.ceil(parts / MAX_GROUPS));
  const mostInAnswer = Math.floor(MAX_ANSWER_BYTES / recordBytes);
  const most = Math.min(Math.floor(MAX_GROUP_BYTES / partSizeBytes), mostInAnswer);
  const partsPerGroup = Math.min(most, Math.max(least, fair));
  const groups = Math.ceil(parts / partsPerGroup);
  const workersPerGroup = Math.ceil(partsPerGroup / partsWhenSlow(partSizeBytes));
  const groupsPerSection = Math.floor(Math.min(MAX_INVOCATIONS / workersPerGroup, mostInAnswer / partsPerGroup));
  const isOneEnough = groups * workersPerGroup <= MAX_INVOCATIONS;
  const partsPerSection = isOneEnough ? parts : groupsPerSection * partsPerGroup;
  const sections = Math.ceil(parts / partsPerSection);
  const workersWhenSlow = Math.ceil(partsPerSection / partsPerGroup) * workersPerGroup;
  const atOnce = Math.min(workers, groups);
  return {
    partSizeBytes,
    parts,
    partsPerGroup,
    groups,
    partsPerSection,
    sections,
    operations: groups + FRAME_OPERATIONS + (sections === 1 ? 0 : 2 * sections),
    operationsWhenSlow: Math.max(workersWhenSlow, sections) + FRAME_OPERATIONS,
    checkpointBytes: parts * recordBytes * TIMES_WRITTEN + groups * GROUP_REQUEST_BYTES,
    wallSeconds: Math.ceil(wallSeconds(sizeBytes, atOnce, partsPerGroup * partSizeBytes)),
    secondsWhenSlow: Math.ceil(sizeBytes / atOnce / SLOW_BYTES_PER_SECOND),
  };
}

export function sectionsOf({ parts, partsPerSection }: LargePlan): Group[] {
  return runsOf({ first: 1, last: parts }, partsPerSection);
}

/** Cuts a run of parts into runs of `size` parts; the last one may be shorter. */
export function runsOf({ first, last }: Group, size: number): Group[] {
  return Array.from({ length: Math.ceil((last - first + 1) / size) }, (_, index) => ({
    first: first + index * size,
    last: Math.min(first + (index + 1) * size - 1, last),
  }));
}

/** How many parts a worker sends at the slowest pace. It always begins one, and each further one only if it would finish at a lower pace. */
function partsWhenSlow(partSizeBytes: number): number {
  const seconds = partSizeBytes / SLOW_BYTES_PER_SECOND;
  const left = WORKER_SECONDS - WORKER_MARGIN_SECONDS - seconds / CAUTION_AFTER_MEASURING;
  return Math.max(1, 1 + Math.floor(left / seconds));
}

/** Each worker sends its share, and the last worker to start may have a whole group to send. */
function wallSeconds(sizeBytes: number, workers: number, groupBytes: number): number {
  const shareBytes = sizeBytes / workers;
  const lastBytes = workers === 1 ? 0 : Math.min(groupBytes, shareBytes);
  const starts = Math.ceil(sizeBytes / groupBytes / workers) * WORKER_START_SECONDS;
  return FRAME_SECONDS + (shareBytes + lastBytes) / NETWORK_BYTES_PER_SECOND + starts;
}
