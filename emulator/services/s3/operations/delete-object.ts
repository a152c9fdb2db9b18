/** DeleteObject and DeleteObjects. */
import { z } from 'zod';
import { ApiError, type ApiResponse, type ContextKeys } from '../../../core/api.ts';
import { requireOnKey } from '../access.ts';
import { readProtectedXmlBody } from '../body/body.ts';
import { type BucketCall, callerAccount, type ObjectCall } from '../call.ts';
import { matchesETag } from '../conditional.ts';
import { headerNotImplemented, malformedXml, noSuchKey, noSuchVersion, preconditionFailed } from '../errors.ts';
import { MAX_PAGE_SIZE } from '../limits.ts';
import { versionHeaders } from '../new-object.ts';
import { refuseWhileRetained } from '../object-lock.ts';
import { xmlResponse } from '../wire.ts';
import { oneOrMany, parseBody } from '../xml-schema.ts';

interface Deletion {
  /** Of the version removed, or of the delete marker that was put on top. */
  versionId: string;
  isDeleteMarker: boolean;
}

/** What a delete names. */
interface Doomed {
  versionId: string | undefined;
  /** If-Match, or the ETag of an entry of DeleteObjects. */
  eTag: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export async function deleteObject(call: ObjectCall): Promise<ApiResponse> {
  const { headers, query, bucket } = call;
  const doomed = { versionId: query.get('versionId') ?? undefined, eTag: headers.get('if-match') };
  const { versionId, isDeleteMarker } = await remove(call, doomed);
  const answer = versionHeaders(bucket, { versionId });
  if (isDeleteMarker) answer['x-amz-delete-marker'] = 'true';
  return { status: 204, headers: answer };
}

async function remove(call: ObjectCall, { versionId, eTag }: Doomed): Promise<Deletion> {
  const { s3, bucket, key } = call;
  const context: ContextKeys = eTag === undefined ? {} : { 's3:if-match': eTag };
  if (versionId === undefined) requireOnKey(call, 's3:DeleteObject', context);
  else requireOnKey(call, 's3:DeleteObjectVersion', { ...context, 's3:VersionId': versionId });
  if (eTag !== undefined) requireMatch(call, eTag, versionId);
  if (versionId === undefined && bucket.isVersioned) {
    const owner = callerAccount(call.request.caller.principal) ?? bucket.settings.account;
    const { marker, unused } = bucket.addDeleteMarker(key, owner, new Date(s3.clock()));
    await s3.blobs.release(unused);
    return { versionId: marker.versionId, isDeleteMarker: true };
  }
  const named = bucket.versions(key).find((version) => version.versionId === (versionId ?? 'null'));
  refuseWhileRetained(named, s3.clock());
  const { removed, unused } = bucket.removeVersion(key, versionId ?? 'null');
  await s3.blobs.release(unused);
  return { versionId: versionId ?? 'null', isDeleteMarker: removed?.kind === 'delete-marker' };
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html; that a missing object is a 404 whatever the condition,
 * and a version with a condition a 501, has been measured (ministackorg/ministack#1475, localstack/localstack#13894).
 * @throws ApiError `NotImplemented`, `NoSuchKey`, `PreconditionFailed`
 */
function requireMatch(call: ObjectCall, eTag: string, versionId: string | undefined): void {
  const { bucket, key } = call;
  if (versionId !== undefined) throw headerNotImplemented('If-Match');
  if (eTag !== '*') requireOnKey(call, 's3:GetObject');
  const current = bucket.current(key);
  if (!current) throw noSuchKey(key);
  if (!matchesETag(eTag, current.eTag)) throw preconditionFailed('If-Match');
}

/** As recorded from AWS in LocalStack's test_delete_objects_versioned. @throws ApiError `AccessDenied`, `NoSuchVersion` */
function requireVersion(call: BucketCall, key: string, versionId: string): void {
  requireOnKey({ ...call, key }, 's3:DeleteObjectVersion', { 's3:VersionId': versionId });
  const isThere = call.bucket.versions(key).some((version) => version.versionId === versionId);
  if (!isThere) throw noSuchVersion(key, versionId);
}

const objectSchema = z.strictObject({
  Key: z.string().min(1),
  VersionId: z.string().optional(),
  ETag: z.string().optional(),
});
const deleteSchema = z.strictObject({
  Object: oneOrMany(objectSchema),
  Quiet: z.enum(['true', 'false']).default('false'),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export async function deleteObjects(call: BucketCall): Promise<ApiResponse> {
  const list = parseBody(await readProtectedXmlBody(call), 'Delete', deleteSchema);
  if (list.Object.length > MAX_PAGE_SIZE) throw malformedXml();
  const deleted: Record<string, string>[] = [];
  const errors: Record<string, string>[] = [];
  for (const { Key, VersionId, ETag } of list.Object) {
    const named = { Key, ...(VersionId === undefined ? {} : { VersionId }) };
    try {
      // DeleteObject is silent about a version that is not there, and this is not.
      if (VersionId !== undefined) requireVersion(call, Key, VersionId);
      const { versionId, isDeleteMarker } = await remove({ ...call, key: Key }, { versionId: VersionId, eTag: ETag });
      const marker = isDeleteMarker ? { DeleteMarker: 'true', DeleteMarkerVersionId: versionId } : {};
      deleted.push({ ...named, ...marker });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push({ ...named, Code: error.code, Message: error.message });
    }
  }
  return xmlResponse('DeleteResult', { Deleted: list.Quiet === 'true' ? [] : deleted, Error: errors });
}
