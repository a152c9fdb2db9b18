/** What a transfer needs, and what it answers. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import type { Destination, SourceObject } from '../core/source-object.ts';
import type { ObjectAttributes } from './attributes.ts';
import type { Checksum } from './checksum.ts';
import type { ChecksumOrigin } from './proof.ts';
import type { SourceState } from './source-state.ts';
import type { VisibleWrites } from './visible-writes.ts';

export interface Transfer {
  source: SourceObject;
  state: SourceState;
  destination: Destination;
  attributes: ObjectAttributes;
  /** The destination refuses the write that makes the object visible if the key is taken. */
  createOnly: boolean;
  /** Reads in the source's account. */
  reader: Reader;
  /** Writes as the route's writer role. */
  writer: S3Client;
  /** Records the write that makes the object visible. */
  visibleWrites: VisibleWrites;
  /** Aborts the requests under way when the invocation runs out of time. */
  signal: AbortSignal;
  /** Between two attempts at the same request. */
  sleep: (ms: number) => Promise<unknown>;
}

/**
 * The condition of the two writes that make an object visible. It needs no permission but s3:PutObject.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function conditionOf({ createOnly }: Pick<Transfer, 'createOnly'>): { IfNoneMatch?: '*' } {
  return createOnly ? { IfNoneMatch: '*' } : {};
}

/** The destination's answer. It stored the object only because the bytes that arrived have this checksum. */
export interface Delivered {
  eTag: string | undefined;
  versionId: string | undefined;
  checksum: Checksum;
  /** The destination's own checksum of the object: the same value, or undefined where S3 does not tell it. */
  answeredChecksum: string | undefined;
  checksumOrigin: ChecksumOrigin;
  /** Requests that carried bytes. */
  parts: number;
}
