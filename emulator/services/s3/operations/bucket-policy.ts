/** The policy of a bucket by the S3 API. */
import { readablePolicy } from '../../../authorization/readable-policy.ts';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import type { PolicyDocument } from '../../../core/policy-document.ts';
import { resourcePolicy } from '../../../templates/resource-policy.ts';
import { requireOnBucket } from '../access.ts';
import { readXmlBody } from '../body/body.ts';
import { planBody } from '../body/body-plan.ts';
import { checkBucketPolicy, malformedPolicy } from '../bucket-policy.ts';
import { type BucketCall, callerAccount } from '../call.ts';
import { isPublic } from '../public-policy.ts';
import { xmlResponse } from '../wire.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
export async function putBucketPolicy(call: BucketCall): Promise<ApiResponse> {
  const { bucket, headers, request } = call;
  requireOwn(call, 's3:PutBucketPolicy');
  const text = await readXmlBody(call, planBody(request, headers));
  if (!text.trimStart().startsWith('{') || !isJson(text)) {
    throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  }
  const policy = read(text, call);
  checkBucketPolicy(bucket, policy, request.caller.principal);
  bucket.settings.policy = policy;
  return { status: 204 };
}

export function getBucketPolicy(call: BucketCall): ApiResponse {
  requireOwn(call, 's3:GetBucketPolicy');
  const body = JSON.stringify(readablePolicy(policyOf(call), call.s3.principals));
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

export function getBucketPolicyStatus(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:GetBucketPolicyStatus');
  return xmlResponse('PolicyStatus', { IsPublic: isPublic(policyOf(call)) });
}

/** Without a policy, too, there is nothing to delete and no error. */
export function deleteBucketPolicy(call: BucketCall): ApiResponse {
  requireOwn(call, 's3:DeleteBucketPolicy');
  delete call.bucket.settings.policy;
  return { status: 204 };
}

/**
 * The owner's root may always change the policy, whatever the policy says; nobody of another account may, whoever it lets.
 * @throws ApiError `AccessDenied` (403), `MethodNotAllowed` (405)
 */
function requireOwn(call: BucketCall, action: string): void {
  const { principal } = call.request.caller;
  const isOwner = callerAccount(principal) === call.bucket.settings.account;
  if (isOwner && principal.kind === 'root') return;
  requireOnBucket(call, action);
  if (isOwner) return;
  throw new ApiError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
}

function policyOf({ bucket: { settings } }: BucketCall): PolicyDocument {
  if (settings.policy) return settings.policy;
  throw new ApiError('NoSuchBucketPolicy', 404, 'The bucket policy does not exist', { BucketName: settings.name });
}

/** @throws ApiError `MalformedPolicy` (400) for whatever is wrong with it */
function read(text: string, { s3, bucket }: BucketCall): PolicyDocument {
  const place = { services: { directory: s3.principals }, region: bucket.settings.region };
  try {
    return resourcePolicy('bucket policy', text, place);
  } catch (error) {
    throw malformedPolicy((error as Error).message);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
