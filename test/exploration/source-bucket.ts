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

/** All uploads fall into one second, the resolution of Last-Modified: it tells no two of them apart. */
const LAST_MODIFIED = new Date('2026-01-15T09:30:00Z');

/** The bucket that is uploaded to: each request takes effect at one instant. */
export class SourceBucket {
  readonly #isVersioned: boolean;
  readonly #uploads: SourceVersion[] = [];
  readonly #deleted = new Set<string>();

  constructor(isVersioned: boolean) {
    this.#isVersioned = isVersioned;
  }

  upload(key: string, content: Content): SourceVersion {
    const number = this.#uploads.length + 1;
    const version: SourceVersion = {
      ...content,
      key,
      versionId: this.#isVersioned ? `v${number}` : undefined,
      eTag: eTagOf(content.letters),
      sequencer: `0055AED6DCD9028${number}`,
    };
    this.#uploads.push(version);
    this.#deleted.delete(key);
    return version;
  }

  delete(key: string): void {
    this.#deleted.add(key);
  }

  newest(key: string): SourceVersion | undefined {
    return this.#deleted.has(key) ? undefined : this.#uploads.findLast((version) => version.key === key);
  }

  get keys(): string[] {
    return [...new Set(this.#uploads.map(({ key }) => key))];
  }

  /** Whether some upload of the key brought exactly these bytes. */
  everHeld(key: string, letters: string): boolean {
    return this.#uploads.some((version) => version.key === key && version.letters === letters);
  }

  head({ Key }: HeadObjectCommandInput): HeadObjectCommandOutput {
    const version = this.newest(Key!);
    if (!version) throw s3Error(404, 'NotFound');
    return this.#described(version);
  }

  get({ Key, VersionId, IfMatch, Range }: GetObjectCommandInput): { head: HeadObjectCommandOutput; letters: string } {
    const version = VersionId === undefined ? this.newest(Key!) : this.#version(Key!, VersionId);
    if (!version) throw s3Error(404, 'NoSuchKey');
    if (IfMatch !== undefined && IfMatch !== version.eTag) throw s3Error(412, 'PreconditionFailed');
    return { head: this.#described(version), letters: lettersOf(version, Range) };
  }

  #described(version: SourceVersion): HeadObjectCommandOutput {
    const checksum = { ChecksumCRC32: checksumOf(version.letters), ChecksumType: 'FULL_OBJECT' as const };
    return {
      $metadata: {},
      ContentLength: sizeBytes(version),
      ETag: version.eTag,
      ...(version.versionId === undefined ? {} : { VersionId: version.versionId }),
      LastModified: LAST_MODIFIED,
      ...(version.hasChecksum ? checksum : {}),
    };
  }

  #version(key: string, versionId: string): SourceVersion | undefined {
    return this.#uploads.find((version) => version.key === key && version.versionId === versionId);
  }
}
