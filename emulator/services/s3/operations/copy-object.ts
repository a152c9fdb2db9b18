/** CopyObject. */
import type { ApiResponse } from '../../../core/api.ts';
import { requireOnKey, requireOnObject, requireWrite } from '../access.ts';
import { type ChecksumAlgorithm, checksumAlgorithm, checksumElement } from '../body/checksums.ts';
import type { ObjectCall } from '../call.ts';
import { type CopySource, digestSegments, findCopySource } from '../copy-source.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { MAX_SINGLE_PUT_BYTES } from '../limits.ts';
import type { ObjectMetadata } from '../metadata.ts';
import { commitObject, draftObject, singleETag, writtenHeaders } from '../new-object.ts';
import type { NewObject } from '../state/model.ts';
import { quoted, xmlResponse } from '../wire.ts';
import { listedDate } from './list-parameters.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export async function copyObject(call: ObjectCall): Promise<ApiResponse> {
  const source = findCopySource(call);
  requireWrite(call, true);
  const changesBefore = call.bucket.changes(call.key);
  const metadataDirective = directive(call, 'x-amz-metadata-directive');
  const taggingDirective = directive(call, 'x-amz-tagging-directive');
  requireChange(call, source, metadataDirective);
  if (source.object.sizeBytes > MAX_SINGLE_PUT_BYTES) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_SINGLE_PUT_BYTES}`,
    );
  }
  if (taggingDirective === 'COPY' && source.object.tags.size > 0) {
    requireOnObject(call, source.bucket, source.object, 's3:GetObjectTagging');
    requireOnKey(call, 's3:PutObjectTagging');
  }
  const draft = draftObject(call);
  const object: NewObject = {
    ...draft,
    metadata: metadataDirective === 'COPY' ? copiedMetadata(source.object.metadata, draft.metadata) : draft.metadata,
    tags: taggingDirective === 'COPY' ? new Map(source.object.tags) : draft.tags,
    ...(await shareBytes(call, source, draft.encryption)),
  };
  const version = await commitObject(call, object, { eventName: 'ObjectCreated:Copy', changesBefore });
  const { eTag, lastModified, checksum } = version;
  const headers = writtenHeaders(call.bucket, version);
  if (source.bucket.isVersioned) headers['x-amz-copy-source-version-id'] = source.object.versionId;
  return xmlResponse(
    'CopyObjectResult',
    {
      ETag: quoted(eTag),
      LastModified: listedDate(lastModified),
      ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }),
    },
    headers,
  );
}

/** A copy is made of the same files as its source; only digests that are missing cost a look at the bytes. */
async function shareBytes(
  { s3, headers, bucket }: ObjectCall,
  { object }: CopySource,
  encryption: NewObject['encryption'],
): Promise<Pick<NewObject, 'segments' | 'sizeBytes' | 'eTag' | 'checksum'>> {
  const { segments, sizeBytes } = object;
  const { addsChecksums = true } = bucket.settings;
  const wanted = wantedAlgorithm(headers.get('x-amz-checksum-algorithm')) ?? object.checksum?.algorithm;
  const algorithm = wanted ?? 'CRC64NVME';
  s3.blobs.retain(segments);
  const hasMd5 = object.encryption.algorithm === 'AES256' && object.parts === undefined;
  const hasChecksum = object.checksum?.algorithm === algorithm && object.checksum.type === 'FULL_OBJECT';
  const digests =
    hasMd5 && hasChecksum
      ? { md5Hex: object.eTag, checksum: object.checksum!.value }
      : await digestSegments(s3.blobs, segments, algorithm);
  return {
    segments,
    sizeBytes,
    eTag: singleETag(digests.md5Hex, encryption),
    checksum: wanted || addsChecksums ? { algorithm, type: 'FULL_OBJECT', value: digests.checksum } : undefined,
  };
}

function wantedAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithm(name);
  if (algorithm) return algorithm;
  throw invalidRequest('Checksum algorithm provided is unsupported. Please try again with any of the valid types.');
}

/** The storage class and the redirect are never copied: the request says them anew. */
function copiedMetadata(source: ObjectMetadata, requested: ObjectMetadata): ObjectMetadata {
  const name = 'x-amz-website-redirect-location';
  const system = { ...source.system };
  delete system[name];
  const redirect = requested.system[name];
  if (redirect !== undefined) system[name] = redirect;
  return { system, user: source.user, missing: source.missing, storageClass: requested.storageClass };
}

function directive({ headers }: ObjectCall, name: string): 'COPY' | 'REPLACE' {
  const value = headers.get(name) ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw invalidArgument(`Unknown ${name.includes('tagging') ? 'tagging' : 'metadata'} directive.`, name, value);
}

const CHANGING_HEADERS = [
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'x-amz-server-side-encryption',
  'x-amz-checksum-algorithm',
];

function requireChange(
  call: ObjectCall,
  { bucket, object, versionId }: CopySource,
  metadata: 'COPY' | 'REPLACE',
): void {
  const ontoItself = bucket === call.bucket && object.key === call.key && versionId === undefined;
  if (!ontoItself || metadata === 'REPLACE' || CHANGING_HEADERS.some((name) => call.headers.has(name))) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}
