/** The source of a copy: read from its header, found, authorized. */
import { createHash } from 'node:crypto';
import type { ApiError } from '../../core/api.ts';
import { findReadable } from './access.ts';
import { type ChecksumAlgorithm, runningChecksum } from './body/checksums.ts';
import type { ObjectCall } from './call.ts';
import { checkReadConditions } from './conditional.ts';
import { requireKey } from './encryption.ts';
import { accessDenied, invalidArgument, invalidRequest, notImplemented } from './errors.ts';
import { requireRestored } from './operations/get-object.ts';
import type { BlobStore, Segment } from './state/blobs.ts';
import type { Bucket } from './state/bucket.ts';
import type { ObjectVersion } from './state/model.ts';
import { checkVersionId, isVersionId } from './version-id.ts';

export interface CopySource {
  bucket: Bucket;
  object: ObjectVersion;
  /** Whether the request named a version. */
  versionId: string | undefined;
}

/**
 * The object that x-amz-copy-source names, once the caller has been found to be allowed to read it and the conditions hold.
 * @throws ApiError as a GET does; `InvalidArgument` for a header that can't be read
 */
export function findCopySource(call: ObjectCall): CopySource {
  const { bucketName, key, versionId } = parseCopySource(call.headers.get('x-amz-copy-source') ?? '');
  checkVersion(call, versionId);
  const bucket = call.s3.buckets.get(bucketName, call.request.caller.principal);
  const expectedOwner = call.headers.get('x-amz-source-expected-bucket-owner');
  if (expectedOwner !== undefined && expectedOwner !== bucket.settings.account) throw accessDenied();
  const object = findSource({ ...call, bucket, key }, versionId);
  requireKey(call, bucket, key, object.encryption, 'kms:Decrypt');
  requireRestored(object);
  checkReadConditions(call.headers, object, call.s3.clock(), 'x-amz-copy-source-');
  return { bucket, object, versionId };
}

/** CopyObject has words of its own for what can't be an id, as seen on S3. */
function checkVersion({ query }: ObjectCall, versionId: string | undefined): void {
  if (versionId === undefined) return;
  if (versionId !== '' && !isVersionId(versionId) && !query.has('uploadId')) throw invalidRequest('Invalid Request');
  checkVersionId(versionId, 'x-amz-copy-source');
}

function findSource(call: ObjectCall, versionId: string | undefined): ObjectVersion {
  try {
    return findReadable(call, 's3:GetObject', 's3:GetObjectVersion', versionId);
  } catch (error) {
    if ((error as ApiError).code !== 'MethodNotAllowed') throw error;
    throw invalidRequest('The source of a copy request may not specifically refer to a delete marker by version id.');
  }
}

/**
 * `[/]bucket/key[?versionId=…]`, form-encoded, slashes too if the client likes: S3 reads `+` as a space and `bucket%2Fkey` as well
 * (LocalStack's test_copy_object_special_character_plus_for_space, recorded from AWS).
 */
export function parseCopySource(header: string): { bucketName: string; key: string; versionId: string | undefined } {
  const [, path, versionId] = /^(.+?)(?:\?versionId=([^&]*))?$/s.exec(header) ?? [];
  const source = formDecoded(path);
  if (source?.startsWith('arn:')) throw notImplemented('a copy source given as an ARN');
  const [, bucketName, key] = /^\/?([^/?]+)\/(.+)$/s.exec(source ?? '') ?? [];
  if (bucketName !== undefined && key !== undefined) {
    return { bucketName, key, versionId: formDecoded(versionId) };
  }
  // In the words, and with the value, that S3 has.
  throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', 'x-amz-copy-source');
}

/** Undefined for a malformed encoding, too. */
function formDecoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Reads stored bytes again for digests that weren't taken on their way in. */
export async function digestSegments(
  blobs: BlobStore,
  segments: Segment[],
  algorithm: ChecksumAlgorithm,
): Promise<{ md5Hex: string; checksum: string }> {
  const md5 = createHash('md5');
  const running = runningChecksum(algorithm);
  for await (const bytes of blobs.read(segments)) {
    md5.update(bytes);
    running.update(bytes);
  }
  return { md5Hex: md5.digest('hex'), checksum: (await running.digest()).toString('base64') };
}
