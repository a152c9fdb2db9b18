import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Random } from '../../local/faults/random.ts';
import { contentOf } from './content.ts';

/** One write of one key. */
export interface PlannedUpload {
  /** Counts all uploads of the run; the content is made of it. */
  number: number;
  key: string;
  sizeBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const MULTIPART_FROM_BYTES = 8 * MIB;
/** What is larger goes through relay-large and relay-part. */
export const LARGE_OBJECT_BYTES = 12 * MIB;
const PART_BYTES = 5 * MIB;
/** How many parts of an upload are under way at once. */
const PARTS_AT_ONCE = 2;
const WRITERS = 12;
const LOOK_EVERY_MS = 10;
/** A person would try again as well; faults are independent of each other, so so many in a row mean something else. */
const MAX_TRIES = 30;
const OVERWRITTEN_SHARE = 0.25;
const MAX_OVERWRITES = 3;
/** An overwrite comes within so many uploads after the one before it, unless it is hurried. */
const OVERWRITE_WITHIN = 100;

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
const NAMES = ['plain/', 'with space ', 'a+b=', '100%25-', 'übergröße/日本-', 'composite/'];

/** Keys that are written several times. */
export const OVERWRITTEN_KEYS = /\.draft$/;

/** What is uploaded in parts under these has no checksum of the whole. */
const COMPOSITE_KEYS = /(^|\/)composite\//;

/** Every key at least once, a quarter of them again soon after, in the order in which to upload. */
export function planUploads(random: Random, objects: number): PlannedUpload[] {
  const planned: { at: number; key: string; sizeBytes: number }[] = [];
  for (let index = 0; index < objects; index++) {
    const isOverwritten = random.next() < OVERWRITTEN_SHARE;
    const key = `${random.pick(NAMES)}${String(index).padStart(5, '0')}${isOverwritten ? '.draft' : ''}`;
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
  }
  return planned
    .sort((one, other) => one.at - other.at)
    .map(({ key, sizeBytes }, index) => ({ number: index + 1, key, sizeBytes }));
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

/** Uploads that wait for their turn. */
export class UploadQueue {
  readonly #urgent: PlannedUpload[] = [];
  readonly #waiting: PlannedUpload[];

  constructor(uploads: readonly PlannedUpload[]) {
    this.#waiting = [...uploads];
  }

  /** Lets the key's next overwrite go first, if one is planned. */
  hurry(key: string): void {
    const index = this.#waiting.findIndex((upload) => upload.key === key);
    if (index >= 0) this.#urgent.push(...this.#waiting.splice(index, 1));
  }

  get isEmpty(): boolean {
    return this.#urgent.length + this.#waiting.length === 0;
  }

  /** Only what is urgent while the relay has a backlog. */
  take(hasBacklog: boolean): PlannedUpload | undefined {
    return this.#urgent.shift() ?? (hasBacklog ? undefined : this.#waiting.shift());
  }
}

export interface UploadOptions {
  s3: S3Client;
  bucket: string;
  uploads: UploadQueue;
  /** While it says so, writers hold back: an upload and its overwrite shall meet at the relay, not in the queue before it. */
  hasBacklog: () => boolean;
  onUploaded: () => void;
}

/** Several writers at once, until everything is up. @throws Error for an upload that failed again and again */
export async function uploadAll({ s3, bucket, uploads, hasBacklog, onUploaded }: UploadOptions): Promise<void> {
  const writer = async (): Promise<void> => {
    while (!uploads.isEmpty) {
      const upload = uploads.take(hasBacklog());
      if (!upload) {
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      await persistently(() => put(s3, bucket, upload), upload);
      onUploaded();
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

async function put(client: S3Client, bucket: string, { number, key, sizeBytes }: PlannedUpload): Promise<void> {
  const params = {
    Bucket: bucket,
    Key: key,
    Body: contentOf(number, sizeBytes),
    Metadata: { [UPLOAD_METADATA]: String(number) },
  };
  if (sizeBytes <= MULTIPART_FROM_BYTES) {
    await client.send(new PutObjectCommand(params));
    return;
  }
  // Without an algorithm the SDK makes it CRC32, whose checksum of a multipart upload is composite.
  const checksum = COMPOSITE_KEYS.test(key) ? {} : { ChecksumAlgorithm: 'CRC64NVME' as const };
  const options = { partSize: PART_BYTES, queueSize: PARTS_AT_ONCE };
  await new Upload({ client, params: { ...params, ...checksum }, ...options }).done();
}

/** Tells which upload an object is; whichever came last, S3 knows. */
export const UPLOAD_METADATA = 'upload';

async function persistently(action: () => Promise<void>, { key }: PlannedUpload): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (cause) {
      if (attempt === MAX_TRIES) throw new Error(`${key} could not be uploaded in ${MAX_TRIES} tries`, { cause });
    }
  }
}
