import type { S3Client } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import type { Destination, SourceObject } from '../core/source-object.ts';
import type { ObjectAttributes } from './attributes.ts';
import type { Checksum } from './checksum.ts';
import type { ChecksumOrigin } from './proof.ts';
import type { SourceState } from './source-state.ts';
import type { VisibleWrites } from './visible-writes.ts';

/** Everything a transfer needs, decided beforehand. */
export interface Transfer {
  source: SourceObject;
  state: SourceState;
  destination: Destination;
  attributes: ObjectAttributes;
  /** The write that would make the object visible is refused where its key is taken. */
  createOnly: boolean;
  /** Reads in the source's account. */
  reader: Reader;
  /** Writes as the route's writer role. */
  writer: S3Client;
  /** Told of the write that makes the object visible. */
  visibleWrites: VisibleWrites;
  /** Ends every request under way when the invocation runs out of time. */
  signal: AbortSignal;
}

/**
 * The condition of the two writes that make an object visible; it needs no right but s3:PutObject.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function conditionOf({ createOnly }: Pick<Transfer, 'createOnly'>): { IfNoneMatch?: '*' } {
  return createOnly ? { IfNoneMatch: '*' } : {};
}

/** What the destination answered. It stored the object only because the bytes it received have this checksum. */
export interface Delivered {
  eTag: string | undefined;
  versionId: string | undefined;
  checksum: Checksum;
  /** What the destination answered as the object's checksum; the same value, or nothing where S3 doesn't tell. */
  answeredChecksum: string | undefined;
  checksumOrigin: ChecksumOrigin;
  /** Requests that carried bytes. */
  parts: number;
}
