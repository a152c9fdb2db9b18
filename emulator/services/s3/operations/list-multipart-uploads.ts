/** ListMultipartUploads. */
import { canonicalUserId } from '../../../core/accounts.ts';
import type { ApiResponse } from '../../../core/api.ts';
import { requireOnBucket } from '../access.ts';
import type { BucketCall } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { listPage } from '../listing.ts';
import type { MultipartUpload } from '../state/model.ts';
import { compareUtf8 } from '../utf8-order.ts';
import { xmlResponse } from '../wire.ts';
import { listedDate, readParameters } from './list-parameters.ts';
import { named } from './multipart-upload.ts';

/** By key, and of a key by beginning: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export function listMultipartUploads(call: BucketCall): ApiResponse {
  const { bucket, query } = call;
  requireOnBucket(call, 's3:ListBucketMultipartUploads');
  const { encode, echo, ...parameters } = readParameters(call, 'max-uploads');
  const keyMarker = query.get('key-marker') ?? '';
  const uploadIdMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const uploads = [...bucket.uploads.values()];
  if (uploads.some(({ uploadId, key }) => uploadId === uploadIdMarker && key !== keyMarker)) {
    throw invalidArgument('Invalid uploadId marker', 'upload-id-marker', uploadIdMarker);
  }
  const uploadsOf = Map.groupBy(uploads, ({ key }) => key);
  const itemsOf = (key: string) =>
    uploadsOf.get(key)!.filter(({ uploadId }) => key !== keyMarker || uploadId > uploadIdMarker);
  const page = listPage<MultipartUpload>([...uploadsOf.keys()].sort(compareUtf8), itemsOf, {
    ...parameters,
    after: keyMarker || undefined,
    afterHasMore: uploadIdMarker !== '',
    skipsPrefixOfAfter: true,
  });
  const lastUpload = page.items.at(-1);
  // S3 says so of every page, the last one too, but of none that ends in a common prefix.
  const next = lastUpload !== undefined && lastUpload.key === page.last ? lastUpload : { key: '', uploadId: '' };
  const { Name, Prefix, ...echoed } = echo;
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: Name,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: uploadIdMarker,
    NextKeyMarker: encode(next.key),
    NextUploadIdMarker: next.uploadId,
    Prefix: Prefix || undefined,
    ...echoed,
    IsTruncated: page.isTruncated,
    Upload: page.items.map(({ key, uploadId, initiated, initiator, object, checksum }) => ({
      Key: encode(key),
      UploadId: uploadId,
      Initiator: { ID: initiator },
      Owner: { ID: canonicalUserId(object.owner) },
      StorageClass: object.metadata.storageClass,
      Initiated: listedDate(initiated),
      ...named(checksum),
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}
