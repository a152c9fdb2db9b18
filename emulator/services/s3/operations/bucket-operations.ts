/** The operations on buckets, but for listing their objects. */
import { z } from 'zod';
import { canonicalUserId } from '../../../core/accounts.ts';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { bucketArnOf } from '../../../core/partition.ts';
import { requireOnAccount, requireOnBucket } from '../access.ts';
import { readXmlBody } from '../body/body.ts';
import { planBody } from '../body/body-plan.ts';
import { type BucketCall, type BucketNameCall, callerAccount, type S3Context, type ServiceCall } from '../call.ts';
import { accessDenied, headerNotImplemented, invalidArgument, malformedXml, noSuchBucket } from '../errors.ts';
import type { Bucket } from '../state/bucket.ts';
import type { BucketSettings } from '../state/model.ts';
import { parseXml, xmlResponse } from '../wire.ts';
import { listedDate } from './list-objects.ts';

export function listBuckets(call: ServiceCall): ApiResponse {
  const { s3, request } = call;
  const account = callerAccount(request.caller.principal);
  if (account === undefined) throw accessDenied();
  requireOnAccount(call, account, 's3:ListAllMyBuckets', '*');
  return xmlResponse('ListAllMyBucketsResult', {
    Owner: { ID: canonicalUserId(account) },
    Buckets: {
      Bucket: s3.buckets.of(account).map(({ settings, created }) => ({
        Name: settings.name,
        CreationDate: listedDate(created),
        BucketRegion: settings.region,
      })),
    },
  });
}

const createBucketSchema = z.object({ LocationConstraint: z.string().min(1) });

/** A bucket has the defaults of S3 since April 2023: ACLs off, public access blocked. */
export async function createBucket(call: BucketNameCall): Promise<ApiResponse> {
  const { s3, request, headers, bucketName } = call;
  const account = callerAccount(request.caller.principal);
  if (account === undefined) throw accessDenied();
  requireOnAccount(call, account, 's3:CreateBucket', bucketArnOf(bucketName, request.region));
  for (const name of headers.keys()) {
    if (name === 'x-amz-acl' || name.startsWith('x-amz-grant-')) throw headerNotImplemented(name);
  }
  const region = (await locationConstraint(call)) ?? 'us-east-1';
  if (region !== request.region) {
    const message = `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    throw new ApiError('IllegalLocationConstraintException', 400, message);
  }
  const all = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
  const settings = {
    name: bucketName,
    account,
    region,
    ownership: readOwnership(headers.get('x-amz-object-ownership')),
  };
  s3.buckets.create({ ...settings, publicAccessBlock: all }, new Date(s3.clock()));
  return { status: 200, headers: { location: `/${bucketName}` } };
}

async function locationConstraint(call: ServiceCall): Promise<string | undefined> {
  if (!call.headers.has('content-length') || call.headers.get('content-length') === '0') return undefined;
  const text = await readXmlBody(call, planBody(call.request, call.headers));
  const body = createBucketSchema.safeParse(parseXml(text, 'CreateBucketConfiguration'));
  if (!body.success) throw malformedXml();
  return body.data.LocationConstraint;
}

function readOwnership(header: string | undefined): BucketSettings['ownership'] {
  switch (header) {
    case undefined:
      return 'BucketOwnerEnforced';
    case 'BucketOwnerEnforced':
    case 'BucketOwnerPreferred':
    case 'ObjectWriter':
      return header;
    default:
      throw invalidArgument('Invalid x-amz-object-ownership header', 'x-amz-object-ownership', header);
  }
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
    headers: { 'x-amz-bucket-region': call.bucket.settings.region, 'x-amz-access-point-alias': 'false' },
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
