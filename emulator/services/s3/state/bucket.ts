/** One bucket: its versions and uploads. */
import { randomBytes } from 'node:crypto';
import { ApiError } from '../../../core/api.ts';
import { refill } from '../../../core/keeper.ts';
import { bucketArnOf } from '../../../core/partition.ts';
import { noSuchKey, noSuchUpload, noSuchVersion } from '../errors.ts';
import { lowerBound } from '../utf8-order.ts';
import type { Segment } from './blobs.ts';
import type {
  BucketSettings,
  CompletedUpload,
  DeleteMarker,
  MultipartUpload,
  NewObject,
  ObjectVersion,
} from './model.ts';

export type AnyVersion = ObjectVersion | DeleteMarker;

/** All that a bucket is made of. */
export interface BucketState {
  settings: BucketSettings;
  created: Date;
  /** By key, in the order of the keys; newest version first. */
  versions: Map<string, AnyVersion[]>;
  changes: Map<string, number>;
  uploads: Map<string, MultipartUpload>;
  completed: Map<string, CompletedUpload>;
  uploadsBegun: number;
}

/**
 * The index of one bucket, in memory. Each change is a single synchronous step, which makes reads consistent and
 * objects visible all at once; whoever makes a change gets back the segments that no version needs any more.
 */
export class Bucket {
  readonly settings: BucketSettings;
  readonly created: Date;
  readonly uploads = new Map<string, MultipartUpload>();
  readonly completed = new Map<string, CompletedUpload>();
  /** Newest version first. */
  readonly #versions = new Map<string, AnyVersion[]>();
  readonly #sortedKeys: string[] = [];
  readonly #changes = new Map<string, number>();
  #uploadsBegun = 0;

  constructor(settings: BucketSettings, created: Date) {
    this.settings = settings;
    this.created = created;
  }

  static from({ settings, created, versions, changes, uploads, completed, uploadsBegun }: BucketState): Bucket {
    const bucket = new Bucket(settings, created);
    refill(bucket.#versions, versions);
    bucket.#sortedKeys.push(...versions.keys());
    refill(bucket.#changes, changes);
    refill(bucket.uploads, uploads);
    refill(bucket.completed, completed);
    bucket.#uploadsBegun = uploadsBegun;
    return bucket;
  }

  get state(): BucketState {
    const { settings, created, uploads, completed } = this;
    const versions = new Map(this.#sortedKeys.map((key) => [key, this.#versions.get(key)!]));
    return {
      settings,
      created,
      versions,
      changes: this.#changes,
      uploads,
      completed,
      uploadsBegun: this.#uploadsBegun,
    };
  }

  get arn(): string {
    return bucketArnOf(this.settings.name, this.settings.region);
  }

  get isVersioned(): boolean {
    return this.settings.versioning !== undefined;
  }

  get isEmpty(): boolean {
    return this.#sortedKeys.length === 0;
  }

  /** Every key with a version or a delete marker, in the order of UTF-8. */
  keys(): readonly string[] {
    return this.#sortedKeys;
  }

  /** Newest first; empty for an unknown key. */
  versions(key: string): readonly AnyVersion[] {
    return this.#versions.get(key) ?? [];
  }

  /** Grows with each write of a key and with each delete, one that finds nothing included. */
  changes(key: string): number {
    return this.#changes.get(key) ?? 0;
  }

  /** The current object, unless there is none or it was deleted. */
  current(key: string): ObjectVersion | undefined {
    const newest = this.versions(key)[0];
    return newest?.kind === 'object' ? newest : undefined;
  }

  /**
   * @param versionId undefined for the current object
   * @throws ApiError `NoSuchKey`, `NoSuchVersion`; `MethodNotAllowed` when the version named is a delete marker
   */
  find(key: string, versionId: string | undefined): ObjectVersion {
    const newest = this.versions(key)[0];
    const version = versionId === undefined ? newest : this.versions(key).find((each) => each.versionId === versionId);
    if (version?.kind === 'object') return version;
    if (version === undefined) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
    const details = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
    if (versionId === undefined) throw new ApiError('NoSuchKey', 404, noSuchKey(key).message, { Key: key, ...details });
    const message = 'The specified method is not allowed against this resource.';
    throw new ApiError('MethodNotAllowed', 405, message, { ResourceType: 'DeleteMarker', ...details });
  }

  add(
    key: string,
    object: NewObject & Pick<ObjectVersion, 'retention'>,
    lastModified: Date,
  ): { version: ObjectVersion; unused: Segment[] } {
    const version: ObjectVersion = { kind: 'object', ...object, key, versionId: this.#newVersionId(), lastModified };
    return { version, unused: this.#insert(version) };
  }

  addDeleteMarker(key: string, owner: string, lastModified: Date): { marker: DeleteMarker; unused: Segment[] } {
    const marker: DeleteMarker = { kind: 'delete-marker', key, owner, versionId: this.#newVersionId(), lastModified };
    return { marker, unused: this.#insert(marker) };
  }

  removeVersion(key: string, versionId: string): { removed: AnyVersion | undefined; unused: Segment[] } {
    const versions = this.#versions.get(key) ?? [];
    const index = versions.findIndex((version) => version.versionId === versionId);
    if (index < 1) this.#changes.set(key, this.changes(key) + 1);
    if (index === -1) return { removed: undefined, unused: [] };
    const [removed] = versions.splice(index, 1);
    if (versions.length === 0) {
      this.#versions.delete(key);
      this.#sortedKeys.splice(lowerBound(this.#sortedKeys, key), 1);
    }
    return { removed, unused: segmentsOf(removed) };
  }

  /** @throws ApiError `NoSuchUpload`, also when the upload is one of another key */
  upload(key: string, uploadId: string): MultipartUpload {
    const upload = this.uploads.get(uploadId);
    if (upload?.key !== key) throw noSuchUpload(uploadId);
    return upload;
  }

  /** One that sorts behind those that were begun before. */
  nextUploadId(): string {
    return `${(++this.#uploadsBegun).toString(36).padStart(8, '0')}${randomBytes(42).toString('base64url')}`;
  }

  #newVersionId(): string {
    return this.settings.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';
  }

  #insert(version: AnyVersion): Segment[] {
    const { unused } =
      version.versionId === 'null' ? this.removeVersion(version.key, 'null') : { unused: [] as Segment[] };
    this.#changes.set(version.key, this.changes(version.key) + 1);
    const versions = this.#versions.get(version.key);
    if (versions) {
      versions.unshift(version);
    } else {
      this.#versions.set(version.key, [version]);
      this.#sortedKeys.splice(lowerBound(this.#sortedKeys, version.key), 0, version.key);
    }
    return unused;
  }
}

function segmentsOf(version: AnyVersion | undefined): Segment[] {
  return version?.kind === 'object' ? version.segments : [];
}
