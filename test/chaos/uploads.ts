import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import type { Random } from '../../emulator/index.ts';
import { contentOf } from './content.ts';
import { drawKind, LARGE_OBJECT_BYTES, ON_TRUST_PREFIX, putOfKind, type SourceKind } from './source-kinds.ts';

/** One write of one key. */
export interface PlannedUpload {
  /** Counts all uploads of the run; the content is made of it. */
  number: number;
  key: string;
  sizeBytes: number;
  kind: SourceKind;
}

/** In a bucket with versions it leaves a delete marker. */
export interface PlannedDelete {
  key: string;
  isDelete: true;
}

export type PlannedStep = PlannedUpload | PlannedDelete;

const KIB = 1024;
const MIB = 1024 * KIB;
const WRITERS = 12;
const LOOK_EVERY_MS = 10;
/** A person would try again as well; faults are independent of each other, so so many in a row mean something else. */
const MAX_TRIES = 30;
const OVERWRITTEN_SHARE = 0.25;
const ENDINGS = ['.draft', '.draft', '.temporary'];
const MAX_DELETES = 2;
const MAX_OVERWRITES = 3;
/** An overwrite or a delete comes within so many uploads after the one before it, unless it is hurried. */
const OVERWRITE_WITHIN = 100;

/** From here on an object is relayed in parts of its own, where its proof is handed on. */
const MULTIPART_FROM_BYTES = 8 * MIB;

/** Which share of objects has a size up to which bound; within, small ones prevail. */
const SIZES: readonly { share: number; fromBytes: number; toBytes: number }[] = [
  { share: 0.05, fromBytes: 0, toBytes: 1 },
  { share: 0.66, fromBytes: 1, toBytes: 64 * KIB },
  { share: 0.2, fromBytes: 64 * KIB, toBytes: MIB },
  { share: 0.03, fromBytes: MIB, toBytes: MULTIPART_FROM_BYTES },
  { share: 0.01, fromBytes: MULTIPART_FROM_BYTES + 1, toBytes: LARGE_OBJECT_BYTES },
  { share: 0.05, fromBytes: LARGE_OBJECT_BYTES + 1, toBytes: 20 * MIB },
];

/** Keys whose encoding differs from place to place: plain, space, plus, percent, beyond ASCII. */
const NAMES = ['plain/', 'with space ', 'a+b=', '100%25-', 'übergröße/日本-', ON_TRUST_PREFIX];

/** Keys that are written several times. */
export const OVERWRITTEN_KEYS = /\.(draft|temporary)$/;
/** Those among them that are deleted in between, or in the end. */
export const DELETED_KEYS = /\.temporary$/;

/** Every key at least once, a quarter of them again soon after, some of these deleted, in the order in which to do it. */
export function planSteps(random: Random, objects: number): PlannedStep[] {
  const planned: { at: number; key: string; sizeBytes?: number }[] = [];
  for (let index = 0; index < objects; index++) {
    const isOverwritten = random.next() < OVERWRITTEN_SHARE;
    const ending = isOverwritten ? random.pick(ENDINGS) : '';
    const key = `${random.pick(NAMES)}${String(index).padStart(5, '0')}${ending}`;
    let at = index;
    let sizeBytes = drawSize(random);
    planned.push({ at, key, sizeBytes });
    const overwrites = isOverwritten ? 1 + random.integer(MAX_OVERWRITES) : 0;
    for (let count = 0; count < overwrites; count++) {
      at += 1 + random.integer(OVERWRITE_WITHIN);
      // Half of them of the same size, so that only the bytes tell the versions apart.
      if (random.next() < 0.5) sizeBytes = drawSize(random);
      planned.push({ at, key, sizeBytes });
    }
    // Anywhere between the first upload and a while after the last.
    const span = at - index + OVERWRITE_WITHIN;
    const deletes = DELETED_KEYS.test(key) ? 1 + random.integer(MAX_DELETES) : 0;
    for (let count = 0; count < deletes; count++) planned.push({ at: index + 1 + random.integer(span), key });
  }
  return planned
    .sort((one, other) => one.at - other.at)
    .map(({ key, sizeBytes }, index) =>
      sizeBytes === undefined
        ? { key, isDelete: true }
        : { number: index + 1, key, sizeBytes, kind: drawKind(random, key, sizeBytes) },
    );
}

export function isUpload(step: PlannedStep): step is PlannedUpload {
  return 'number' in step;
}

function drawSize(random: Random): number {
  const drawn = random.next();
  let passed = 0;
  const bracket = SIZES.find(({ share }) => {
    passed += share;
    return drawn < passed;
  });
  const { fromBytes, toBytes } = bracket ?? SIZES[0]!;
  return Math.floor(fromBytes + (toBytes - fromBytes) * random.next() ** 3);
}

/** What waits for its turn. */
export class StepQueue {
  readonly #urgent: PlannedStep[] = [];
  readonly #waiting: PlannedStep[];

  constructor(steps: readonly PlannedStep[]) {
    this.#waiting = [...steps];
  }

  /** Lets the key's next overwrite or delete go first, if one is planned. */
  hurry(key: string): void {
    const index = this.#waiting.findIndex((step) => step.key === key);
    if (index >= 0) this.#urgent.push(...this.#waiting.splice(index, 1));
  }

  get isEmpty(): boolean {
    return this.#urgent.length + this.#waiting.length === 0;
  }

  /** Only what is urgent while the relay has a backlog. */
  take(hasBacklog: boolean): PlannedStep | undefined {
    return this.#urgent.shift() ?? (hasBacklog ? undefined : this.#waiting.shift());
  }
}

export interface StepOptions {
  s3: S3Client;
  bucket: string;
  steps: StepQueue;
  /** While it says so, writers hold back: an upload and its overwrite shall meet at the relay, not in the queue before it. */
  hasBacklog: () => boolean;
  onDone: () => void;
}

/** Several writers at once, until everything is done. @throws Error for what failed again and again */
export async function doAll({ s3, bucket, steps, hasBacklog, onDone }: StepOptions): Promise<void> {
  const write = async (step: PlannedStep) => {
    await persistently(() => (isUpload(step) ? upload(s3, step) : remove(s3, bucket, step)), step);
    onDone();
  };
  await pMap(stepsInTurn(steps, hasBacklog), write, { concurrency: WRITERS });
}

async function* stepsInTurn(steps: StepQueue, hasBacklog: () => boolean): AsyncGenerator<PlannedStep> {
  while (!steps.isEmpty) {
    const step = steps.take(hasBacklog());
    if (step) yield step;
    else await sleep(LOOK_EVERY_MS);
  }
}

async function upload(s3: S3Client, { number, key, sizeBytes, kind }: PlannedUpload): Promise<void> {
  await putOfKind(s3, kind, key, contentOf(number, sizeBytes), { [UPLOAD_METADATA]: String(number) });
}

async function remove(s3: S3Client, Bucket: string, { key }: PlannedDelete): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
}

/** Tells which upload an object is; whichever came last, S3 knows. */
export const UPLOAD_METADATA = 'upload';

async function persistently(action: () => Promise<void>, { key }: PlannedStep): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (cause) {
      if (attempt === MAX_TRIES) throw new Error(`${key} could not be written in ${MAX_TRIES} tries`, { cause });
    }
  }
}
