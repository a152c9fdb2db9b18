/** PutObject. */
import type { ApiResponse } from '../../../core/api.ts';
import { requireWrite } from '../access.ts';
import { storeBody } from '../body/body.ts';
import { planBody } from '../body/body-plan.ts';
import type { ObjectCall } from '../call.ts';
import { checksumHeaders, commitObject, draftObject, singleETag, writtenHeaders } from '../new-object.ts';
import { requireDigest } from '../object-lock.ts';
import { quoted } from '../wire.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(call: ObjectCall): Promise<ApiResponse> {
  requireWrite(call, true);
  const changesBefore = call.bucket.changes(call.key);
  const draft = draftObject(call);
  const plan = planBody(call.request, call.headers);
  requireDigest(call.bucket, plan, 'Object');
  const { addsChecksums = true } = call.bucket.settings;
  const algorithm = plan.checksum?.algorithm ?? (addsChecksums ? 'CRC64NVME' : undefined);
  const { segments, sizeBytes, md5Hex, checksums } = await storeBody(call, plan, algorithm ? [algorithm] : []);
  const object = {
    ...draft,
    segments,
    sizeBytes,
    eTag: singleETag(md5Hex, draft.encryption),
    checksum: algorithm && { algorithm, type: 'FULL_OBJECT' as const, value: checksums.get(algorithm)! },
  };
  const version = await commitObject(call, object, { eventName: 'ObjectCreated:Put', changesBefore });
  return {
    status: 200,
    headers: {
      etag: quoted(version.eTag),
      ...checksumHeaders(version.checksum),
      ...writtenHeaders(call.bucket, version),
    },
  };
}
