/** The operations on buckets, but for making them and for listing their objects. */
import { canonicalUserId } from '../../../core/accounts.ts';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { isRegion } from '../../../core/partition.ts';
import { requireOnAccount, requireOnBucket } from '../access.ts';
import { type BucketCall, callerAccount, type S3Context, type ServiceCall } from '../call.ts';
import { accessDenied, invalidArgument, noSuchBucket } from '../errors.ts';
import type { Bucket } from '../state/bucket.ts';
import { xmlResponse } from '../wire.ts';
import { decodeToken, encodeToken, listedDate } from './list-parameters.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
const MAX_BUCKETS = 10_000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export function listBuckets(call: ServiceCall): ApiResponse {
  const { s3, request, query } = call;
  const account = callerAccount(request.caller.principal);
  if (account === undefined) throw accessDenied();
  requireOnAccount(call, account, 's3:ListAllMyBuckets', '*');
  const prefix = query.get('prefix') ?? '';
  const region = query.get('bucket-region') ?? undefined;
  const maxBuckets = maxBucketsOf(query);
  if (region !== undefined && !isRegion(region)) {
    throw invalidArgument(`Argument value ${region} is not a valid AWS Region`, 'bucket-region', region);
  }
  const token = query.get('continuation-token') || undefined;
  const after = token === undefined ? '' : decodeToken(token);
  const rest = s3.buckets
    .of(account)
    .filter(({ settings }) => region === undefined || settings.region === region)
    .filter(({ settings: { name } }) => name.startsWith(prefix) && name > after);
  const page = rest.slice(0, maxBuckets);
  return xmlResponse('ListAllMyBucketsResult', {
    Owner: { ID: canonicalUserId(account) },
    Buckets: {
      Bucket: page.map(({ settings, created, arn }) => ({
        Name: settings.name,
        CreationDate: listedDate(created),
        BucketRegion: settings.region,
        BucketArn: arn,
      })),
    },
    Prefix: prefix || undefined,
    ContinuationToken: page.length < rest.length ? encodeToken(page.at(-1)!.settings.name) : undefined,
  });
}

/** @throws ApiError `InvalidArgument` */
function maxBucketsOf(query: URLSearchParams): number {
  const name = 'max-buckets';
  const text = query.get(name) ?? String(MAX_BUCKETS);
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_BUCKETS) return Number(text);
  throw invalidArgument(`Argument ${name} must be an integer between 1 and ${MAX_BUCKETS}`, name, text);
}

export async function deleteBucket(call: BucketCall): Promise<ApiResponse> {
  const { s3, bucket } = call;
  requireOnBucket(call, 's3:DeleteBucket');
  await removeBucket(s3, bucket);
  return { status: 204 };
}

/** @throws ApiError `BucketNotEmpty`, `NoSuchBucket` */
export async function removeBucket({ buckets, notifications, blobs }: S3Context, bucket: Bucket): Promise<void> {
  const { name } = bucket.settings;
  if (!bucket.isEmpty) {
    const advice = bucket.isVersioned ? ' You must delete all versions in the bucket.' : '';
    throw new ApiError('BucketNotEmpty', 409, `The bucket you tried to delete is not empty.${advice}`, {
      BucketName: name,
    });
  }
  if (!buckets.has(name)) throw noSuchBucket(name);
  buckets.remove(name);
  notifications.remove(name);
  const uploads = [...bucket.uploads.values()];
  bucket.uploads.clear();
  for (const part of uploads.flatMap(({ parts }) => [...parts.values()])) await blobs.release(part.segments);
}

export function headBucket(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:ListBucket');
  return {
    status: 200,
    headers: {
      'x-amz-bucket-arn': call.bucket.arn,
      'x-amz-bucket-region': call.bucket.settings.region,
      'x-amz-access-point-alias': 'false',
    },
  };
}

export function getBucketLocation(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:GetBucketLocation');
  const { region } = call.bucket.settings;
  // The oldest region has no name here.
  return xmlResponse('LocationConstraint', region === 'us-east-1' ? '' : region);
}

export function getBucketVersioning(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:GetBucketVersioning');
  return xmlResponse('VersioningConfiguration', { Status: call.bucket.settings.versioning });
}

/** Every bucket has a default since January 2023: SSE-S3 unless it says otherwise. */
export function getBucketEncryption(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:GetEncryptionConfiguration');
  const { encryption = { algorithm: 'AES256' } as const } = call.bucket.settings;
  const kms = encryption.algorithm === 'aws:kms' ? encryption : undefined;
  return xmlResponse('ServerSideEncryptionConfiguration', {
    Rule: {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: encryption.algorithm, KMSMasterKeyID: kms?.kmsKeyArn },
      BucketKeyEnabled: kms?.bucketKeyEnabled ?? false,
    },
  });
}
