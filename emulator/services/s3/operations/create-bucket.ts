/** CreateBucket. */
import { z } from 'zod';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { bucketArnOf, dnsSuffixOf, isRegion } from '../../../core/partition.ts';
import { requireOnAccount } from '../access.ts';
import { readXmlBody } from '../body/body.ts';
import { planBody } from '../body/body-plan.ts';
import { type BucketNameCall, callerAccount } from '../call.ts';
import { accessDenied, headerNotImplemented, invalidArgument } from '../errors.ts';
import type { BucketSettings } from '../state/model.ts';
import { parseBody } from '../xml-schema.ts';

/** A constraint that is empty or left out means the first region. */
const createBucketSchema = z.preprocess(
  (body) => (body === '' ? {} : body),
  z.strictObject({ LocationConstraint: z.string().optional() }),
);

/** Whose endpoint makes buckets in any region, and takes the creation of one's own as done. */
const FIRST_REGION = 'us-east-1';

/**
 * A bucket has the defaults of S3 since April 2023: ACLs off, public access blocked.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
 */
export async function createBucket(call: BucketNameCall): Promise<ApiResponse> {
  const { s3, headers, bucketName, request } = call;
  const account = callerAccount(request.caller.principal);
  if (account === undefined) throw accessDenied();
  const authorize = (action: string) =>
    requireOnAccount(call, account, action, bucketArnOf(bucketName, request.region));
  authorize('s3:CreateBucket');
  for (const name of headers.keys()) {
    if (name === 'x-amz-acl' || name.startsWith('x-amz-grant-')) throw headerNotImplemented(name);
  }
  if (headers.has('x-amz-object-ownership')) authorize('s3:PutBucketOwnershipControls');
  const locks = readLock(headers.get('x-amz-bucket-object-lock-enabled'));
  if (locks) {
    authorize('s3:PutBucketObjectLockConfiguration');
    authorize('s3:PutBucketVersioning');
  }
  const region = await requestedRegion(call);
  const all = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
  const settings: BucketSettings = {
    name: bucketName,
    account,
    region,
    ownership: readOwnership(headers.get('x-amz-object-ownership')),
    publicAccessBlock: all,
    ...(locks && { objectLock: {}, versioning: 'Enabled' }),
  };
  if (!isDoneAlready(call, settings)) s3.buckets.create(settings, new Date(s3.clock()));
  const location = region === FIRST_REGION ? `/${bucketName}` : `http://${bucketName}.s3.${dnsSuffixOf(region)}/`;
  return { status: 200, headers: { location, 'x-amz-bucket-arn': bucketArnOf(bucketName, region) } };
}

/** Only there is it no error: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, BucketAlreadyOwnedByYou */
function isDoneAlready({ s3, request }: BucketNameCall, { name, account, region }: BucketSettings): boolean {
  if (request.region !== FIRST_REGION || region !== FIRST_REGION || !s3.buckets.has(name)) return false;
  const { settings } = s3.buckets.get(name);
  return settings.account === account && settings.region === FIRST_REGION;
}

/** @throws ApiError `IllegalLocationConstraintException`, `InvalidLocationConstraint` */
async function requestedRegion(call: BucketNameCall): Promise<string> {
  const here = call.request.region;
  const constraint = await locationConstraint(call);
  if (here === FIRST_REGION) {
    if (constraint === undefined) return FIRST_REGION;
    if (constraint !== FIRST_REGION && isRegion(constraint)) return constraint;
    throw new ApiError('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid', {
      LocationConstraint: constraint,
    });
  }
  if (constraint === here) return here;
  const message = `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw new ApiError('IllegalLocationConstraintException', 400, message);
}

async function locationConstraint(call: BucketNameCall): Promise<string | undefined> {
  if (!call.headers.has('content-length') || call.headers.get('content-length') === '0') return undefined;
  const text = await readXmlBody(call, planBody(call.request, call.headers));
  return parseBody(text, 'CreateBucketConfiguration', createBucketSchema).LocationConstraint || undefined;
}

function readLock(header: string | undefined): boolean {
  const name = 'x-amz-bucket-object-lock-enabled';
  if (header === undefined || /^(true|false)$/i.test(header)) return header?.toLowerCase() === 'true';
  throw invalidArgument('The value must be true or false', name, header);
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
