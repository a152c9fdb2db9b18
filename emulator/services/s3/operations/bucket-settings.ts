/** Settings of a bucket by the S3 API: ownership controls, public access block, encryption and versioning. */
import { z } from 'zod';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { requireOnBucket } from '../access.ts';
import { readXmlBody } from '../body/body.ts';
import { planBody } from '../body/body-plan.ts';
import type { BucketCall } from '../call.ts';
import { invalidArgument, malformedXml, notImplemented } from '../errors.ts';
import type { Encryption } from '../state/model.ts';
import { parseXml, xmlResponse } from '../wire.ts';

const Ownership = z.strictObject({
  Rule: z.strictObject({ ObjectOwnership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']) }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html */
export async function putBucketOwnershipControls(call: BucketCall): Promise<ApiResponse> {
  requireOnBucket(call, 's3:PutBucketOwnershipControls');
  const { Rule } = await readSettings(call, 'OwnershipControls', Ownership);
  call.bucket.settings.ownership = Rule.ObjectOwnership;
  delete call.bucket.settings.hidesOwnership;
  return { status: 200 };
}

export function getBucketOwnershipControls(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:GetBucketOwnershipControls');
  const { ownership, hidesOwnership, name } = call.bucket.settings;
  if (hidesOwnership) {
    const problem = 'The bucket ownership controls were not found';
    throw new ApiError('OwnershipControlsNotFoundError', 404, problem, { BucketName: name });
  }
  return xmlResponse('OwnershipControls', { Rule: { ObjectOwnership: ownership } });
}

/** Without them, objects are their writers', as they were before there were such controls. */
export function deleteBucketOwnershipControls(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:PutBucketOwnershipControls');
  Object.assign(call.bucket.settings, { ownership: 'ObjectWriter', hidesOwnership: true });
  return { status: 204 };
}

/** What isn't named is off. */
const flag = z
  .enum(['true', 'false', 'TRUE', 'FALSE'])
  .default('false')
  .transform((text) => text.toLowerCase() === 'true');
const Block = z.strictObject({
  BlockPublicAcls: flag,
  IgnorePublicAcls: flag,
  BlockPublicPolicy: flag,
  RestrictPublicBuckets: flag,
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html */
export async function putPublicAccessBlock(call: BucketCall): Promise<ApiResponse> {
  requireOnBucket(call, 's3:PutBucketPublicAccessBlock');
  const block = await readSettings(call, 'PublicAccessBlockConfiguration', Block);
  call.bucket.settings.publicAccessBlock = {
    blockPublicAcls: block.BlockPublicAcls,
    ignorePublicAcls: block.IgnorePublicAcls,
    blockPublicPolicy: block.BlockPublicPolicy,
    restrictPublicBuckets: block.RestrictPublicBuckets,
  };
  return { status: 200 };
}

export function getPublicAccessBlock(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:GetBucketPublicAccessBlock');
  const { publicAccessBlock: block, name } = call.bucket.settings;
  if (!block) {
    const problem = 'The public access block configuration was not found';
    throw new ApiError('NoSuchPublicAccessBlockConfiguration', 404, problem, { BucketName: name });
  }
  return xmlResponse('PublicAccessBlockConfiguration', {
    BlockPublicAcls: block.blockPublicAcls,
    IgnorePublicAcls: block.ignorePublicAcls,
    BlockPublicPolicy: block.blockPublicPolicy,
    RestrictPublicBuckets: block.restrictPublicBuckets,
  });
}

export function deletePublicAccessBlock(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:PutBucketPublicAccessBlock');
  delete call.bucket.settings.publicAccessBlock;
  return { status: 204 };
}

const EncryptionConfiguration = z.strictObject({
  Rule: z.strictObject({
    ApplyServerSideEncryptionByDefault: z.strictObject({
      SSEAlgorithm: z.string(),
      KMSMasterKeyID: z.string().min(1).optional(),
    }),
    BucketKeyEnabled: flag,
    BlockedEncryptionTypes: z.unknown().optional(),
  }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html */
export async function putBucketEncryption(call: BucketCall): Promise<ApiResponse> {
  requireOnBucket(call, 's3:PutEncryptionConfiguration');
  const { Rule } = await readSettings(call, 'ServerSideEncryptionConfiguration', EncryptionConfiguration);
  if (Rule.BlockedEncryptionTypes !== undefined) throw notImplemented("a bucket's BlockedEncryptionTypes");
  const { SSEAlgorithm, KMSMasterKeyID } = Rule.ApplyServerSideEncryptionByDefault;
  call.bucket.settings.encryption = encryptionOf(call, SSEAlgorithm, KMSMasterKeyID, Rule.BucketKeyEnabled);
  return { status: 200 };
}

/** @throws ApiError `InvalidArgument` (400); `NotImplemented` for double-layer encryption */
function encryptionOf(
  call: BucketCall,
  algorithm: string,
  key: string | undefined,
  usesBucketKey: boolean,
): Encryption {
  switch (algorithm) {
    case 'AES256':
      if (key === undefined) return { algorithm };
      throw invalidArgument(
        'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms',
        'KMSMasterKeyID',
        key,
      );
    case 'aws:kms':
      return {
        algorithm,
        ...(key !== undefined && { kmsKeyArn: keyArnOf(call, key) }),
        bucketKeyEnabled: usesBucketKey,
      };
    case 'aws:kms:dsse':
      throw notImplemented('dual-layer server-side encryption (aws:kms:dsse)');
    default:
      throw malformedXml();
  }
}

function keyArnOf({ s3, bucket }: BucketCall, key: string): string {
  try {
    return s3.resolveKmsKey(key, bucket.settings);
  } catch (error) {
    throw invalidArgument((error as Error).message, 'KMSMasterKeyID', key);
  }
}

/** Back to what every bucket has: SSE-S3. */
export function deleteBucketEncryption(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:PutEncryptionConfiguration');
  delete call.bucket.settings.encryption;
  return { status: 204 };
}

const Versioning = z.strictObject({
  Status: z.enum(['Enabled', 'Suspended']),
  MfaDelete: z.string().optional(),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
export async function putBucketVersioning(call: BucketCall): Promise<ApiResponse> {
  requireOnBucket(call, 's3:PutBucketVersioning');
  const { Status, MfaDelete } = await readSettings(call, 'VersioningConfiguration', Versioning);
  if (MfaDelete !== undefined) throw notImplemented("a bucket's MfaDelete");
  const { settings } = call.bucket;
  if (settings.objectLock && Status === 'Suspended') {
    const problem =
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.';
    throw new ApiError('InvalidBucketState', 409, problem, { BucketName: settings.name });
  }
  settings.versioning = Status;
  return { status: 200 };
}

/** @throws ApiError `MalformedXML` (400) */
async function readSettings<S extends z.ZodType>(call: BucketCall, root: string, schema: S): Promise<z.output<S>> {
  const text = await readXmlBody(call, planBody(call.request, call.headers));
  const parsed = schema.safeParse(parseXml(text, root));
  if (parsed.success) return parsed.data;
  throw malformedXml();
}
