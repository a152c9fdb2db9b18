/** DeleteObject and DeleteObjects. */
import { z } from 'zod';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { requireOnKey } from '../access.ts';
import { readProtectedXmlBody } from '../body/body.ts';
import { type BucketCall, callerAccount, type ObjectCall } from '../call.ts';
import { headerNotImplemented, malformedXml } from '../errors.ts';
import { MAX_PAGE_SIZE } from '../limits.ts';
import { versionHeaders } from '../new-object.ts';
import { refuseWhileRetained } from '../object-lock.ts';
import { parseXml, xmlResponse } from '../wire.ts';
import { oneOrMany } from '../xml-schema.ts';

interface Deletion {
  /** Of the version removed, or of the delete marker that was put on top. */
  versionId: string;
  isDeleteMarker: boolean;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export async function deleteObject(call: ObjectCall): Promise<ApiResponse> {
  if (call.headers.has('if-match')) throw headerNotImplemented('If-Match');
  const { versionId, isDeleteMarker } = await remove(call, call.query.get('versionId') ?? undefined);
  const headers = versionHeaders(call.bucket, { versionId });
  if (isDeleteMarker) headers['x-amz-delete-marker'] = 'true';
  return { status: 204, headers };
}

async function remove(call: ObjectCall, versionId: string | undefined): Promise<Deletion> {
  const { s3, bucket, key } = call;
  if (versionId === undefined) requireOnKey(call, 's3:DeleteObject');
  else requireOnKey(call, 's3:DeleteObjectVersion', { 's3:VersionId': versionId });
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

const deleteSchema = z.object({
  Object: oneOrMany(z.object({ Key: z.string().min(1), VersionId: z.string().optional() })),
  Quiet: z.enum(['true', 'false']).default('false'),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export async function deleteObjects(call: BucketCall): Promise<ApiResponse> {
  const body = deleteSchema.safeParse(parseXml(await readProtectedXmlBody(call), 'Delete'));
  if (!body.success || body.data.Object.length > MAX_PAGE_SIZE) throw malformedXml();
  const deleted: Record<string, string>[] = [];
  const errors: Record<string, string>[] = [];
  for (const { Key, VersionId } of body.data.Object) {
    const named = { Key, ...(VersionId === undefined ? {} : { VersionId }) };
    try {
      const { versionId, isDeleteMarker } = await remove({ ...call, key: Key }, VersionId);
      const marker = isDeleteMarker ? { DeleteMarker: 'true', DeleteMarkerVersionId: versionId } : {};
      deleted.push({ ...named, ...marker });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push({ ...named, Code: error.code, Message: error.message });
    }
  }
  return xmlResponse('DeleteResult', { Deleted: body.data.Quiet === 'true' ? [] : deleted, Error: errors });
}
