/** The bytes of objects, in files. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MIB } from '../limits.ts';

/** An immutable file. Objects, copies and reads in progress share it; it goes when the last of them lets go. */
export interface Blob {
  path: string;
  references: number;
}

/** Bytes of an object: a stretch of a blob. An object is a list of these, so parts are never concatenated. */
export interface Segment {
  blob: Blob;
  offsetBytes: number;
  sizeBytes: number;
}

const FLUSH_BYTES = MIB;
const ZEROS = Buffer.alloc(FLUSH_BYTES);

/** Told of files. */
export interface BlobEvents {
  /** It has all its bytes. */
  onWritten?: (path: string) => void;
  /** Nobody needs it any more; without this it is removed at once. */
  onUnused?: (path: string) => void;
}

/** Bytes on disk, under random names: no key ever becomes a file name. */
export class BlobStore {
  readonly #folder: string;
  readonly #events: BlobEvents;
  #ready: Promise<unknown> | undefined;

  constructor(folder: string, events: BlobEvents = {}) {
    this.#folder = folder;
    this.#events = events;
  }

  async createWriter(): Promise<BlobWriter> {
    this.#ready ??= mkdir(this.#folder, { recursive: true });
    await this.#ready;
    const path = join(this.#folder, randomUUID());
    return new BlobWriter(path, await open(path, 'wx'), this.#events.onWritten);
  }

  /** Zeros that take no room on disk. */
  async createSparse(sizeBytes: number): Promise<Segment[]> {
    const writer = await this.createWriter();
    return writer.finishSparse(sizeBytes);
  }

  retain(segments: Segment[]): void {
    for (const { blob } of segments) blob.references++;
  }

  async release(segments: Segment[]): Promise<void> {
    const unused = segments.filter(({ blob }) => --blob.references === 0);
    await Promise.all(unused.map(({ blob: { path } }) => this.#drop(path)));
  }

  async #drop(path: string): Promise<void> {
    if (this.#events.onUnused) this.#events.onUnused(path);
    else await rm(path, { force: true });
  }

  /** Streams the segments, and keeps their files until the stream is closed, whatever happens to the object meanwhile. */
  read(segments: Segment[]): Readable {
    this.retain(segments);
    const stream = Readable.from(readSegments(segments), { objectMode: false, highWaterMark: MIB });
    stream.once('close', () => void this.release(segments));
    return stream;
  }
}

async function* readSegments(segments: Segment[]): AsyncGenerator<Buffer> {
  for (const { blob, offsetBytes, sizeBytes } of segments) {
    yield* createReadStream(blob.path, {
      start: offsetBytes,
      end: offsetBytes + sizeBytes - 1,
      highWaterMark: MIB,
    });
  }
}

/** The bytes from `start` on, `sizeBytes` of them. */
export function sliceSegments(segments: Segment[], start: number, sizeBytes: number): Segment[] {
  const slice: Segment[] = [];
  let skip = start;
  let left = sizeBytes;
  for (const segment of segments) {
    const available = segment.sizeBytes - skip;
    if (available <= 0) {
      skip -= segment.sizeBytes;
      continue;
    }
    const taken = Math.min(available, left);
    if (taken === 0) break;
    slice.push({ blob: segment.blob, offsetBytes: segment.offsetBytes + skip, sizeBytes: taken });
    left -= taken;
    skip = 0;
  }
  return slice;
}

/**
 * Writes one blob; network-sized pieces are gathered so that the disk sees large writes while the next arrive. Zeros aren't written, so that
 * sparse files take no room here either.
 */
export class BlobWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #onWritten: BlobEvents['onWritten'];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #sizeBytes = 0;
  #flushing: Promise<unknown> = Promise.resolve();

  constructor(path: string, file: FileHandle, onWritten?: BlobEvents['onWritten']) {
    this.#path = path;
    this.#file = file;
    this.#onWritten = onWritten;
  }

  async write(bytes: Buffer): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#sizeBytes += bytes.length;
    if (this.#pendingBytes >= FLUSH_BYTES) await this.#flush();
  }

  async finish(): Promise<Segment[]> {
    await this.#flush();
    await this.#flushing;
    return this.finishSparse(this.#sizeBytes);
  }

  async finishSparse(sizeBytes: number): Promise<Segment[]> {
    await this.#file.truncate(sizeBytes);
    return this.#close(sizeBytes);
  }

  async discard(): Promise<void> {
    await this.#flushing.catch(() => undefined);
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  /** Waits for the write before it only, so that one write is always under way. */
  async #flush(): Promise<void> {
    await this.#flushing;
    if (this.#pendingBytes === 0) return;
    const pieces = this.#pending;
    const position = this.#sizeBytes - this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (pieces.every(isZeros)) return;
    this.#flushing = this.#file.writev(pieces, position);
    // A failure is met at the next `await`; without a handler meanwhile it would count as unhandled.
    this.#flushing.catch(() => undefined);
  }

  async #close(sizeBytes: number): Promise<Segment[]> {
    await this.#file.close();
    if (sizeBytes > 0) {
      this.#onWritten?.(this.#path);
      return [{ blob: { path: this.#path, references: 1 }, offsetBytes: 0, sizeBytes }];
    }
    await rm(this.#path, { force: true });
    return [];
  }
}

function isZeros(bytes: Buffer): boolean {
  return bytes.length <= ZEROS.length && bytes.equals(ZEROS.subarray(0, bytes.length));
}
