/** What a write makes of its headers, and what answers say of an object. */
import { randomBytes } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { checksumHeader, type StoredChecksum } from './body/checksums.ts';
import { eventOrigin, type ObjectCall } from './call.ts';
import { checkWriteConditionSyntax, checkWriteConditions } from './conditional.ts';
import { encryptionHeaders, requireKey, resolveEncryption } from './encryption.ts';
import { noSuchBucket } from './errors.ts';
import { readMetadata } from './metadata.ts';
import { retentionFrom } from './object-lock.ts';
import { resolveOwnership } from './operations/acl.ts';
import type { Bucket } from './state/bucket.ts';
import type { Encryption, MultipartUpload, NewObject, ObjectEventName, ObjectVersion } from './state/model.ts';
import { parseTaggingHeader } from './tags.ts';

/**
 * Everything that the headers of PutObject, CopyObject and CreateMultipartUpload say about the object to be.
 * @throws ApiError as its parts do, `AccessDenied` when the caller may not use the KMS key
 */
export function draftObject(call: ObjectCall): MultipartUpload['object'] {
  checkWriteConditionSyntax(call.headers);
  const encryption = resolveEncryption(call, call.bucket);
  const draft = {
    metadata: readMetadata(call.headers),
    tags: parseTaggingHeader(call.headers.get('x-amz-tagging')),
    encryption,
    ...resolveOwnership(call),
  };
  requireKey(call, call.bucket, call.key, encryption, 'kms:GenerateDataKey');
  return draft;
}

/** The ETag of bytes put at once: their MD5, but for KMS, where it says nothing about the content. */
export function singleETag(md5Hex: string, encryption: Encryption): string {
  return encryption.algorithm === 'aws:kms' ? randomBytes(16).toString('hex') : md5Hex;
}

export interface Commit {
  eventName: ObjectEventName;
  /** `changes` of the key when the write was begun. */
  changesBefore: number;
  /** What else must happen exactly when the object becomes visible. */
  inTheSameStep?: (version: ObjectVersion) => void;
  /** Of an upload in parts when it was begun: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
  lastModified?: Date;
}

/**
 * Makes the object visible, in one step with the check of the write's conditions, and announces it.
 * @throws ApiError `PreconditionFailed`, `NoSuchKey`, `ConditionalRequestConflict`, `NoSuchBucket`; the object's bytes are gone then
 */
export async function commitObject(
  call: ObjectCall,
  object: NewObject,
  { eventName, changesBefore, inTheSameStep, lastModified = new Date(call.s3.clock()) }: Commit,
): Promise<ObjectVersion> {
  const { s3, bucket, key } = call;
  try {
    if (!s3.buckets.has(bucket.settings.name)) throw noSuchBucket(bucket.settings.name);
    checkWriteConditions(call.headers, key, bucket.current(key), bucket.changes(key) !== changesBefore);
  } catch (error) {
    await s3.blobs.release(object.segments);
    throw error;
  }
  const now = s3.clock();
  const { version, unused } = bucket.add(key, { ...object, ...retentionFrom(bucket, now) }, lastModified);
  inTheSameStep?.(version);
  // Announced in the same step, so that sequencers follow the order of the writes.
  const announced = s3.announce(bucket, version, eventOrigin(call, eventName));
  await s3.blobs.release(unused);
  await announced;
  return version;
}

export function checksumHeaders(checksum: StoredChecksum | undefined): OutgoingHttpHeaders {
  if (!checksum) return {};
  const { algorithm, value, type } = checksum;
  return { [checksumHeader(algorithm)]: value, 'x-amz-checksum-type': type };
}

export function versionHeaders(bucket: Bucket, { versionId }: { versionId: string }): OutgoingHttpHeaders {
  return bucket.isVersioned ? { 'x-amz-version-id': versionId } : {};
}

/** What every answer to a finished write carries, besides ETag and checksum. */
export function writtenHeaders(bucket: Bucket, version: ObjectVersion): OutgoingHttpHeaders {
  return { ...encryptionHeaders(version.encryption, bucket), ...versionHeaders(bucket, version) };
}
