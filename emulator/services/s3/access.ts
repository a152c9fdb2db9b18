/** Whether a caller may do something to a bucket or an object, and what S3 answers instead. */
import type { AccessRequest, ContextKeys } from '../../core/api.ts';
import { type BucketCall, callerAccount, type ObjectCall, type ServiceCall } from './call.ts';
import { creationContext, requestContext, writeContext } from './condition-keys.ts';
import { accessDenied } from './errors.ts';
import { isPublic } from './public-policy.ts';
import type { Bucket } from './state/bucket.ts';
import type { ObjectVersion } from './state/model.ts';

interface BucketAccess extends AccessRequest {
  bucket: Bucket;
}

/** Asks IAM, the bucket's policy and its public access block. Each function throws ApiError `AccessDenied` (403) or returns. */

/** For what needs no bucket: the caller's own account decides. */
export function requireOnAccount(call: ServiceCall, account: string, action: string, resource: string): void {
  const { caller } = call.request;
  const context = { 's3:ResourceAccount': account, ...requestContext(call) };
  call.s3.authorizer.authorize({ caller, action, resource, resourceAccount: account, context });
}

export function requireOnBucket(call: BucketCall, action: string, context: ContextKeys = {}): void {
  authorize(call, bucketAccess(call, call.bucket, call.bucket.arn, action, context));
}

export function requireOnKey(call: ObjectCall, action: string, context: ContextKeys = {}): void {
  authorize(call, bucketAccess(call, call.bucket, `${call.bucket.arn}/${call.key}`, action, context));
}

/** The right to read an object that exists. */
export function requireOnObject(
  call: BucketCall,
  bucket: Bucket,
  object: ObjectVersion,
  action: string,
  context?: ContextKeys,
): void {
  authorize(call, objectAccess(call, bucket, object, action, context));
}

export function isAllowedOnObject(call: BucketCall, object: ObjectVersion, action: string): boolean {
  const { bucket, ...access } = objectAccess(call, call.bucket, object, action);
  return !isBlockedPublicAccess(call, bucket) && call.s3.authorizer.isAllowed(access);
}

/**
 * The bucket's policy speaks for objects of the bucket's owner only: one that another account wrote and owns is that
 * account's to share.
 */
function objectAccess(
  call: BucketCall,
  bucket: Bucket,
  object: ObjectVersion,
  action: string,
  asked: ContextKeys = {},
): BucketAccess {
  const context = { ...asked };
  for (const [key, value] of object.tags) context[`s3:ExistingObjectTag/${key}`] = value;
  const versionId = call.query.get('versionId');
  if (versionId !== null) context['s3:VersionId'] = versionId;
  const access = bucketAccess(call, bucket, `${bucket.arn}/${object.key}`, action, context);
  if (object.owner === bucket.settings.account) return access;
  const caller = callerAccount(call.request.caller.principal);
  const sharedWithBucketOwner = object.bucketOwnerFullControl && caller === bucket.settings.account;
  const resourceAccount = sharedWithBucketOwner ? bucket.settings.account : object.owner;
  return { ...access, resourceAccount, resourcePolicy: undefined };
}

/**
 * Finds what a GET or HEAD asks for. To one who may not list the bucket, a missing object looks like a forbidden one.
 * @param action without a version id; `actionOnVersion` with one
 * @throws ApiError `AccessDenied`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed`
 */
export function findReadable(
  call: ObjectCall,
  action: string,
  actionOnVersion: string,
  versionId: string | undefined,
  context: ContextKeys = {},
): ObjectVersion {
  const { bucket, key } = call;
  const required = versionId === undefined ? action : actionOnVersion;
  const versions = bucket.versions(key);
  const version = versionId === undefined ? versions[0] : versions.find((each) => each.versionId === versionId);
  if (version?.kind === 'object') {
    requireOnObject(call, bucket, version, required, context);
    return version;
  }
  requireOnKey(call, required, { ...context, ...(versionId !== undefined && { 's3:VersionId': versionId }) });
  // S3 asks as if for a listing of that key (observed on S3 in ceph#68577 and kopia#3072).
  requireOnBucket(call, 's3:ListBucket', { 's3:prefix': key });
  return bucket.find(key, versionId);
}

/** `findReadable` for the version that the query names. */
export function findRequested(
  call: ObjectCall,
  action: string,
  actionOnVersion: string,
  context?: ContextKeys,
): ObjectVersion {
  return findReadable(call, action, actionOnVersion, call.query.get('versionId') ?? undefined, context);
}

/**
 * The context keys of requests that create an object, and the further actions that their headers ask for.
 * @param creates whether the request itself makes the object visible, as CreateMultipartUpload doesn't
 */
export function requireWrite(call: ObjectCall, creates: boolean): void {
  const { headers } = call;
  const context = { ...writeContext(call.headers), ...creationContext(creates) };
  requireOnKey(call, 's3:PutObject', context);
  if (headers.has('x-amz-tagging')) requireOnKey(call, 's3:PutObjectTagging', context);
  if (hasAclHeaders(call)) requireOnKey(call, 's3:PutObjectAcl', context);
  if (headers.has('if-match')) requireOnKey(call, 's3:GetObject');
}

export function hasAclHeaders({ headers }: ObjectCall): boolean {
  return [...headers.keys()].some((name) => name === 'x-amz-acl' || name.startsWith('x-amz-grant-'));
}

/**
 * Of UploadPart and CompleteMultipartUpload. Neither takes a header about encryption, so what the upload was begun with counts: S3's
 * reference is silent, but the policies that AWS publishes to enforce encryption would refuse every part otherwise.
 */
export function requirePart(call: ObjectCall, creates: boolean): void {
  const uploadId = call.query.get('uploadId') ?? '';
  const begun = call.bucket.uploads.get(uploadId) ?? call.bucket.completed.get(uploadId);
  const context = { ...writeContext(call.headers), ...begun?.encryptionContext, ...creationContext(creates) };
  requireOnKey(call, 's3:PutObject', context);
  if (call.headers.has('if-match')) requireOnKey(call, 's3:GetObject');
}

function bucketAccess(
  call: BucketCall,
  bucket: Bucket,
  resource: string,
  action: string,
  context: ContextKeys,
): BucketAccess {
  return {
    bucket,
    caller: call.request.caller,
    action,
    resource,
    resourceAccount: bucket.settings.account,
    resourcePolicy: bucket.settings.policy,
    context: {
      's3:ResourceAccount': bucket.settings.account,
      ...requestContext(call),
      ...context,
    },
  };
}

function authorize(call: BucketCall, { bucket, ...access }: BucketAccess): void {
  if (isBlockedPublicAccess(call, bucket)) throw accessDenied();
  call.s3.authorizer.authorize(access);
}

/**
 * A public policy lets in the owner's account and services only, where the block restricts it: other accounts lose what the policy gives
 * them by name, too. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
function isBlockedPublicAccess(call: BucketCall, { settings }: Bucket): boolean {
  const { policy, publicAccessBlock, account } = settings;
  if (!publicAccessBlock?.restrictPublicBuckets || !policy || !isPublic(policy)) return false;
  const { principal } = call.request.caller;
  return principal.kind !== 'service' && callerAccount(principal) !== account;
}
