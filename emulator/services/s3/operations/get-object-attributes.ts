/** GetObjectAttributes. */
import type { ApiResponse } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import { findRequested, requireOnObject } from '../access.ts';
import { checksumElement, withoutPartsCount } from '../body/checksums.ts';
import type { ObjectCall } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { versionHeaders } from '../new-object.ts';
import type { ObjectVersion } from '../state/model.ts';
import { xmlResponse } from '../wire.ts';
import { pageSize } from './list-parameters.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export function getObjectAttributes(call: ObjectCall): ApiResponse {
  const object = findRequested(call, 's3:GetObject', 's3:GetObjectVersion');
  const versioned = call.query.has('versionId');
  const action = versioned ? 's3:GetObjectVersionAttributes' : 's3:GetObjectAttributes';
  requireOnObject(call, call.bucket, object, action);
  const wanted = new Set((call.headers.get('x-amz-object-attributes') ?? '').split(',').map((name) => name.trim()));
  const { checksum } = object;
  const attributes = {
    ETag: object.eTag,
    Checksum: checksum && {
      [checksumElement(checksum.algorithm)]: withoutPartsCount(checksum.value),
      ChecksumType: checksum.type,
    },
    ObjectParts: objectParts(call, object),
    StorageClass: object.metadata.storageClass,
    ObjectSize: object.sizeBytes,
  };
  for (const name of wanted) {
    if (!(name in attributes)) {
      throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', name);
    }
  }
  const content = Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted.has(name)));
  return xmlResponse('GetObjectAttributesResponse', content, {
    'last-modified': object.lastModified.toUTCString(),
    ...versionHeaders(call.bucket, object),
  });
}

/** How many parts there are; of a composite checksum the parts besides, page by page, as answers recorded from S3 have it. */
function objectParts({ headers }: ObjectCall, { parts, checksum }: ObjectVersion): XmlNode {
  const maxParts = pageSize(headers, 'x-amz-max-parts');
  const marker = pageMarker(headers.get('x-amz-part-number-marker'));
  if (!parts) return undefined;
  if (checksum?.type !== 'COMPOSITE') return { PartsCount: parts.length };
  const page = parts
    .map((part, index) => ({ PartNumber: index + 1, ...part }))
    .slice(marker, marker + maxParts)
    .map(({ PartNumber, sizeBytes, checksum: value }) => ({
      PartNumber,
      Size: sizeBytes,
      [checksumElement(checksum.algorithm)]: value,
    }));
  return {
    PartsCount: parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.PartNumber ?? 0,
    MaxParts: maxParts,
    IsTruncated: page.length > 0 && marker + page.length < parts.length,
    Part: page,
  };
}

function pageMarker(text = '0'): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  const message = 'Provided part-number-marker not an integer or within integer range';
  throw invalidArgument(message, 'x-amz-part-number-marker', text);
}
