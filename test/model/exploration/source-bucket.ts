import type { GetObjectCommandInput, HeadObjectCommandInput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { type Content, checksumOf, eTagOf, lettersOf, sizeBytes } from './content.ts';
import { s3Error } from './s3-error.ts';

export interface SourceVersion extends Content {
  key: string;
  /** Undefined in a bucket without versions. */
  versionId: string | undefined;
  eTag: string;
  /** Grows with each upload, as S3's does within a key. */
  sequencer: string;
}

/** Where versioning is suspended, each upload takes the place of the one before, and its version is "null". */
export type Versioning = 'versioned' | 'unversioned' | 'suspended';

/** All uploads fall into one second, the resolution of Last-Modified: it tells no two of them apart. */
const LAST_MODIFIED = new Date('2026-01-15T09:30:00Z');

/** The bucket that is uploaded to: each request takes effect at one instant. */
export class SourceBucket {
  readonly #versioning: Versioning;
  readonly #uploads: SourceVersion[] = [];
  readonly #deleted = new Set<string>();
  /** Those that were deleted together with all their versions. */
  readonly #purged = new Set<SourceVersion>();

  constructor(versioning: Versioning) {
    this.#versioning = versioning;
  }

  upload(key: string, content: Content): SourceVersion {
    const number = this.#uploads.length + 1;
    const version: SourceVersion = {
      ...content,
      key,
      versionId: this.#versioning === 'versioned' ? `v${number}` : undefined,
      eTag: eTagOf(content.letters),
      sequencer: `0055AED6DCD9${String(number).padStart(4, '0')}`,
    };
    this.#uploads.push(version);
    this.#deleted.delete(key);
    return version;
  }

  get uploadsSoFar(): number {
    return this.#uploads.length;
  }

  /** @param withVersions nothing of the key can be read any more */
  delete(key: string, withVersions: boolean): void {
    this.#deleted.add(key);
    if (withVersions) for (const version of this.#of(key)) this.#purged.add(version);
  }

  newest(key: string): SourceVersion | undefined {
    return this.#deleted.has(key) ? undefined : this.#of(key).at(-1);
  }

  get keys(): string[] {
    return [...new Set(this.#uploads.map(({ key }) => key))];
  }

  /** Whether some upload of the key brought exactly these bytes. */
  everHeld(key: string, letters: string): boolean {
    return this.#of(key).some((version) => version.letters === letters);
  }

  /** Which upload of the key brought these bytes, counted from 1; where several did, the first. */
  numberOf(key: string, letters: string | undefined): number {
    return this.#of(key).findIndex((version) => version.letters === letters) + 1;
  }

  /** @param number of the key's uploads, from 1 */
  uploadOf(key: string, number: number): SourceVersion {
    return this.#of(key)[number - 1]!;
  }

  head({ Key, VersionId }: HeadObjectCommandInput): HeadObjectCommandOutput {
    return this.#described(this.#find(Key!, VersionId, 'NotFound'));
  }

  get({ Key, VersionId, IfMatch, Range }: GetObjectCommandInput): { head: HeadObjectCommandOutput; letters: string } {
    const version = this.#find(Key!, VersionId, VersionId === undefined ? 'NoSuchKey' : 'NoSuchVersion');
    if (IfMatch !== undefined && IfMatch !== version.eTag) throw s3Error(412, 'PreconditionFailed');
    return { head: this.#described(version), letters: lettersOf(version, Range) };
  }

  #of(key: string): SourceVersion[] {
    return this.#uploads.filter((version) => version.key === key);
  }

  #find(key: string, versionId: string | undefined, missing: string): SourceVersion {
    const version =
      versionId === undefined ? this.newest(key) : this.#of(key).find((each) => each.versionId === versionId);
    if (!version || this.#purged.has(version)) throw s3Error(404, missing);
    return version;
  }

  #described(version: SourceVersion): HeadObjectCommandOutput {
    const checksum = { ChecksumCRC32: checksumOf(version.letters), ChecksumType: 'FULL_OBJECT' as const };
    const versionId = this.#versioning === 'suspended' ? 'null' : version.versionId;
    return {
      $metadata: {},
      ContentLength: sizeBytes(version),
      ETag: version.eTag,
      Metadata: { told: version.metadata },
      ...(versionId !== undefined && { VersionId: versionId }),
      LastModified: LAST_MODIFIED,
      ...(version.hasChecksum ? checksum : {}),
    };
  }
}
