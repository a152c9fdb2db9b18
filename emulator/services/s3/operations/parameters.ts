/** Which parameters each operation of S3 reads. Any other one is refused by name: its effect would be missing silently. */
import { CHECKSUM_ALGORITHMS, checksumHeader } from '../body/checksums.ts';
import type { ServiceCall } from '../call.ts';
import { headerNotImplemented, notImplemented } from '../errors.ts';

/** Headers that every operation takes. No bucket here lets its requesters pay, so that offering to changes nothing. */
const ANYWHERE = [
  'x-amz-api-version',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-request-payer',
  'x-amz-security-token',
  'x-amz-user-agent',
];
const CHECKSUMS = CHECKSUM_ALGORITHMS.map(checksumHeader);
const BODY = ['x-amz-decoded-content-length', 'x-amz-sdk-checksum-algorithm', 'x-amz-trailer', ...CHECKSUMS];
const ACL = [
  'x-amz-acl',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
];
const METADATA = 'x-amz-meta-';
const CONDITIONS = ['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since'];
const NEW_OBJECT = [
  ...ACL,
  ...CONDITIONS,
  METADATA,
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-storage-class',
  'x-amz-tagging',
  'x-amz-website-redirect-location',
];
const COPY = [
  'x-amz-copy-source',
  ...CONDITIONS.map((name) => `x-amz-copy-source-${name}`),
  'x-amz-source-expected-bucket-owner',
];
const READ = [
  ...CONDITIONS,
  'x-amz-checksum-mode',
  '?partNumber',
  '?response-cache-control',
  '?response-content-disposition',
  '?response-content-encoding',
  '?response-content-language',
  '?response-content-type',
  '?response-expires',
  '?versionId',
];
const UPLOADS_LISTING = ['?delimiter', '?encoding-type', '?prefix'];
const LISTING = [...UPLOADS_LISTING, '?max-keys', 'x-amz-optional-object-attributes'];

/** By the operation's name: headers, and query parameters with `?` before them, but for those that choose the operation. */
const PARAMETERS: Record<string, readonly string[]> = {
  AbortMultipartUpload: [],
  CompleteMultipartUpload: [...BODY, ...CONDITIONS, 'x-amz-checksum-type', 'x-amz-mp-object-size'],
  CopyObject: [
    ...NEW_OBJECT,
    ...COPY,
    'x-amz-checksum-algorithm',
    'x-amz-metadata-directive',
    'x-amz-tagging-directive',
  ],
  CreateBucket: [...BODY, ...ACL, 'x-amz-bucket-object-lock-enabled', 'x-amz-object-ownership'],
  CreateMultipartUpload: [...NEW_OBJECT, 'x-amz-checksum-algorithm', 'x-amz-checksum-type'],
  DeleteBucket: [],
  DeleteBucketEncryption: [],
  DeleteBucketOwnershipControls: [],
  DeleteBucketPolicy: [],
  DeleteObject: ['if-match', '?versionId'],
  DeleteObjectTagging: ['?versionId'],
  DeleteObjects: BODY,
  DeletePublicAccessBlock: [],
  GetBucketEncryption: [],
  GetBucketLocation: [],
  GetBucketNotificationConfiguration: [],
  GetBucketOwnershipControls: [],
  GetBucketPolicy: [],
  GetBucketPolicyStatus: [],
  GetBucketVersioning: [],
  // The SDK for JavaScript sends the checksum of no body along with a GetObject whose answer it doesn't validate.
  GetObject: [...READ, ...CHECKSUMS],
  GetObjectAcl: ['?versionId'],
  GetObjectAttributes: ['x-amz-max-parts', 'x-amz-object-attributes', 'x-amz-part-number-marker', '?versionId'],
  GetObjectTagging: ['?versionId'],
  GetPublicAccessBlock: [],
  HeadBucket: [],
  HeadObject: READ,
  ListBuckets: ['?bucket-region', '?continuation-token', '?max-buckets', '?prefix'],
  ListMultipartUploads: [...UPLOADS_LISTING, '?key-marker', '?max-uploads', '?upload-id-marker'],
  ListObjectVersions: [...LISTING, '?key-marker', '?version-id-marker'],
  ListObjects: [...LISTING, '?marker'],
  ListObjectsV2: [...LISTING, '?continuation-token', '?fetch-owner', '?start-after'],
  ListParts: ['?max-parts', '?part-number-marker'],
  PutBucketEncryption: BODY,
  PutBucketNotificationConfiguration: [...BODY, 'x-amz-skip-destination-validation'],
  PutBucketOwnershipControls: BODY,
  PutBucketPolicy: BODY,
  PutBucketVersioning: BODY,
  PutObject: [...NEW_OBJECT, ...BODY],
  PutObjectAcl: [...BODY, ...ACL, '?versionId'],
  PutObjectTagging: [...BODY, '?versionId'],
  PutPublicAccessBlock: BODY,
  UploadPart: [...BODY, '?partNumber'],
  UploadPartCopy: [...COPY, 'x-amz-copy-source-range', '?partNumber'],
};

/** Query parameters that a request may have without another operation being meant by them. */
export const PLAIN_PARAMETERS: ReadonlySet<string> = new Set(
  Object.values(PARAMETERS)
    .flat()
    .filter((name) => name.startsWith('?'))
    .map((name) => name.slice(1)),
);

/** @throws ApiError `NotImplemented` that names the header or the query parameter */
export function requireKnownParameters(operation: string, call: ServiceCall): void {
  const { headers, query } = call;
  const known = [...PARAMETERS[operation]!, ...('bucket' in call ? ['x-amz-expected-bucket-owner'] : [])];
  for (const name of headers.keys()) {
    if (!name.startsWith('x-amz-') && !name.startsWith('if-')) continue;
    if (name.startsWith(METADATA) && known.includes(METADATA)) continue;
    if (!known.includes(name) && !ANYWHERE.includes(name)) throw headerNotImplemented(name);
  }
  for (const name of query.keys()) {
    if (PLAIN_PARAMETERS.has(name) && !known.includes(`?${name}`)) {
      throw notImplemented(`the parameter ${name} of ${operation}`);
    }
  }
}
