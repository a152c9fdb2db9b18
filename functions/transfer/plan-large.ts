import { MAX_PARTS, partSizeFor } from './plan.ts';

const GIB = 1024 ** 3;

/** What one worker moves: Lambda's network gives 625 Mbps. */
export const BYTES_PER_SECOND = 78_000_000;
/** What it moves at the least: at this pace a part of 5 GiB takes nine minutes of a worker's fifteen. */
export const SLOW_BYTES_PER_SECOND = 10_000_000;
/** A pace may fall to this share of itself before anything is lost. */
export const CAUTION_AFTER_MEASURING = 0.7;
/** Lambda's longest: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const WORKER_SECONDS = 900;
/** Around a worker's bytes: it looks at the source, and answers. */
const WORKER_MARGIN_SECONDS = 3;
/** An execution may take seven days, and so long the destination keeps parts; half a day of it is for telling how it went. */
export const UPLOAD_SECONDS = 6.5 * 86_400;
/** From asking for a worker to its first byte. */
const WORKER_START_SECONDS = 2;
/** HEAD, create, complete, receipt and the look after it, with the pauses in between. */
const FRAME_SECONDS = 60;

/** Below this a worker's start would cost more than it moves. */
const MIN_GROUP_BYTES = GIB;
/** 550 of a worker's 900 seconds: a slower one still comes through in one go, or says where it stopped. */
const MAX_GROUP_BYTES = 40 * GIB;
/** One operation each, of 3,000: what is left is for groups that need a second worker. */
const MAX_GROUPS = 1_250;
/** So many groups for each worker that none is idle for long at the end. */
const GROUPS_PER_WORKER = 4;

/**
 * So many workers an execution has at the slowest pace; half of its operations are left for those that fail. What needs more goes in
 * sections, an execution each.
 */
const MAX_INVOCATIONS = 1_250;

/** HEAD, checksums, create, the map itself, look, complete, receipt, pause, look again, receipt again, follow-up, report; or failure, dead letter, report. */
const FRAME_OPERATIONS = 12;
/** A part in a worker's answer: an ETag of 32 characters, a CRC32 of up to 10 digits, quotes and commas. */
export const PART_RECORD_BYTES = 48;
/** A part of the source, besides: its length of up to 10 digits, its digest of up to 88 characters (SHA-512). */
export const SOURCE_PART_RECORD_BYTES = PART_RECORD_BYTES + 104;
/** A group's request, as it stands in the checkpoint: names, version, upload id. */
const GROUP_REQUEST_BYTES = 4_096;
/** The answers are written once as the workers' and once as the map's. */
const TIMES_WRITTEN = 2;

/** us-east-1, arm64. */
export const DOLLARS = {
  gbSecond: 0.0000133334,
  invocation: 0.2e-6,
  operation: 8e-6,
  put: 5e-6,
  get: 0.4e-6,
};
/** relay-large runs about so long each time a worker has answered. */
const REPLAY_SECONDS = 1;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (durable functions) */
export const DURABLE_QUOTAS = { operations: 3_000, writtenBytes: 100_000_000, resultBytes: 256 * 1024 };

/** A group's answer, with a quarter to spare. */
const MAX_ANSWER_BYTES = DURABLE_QUOTAS.resultBytes * 0.75;

export interface LargePlan {
  partSizeBytes: number;
  parts: number;
  partsPerGroup: number;
  groups: number;
  /** Each has an execution of its own; with a single one, none has. */
  partsPerSection: number;
  sections: number;
  /** Durable operations when no worker needs a second try. */
  operations: number;
  /** The most that one execution has when the network is slow. */
  operationsWhenSlow: number;
  /** What the execution writes into its checkpoints. */
  checkpointBytes: number;
  wallSeconds: number;
  /** Without pauses. */
  secondsWhenSlow: number;
  /** In us-east-1, without the bytes' way between regions. */
  dollars: number;
}

/** The parts that one worker takes, by their numbers. */
export interface Group {
  first: number;
  last: number;
}

export interface LargePlanOptions {
  memoryMiB?: number;
  /** How many parts the source has, where those are what is sent; their average is the part size then. */
  sourceParts?: number | undefined;
}

/**
 * How an object too large for one invocation is shared out. Pure.
 * @param workers how many may be at it at once
 */
export function planLarge(
  sizeBytes: number,
  workers: number,
  { memoryMiB = 384, sourceParts }: LargePlanOptions = {},
): LargePlan {
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
  const operations = groups + FRAME_OPERATIONS + (sections === 1 ? 0 : 2 * sections);
  const workersWhenSlow = Math.ceil(partsPerSection / partsPerGroup) * workersPerGroup;
  const atOnce = Math.min(workers, groups);
  return {
    partSizeBytes,
    parts,
    partsPerGroup,
    groups,
    partsPerSection,
    sections,
    operations,
    operationsWhenSlow: Math.max(workersWhenSlow, sections) + FRAME_OPERATIONS,
    checkpointBytes: parts * recordBytes * TIMES_WRITTEN + groups * GROUP_REQUEST_BYTES,
    wallSeconds: Math.ceil(wallSeconds(sizeBytes, atOnce, partsPerGroup * partSizeBytes)),
    secondsWhenSlow: Math.ceil(sizeBytes / atOnce / SLOW_BYTES_PER_SECOND),
    dollars: dollars(sizeBytes, { parts, groups, operations, memoryMiB }),
  };
}

export function sectionsOf({ parts, partsPerSection }: LargePlan): Group[] {
  return runsOf({ first: 1, last: parts }, partsPerSection);
}

/** The runs of so many parts that a run is made of. */
export function runsOf({ first, last }: Group, size: number): Group[] {
  return Array.from({ length: Math.ceil((last - first + 1) / size) }, (_, index) => ({
    first: first + index * size,
    last: Math.min(first + (index + 1) * size - 1, last),
  }));
}

/** How many parts a worker sends at the slowest pace: it begins one in any case, and others that would come through at a slower one. */
function partsWhenSlow(partSizeBytes: number): number {
  const seconds = partSizeBytes / SLOW_BYTES_PER_SECOND;
  const left = WORKER_SECONDS - WORKER_MARGIN_SECONDS - seconds / CAUTION_AFTER_MEASURING;
  return Math.max(1, 1 + Math.floor(left / seconds));
}

/** The largest object there is: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_OBJECT_BYTES = MAX_PARTS * 5 * GIB;

/** Each worker takes its share, and the last to begin may have a whole group before it. */
function wallSeconds(sizeBytes: number, workers: number, groupBytes: number): number {
  const shareSeconds = sizeBytes / workers / BYTES_PER_SECOND;
  const lastSeconds = workers === 1 ? 0 : Math.min(groupBytes, sizeBytes / workers) / BYTES_PER_SECOND;
  const starts = Math.ceil(sizeBytes / groupBytes / workers) * WORKER_START_SECONDS;
  return FRAME_SECONDS + shareSeconds + lastSeconds + starts;
}

function dollars(
  sizeBytes: number,
  { parts, groups, operations, memoryMiB }: { parts: number; groups: number; operations: number; memoryMiB: number },
): number {
  const workerSeconds = sizeBytes / BYTES_PER_SECOND + groups * WORKER_START_SECONDS;
  const gbSeconds = (workerSeconds + groups * REPLAY_SECONDS + FRAME_SECONDS) * (memoryMiB / 1024);
  return (
    gbSeconds * DOLLARS.gbSecond +
    2 * groups * DOLLARS.invocation +
    operations * DOLLARS.operation +
    (parts + 2) * DOLLARS.put +
    (parts + groups + 3) * DOLLARS.get
  );
}
