/** Buckets and their objects from one start to the next. The bytes lie in files already: what is kept names them. */
import { open, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Keeper } from '../../../core/keeper.ts';
import type { Blob, BlobEvents, Segment } from './blobs.ts';
import { type AnyVersion, Bucket, type BucketState } from './bucket.ts';
import type { BucketRegistry } from './bucket-registry.ts';
import type { CompletedUpload, MultipartUpload, ObjectVersion, UploadedPart } from './model.ts';

/** A stretch of a file by its name. */
interface FileSegment {
  file: string;
  offsetBytes: number;
  sizeBytes: number;
}

type Filed<T extends { segments: Segment[] }> = Omit<T, 'segments'> & { segments: FileSegment[] };
type FiledVersion = Filed<ObjectVersion> | Exclude<AnyVersion, ObjectVersion>;
type FiledUpload = Omit<MultipartUpload, 'parts'> & { parts: Map<number, Filed<UploadedPart>> };

interface Kept {
  buckets: (Omit<BucketState, 'versions' | 'uploads'> & {
    versions: Map<string, FiledVersion[]>;
    uploads: Map<string, FiledUpload>;
  })[];
}

const SYNCS_AT_ONCE = 16;

/** Files are removed late: as long as something that was kept before may name them. */
export class KeptBuckets implements Keeper {
  readonly events: Required<BlobEvents> = {
    onWritten: (path) => this.#unsafe.add(path),
    onUnused: (path) => this.#unused.push(path),
  };
  readonly #folder: string;
  readonly #buckets: BucketRegistry;
  /** Those whose bytes may not have reached the disk. */
  readonly #unsafe = new Set<string>();
  readonly #unused: string[] = [];
  /** Unused ones that the last snapshot doesn't name. */
  readonly #removable: string[] = [];

  constructor(folder: string, buckets: BucketRegistry) {
    this.#folder = folder;
    this.#buckets = buckets;
  }

  snapshot(): Kept {
    this.#removable.push(...this.#unused.splice(0));
    return { buckets: this.#buckets.all().map(({ state }) => filedState(state)) };
  }

  /** @throws Error for an object whose bytes aren't there */
  async restore({ buckets }: Kept): Promise<void> {
    const files = new Map<string, Blob & { sizeBytes: number }>();
    const segmentOf = ({ file, offsetBytes, sizeBytes }: FileSegment): Segment => {
      const blob = files.get(file) ?? { path: join(this.#folder, file), references: 0, sizeBytes: 0 };
      files.set(file, blob);
      blob.references++;
      blob.sizeBytes = Math.max(blob.sizeBytes, offsetBytes + sizeBytes);
      return { blob, offsetBytes, sizeBytes };
    };
    const unfiled = <T extends { segments: Segment[] }>(value: Filed<T>) =>
      ({ ...value, segments: value.segments.map(segmentOf) }) as unknown as T;
    const versionOf = (version: FiledVersion) =>
      version.kind === 'object' ? unfiled<ObjectVersion>(version) : version;
    for (const { versions, uploads, ...state } of buckets) {
      const bucket = Bucket.from({
        ...state,
        versions: mapped(versions, (list) => list.map(versionOf)),
        uploads: mapped(uploads, ({ parts, ...upload }) => ({
          ...upload,
          parts: mapped(parts, (part) => unfiled<UploadedPart>(part)),
        })),
      });
      this.#buckets.put(bucket);
    }
    await this.#requireFiles(files);
  }

  async secure(): Promise<void> {
    // Those of the snapshot; more come while this goes on.
    const paths = [...this.#unsafe];
    for (let from = 0; from < paths.length; from += SYNCS_AT_ONCE) {
      const some = paths.slice(from, from + SYNCS_AT_ONCE);
      await Promise.all(some.map(syncFile));
      for (const path of some) this.#unsafe.delete(path);
    }
  }

  async tidy(): Promise<void> {
    for (const path of this.#removable.splice(0)) await rm(path, { force: true });
  }

  /** What no object has is removed: a write had begun it. */
  async #requireFiles(files: ReadonlyMap<string, Blob & { sizeBytes: number }>): Promise<void> {
    for (const { path, sizeBytes } of files.values()) {
      const there = await stat(path).catch(() => undefined);
      if (there === undefined) throw new Error(`the bytes of an object are gone: ${path}`);
      if (there.size < sizeBytes) throw new Error(`${path} has ${there.size} bytes, and an object ${sizeBytes} of it`);
    }
    for (const file of await readdir(this.#folder).catch(() => [])) {
      if (!files.has(file)) await rm(join(this.#folder, file), { force: true });
    }
  }
}

function filedState({ versions, uploads, completed, ...state }: BucketState): Kept['buckets'][number] {
  return {
    ...state,
    versions: mapped(versions, (list) => list.map(filedVersion)),
    uploads: mapped(uploads, (upload) => ({ ...upload, parts: mapped(upload.parts, filed) })),
    completed: mapped(completed, withoutBytes),
  };
}

function filed<T extends { segments: Segment[] }>(value: T): Filed<T> {
  const segments = value.segments.map(({ blob, ...stretch }) => ({ file: basename(blob.path), ...stretch }));
  return { ...value, segments };
}

function filedVersion(version: AnyVersion): FiledVersion {
  return version.kind === 'object' ? filed(version) : version;
}

function mapped<K, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

/** It only says what was answered: the bytes are those of the version. */
function withoutBytes(upload: CompletedUpload): CompletedUpload {
  return { ...upload, version: { ...upload.version, segments: [] } };
}

/** It may be gone again. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => undefined);
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}
