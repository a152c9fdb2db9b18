/** All operations of S3, and how a request chooses one. */
import type { ApiResponse } from '../../../core/api.ts';
import type { BucketCall, BucketNameCall, ObjectCall, Operation, ServiceCall } from '../call.ts';
import { invalidArgument, notImplemented } from '../errors.ts';
import { checkVersionId } from '../version-id.ts';
import { getObjectAcl, putObjectAcl } from './acl.ts';
import { getBucketNotificationConfiguration, putBucketNotificationConfiguration } from './bucket-notification.ts';
import {
  deleteBucket,
  getBucketEncryption,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './bucket-operations.ts';
import { deleteBucketPolicy, getBucketPolicy, getBucketPolicyStatus, putBucketPolicy } from './bucket-policy.ts';
import {
  deleteBucketEncryption,
  deleteBucketOwnershipControls,
  deletePublicAccessBlock,
  getBucketOwnershipControls,
  getPublicAccessBlock,
  putBucketEncryption,
  putBucketOwnershipControls,
  putBucketVersioning,
  putPublicAccessBlock,
} from './bucket-settings.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { copyObject } from './copy-object.ts';
import { createBucket } from './create-bucket.ts';
import { deleteObject, deleteObjects } from './delete-object.ts';
import { getObject, headObject } from './get-object.ts';
import { getObjectAttributes } from './get-object-attributes.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './list-objects.ts';
import { abortMultipartUpload, createMultipartUpload, listParts } from './multipart-upload.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.ts';
import { PLAIN_PARAMETERS, requireKnownParameters } from './parameters.ts';
import { putObject } from './put-object.ts';
import { uploadPart, uploadPartCopy } from './upload-part.ts';

/**
 * Which operation a request is: its method, what it names (nothing, a bucket, an object), and the query parameters that
 * choose one, in alphabetical order. A `copy` at the end stands for the header x-amz-copy-source.
 */
type Table<Call> = Record<string, Operation<Call>>;

export const serviceOperations: Table<ServiceCall> = {
  GET: listBuckets,
};

export const bucketNameOperations: Table<BucketNameCall> = {
  PUT: createBucket,
};

export const bucketOperations: Table<BucketCall> = {
  HEAD: headBucket,
  DELETE: deleteBucket,
  GET: listObjects,
  'GET encryption': getBucketEncryption,
  'GET list-type': listObjectsV2,
  'GET location': getBucketLocation,
  'GET notification': getBucketNotificationConfiguration,
  'GET uploads': listMultipartUploads,
  'GET versioning': getBucketVersioning,
  'GET versions': listObjectVersions,
  'POST delete': deleteObjects,
  'PUT notification': putBucketNotificationConfiguration,
  'DELETE encryption': deleteBucketEncryption,
  'DELETE ownershipControls': deleteBucketOwnershipControls,
  'DELETE policy': deleteBucketPolicy,
  'DELETE publicAccessBlock': deletePublicAccessBlock,
  'GET ownershipControls': getBucketOwnershipControls,
  'GET policy': getBucketPolicy,
  'GET policyStatus': getBucketPolicyStatus,
  'GET publicAccessBlock': getPublicAccessBlock,
  'PUT encryption': putBucketEncryption,
  'PUT ownershipControls': putBucketOwnershipControls,
  'PUT policy': putBucketPolicy,
  'PUT publicAccessBlock': putPublicAccessBlock,
  'PUT versioning': putBucketVersioning,
};

export const objectOperations: Table<ObjectCall> = {
  GET: getObject,
  HEAD: headObject,
  PUT: putObject,
  DELETE: deleteObject,
  'GET acl': getObjectAcl,
  'GET attributes': getObjectAttributes,
  'GET tagging': getObjectTagging,
  'GET uploadId': listParts,
  'PUT acl': putObjectAcl,
  'PUT copy': copyObject,
  'PUT tagging': putObjectTagging,
  'PUT partNumber uploadId': uploadPart,
  'PUT partNumber uploadId copy': uploadPartCopy,
  'POST uploadId': completeMultipartUpload,
  'POST uploads': createMultipartUpload,
  'DELETE tagging': deleteObjectTagging,
  'DELETE uploadId': abortMultipartUpload,
};

/** The part of a call that its operation is told by. */
type RequestParts = Pick<ServiceCall, 'request' | 'query' | 'headers'>;

/** All of them, by their names in the S3 API. */
export function operationNames(): string[] {
  const tables = [serviceOperations, bucketNameOperations, bucketOperations, objectOperations];
  return tables.flatMap((table) => Object.values<{ name: string }>(table).map(apiName));
}

/** Those on objects, by their names in the S3 API. */
export function objectOperationNames(): string[] {
  return Object.values(objectOperations).map(apiName);
}

/** The operation's name in the S3 API, e.g. `GetObject`. @throws ApiError as `chooseOperation` */
export function operationName(call: RequestParts, bucketName: string | undefined, key: string | undefined): string {
  return apiName(chooseFor(call, bucketName, key));
}

function apiName({ name }: { name: string }): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

function chooseFor(call: RequestParts, bucketName: string | undefined, key: string | undefined) {
  if (bucketName === undefined) return chooseOperation(serviceOperations, call);
  if (key !== undefined) return chooseOperation(objectOperations, call);
  return createsBucket(call) ? chooseOperation(bucketNameOperations, call) : chooseOperation(bucketOperations, call);
}

/** Of a request that names a bucket and no key: any other than this one is about a bucket that is there. */
export function createsBucket(call: RequestParts): boolean {
  return call.request.method === 'PUT' && choosingParameters(call).length === 0;
}

function choosingParameters({ request: { method }, query }: RequestParts): string[] {
  const isRead = method === 'GET' || method === 'HEAD';
  return [...new Set(query.keys())].filter((name) => {
    // `x-id` and the like tell the server nothing, and a presigned URL's x-amz- parameters have been read as headers.
    if (name.toLowerCase().startsWith('x-')) return false;
    if (name === 'partNumber' || name.startsWith('response-')) return !isRead;
    return !PLAIN_PARAMETERS.has(name);
  });
}

/** @throws ApiError as `chooseOperation`, `requireKnownParameters`, `checkVersionId` and the operation itself */
export function perform<Call extends ServiceCall>(table: Table<Call>, call: Call): ApiResponse | Promise<ApiResponse> {
  const operation = chooseOperation(table, call);
  requireKnownParameters(apiName(operation), call);
  const versionId = call.query.get('versionId');
  if (versionId !== null) checkVersionId(versionId, 'versionId');
  return operation(call);
}

/** @throws ApiError `NotImplemented` that names the request, `InvalidArgument` for a version where none can be meant */
function chooseOperation<Call extends ServiceCall>(table: Table<Call>, call: RequestParts): Operation<Call> {
  const { request, query, headers } = call;
  const { method } = request;
  const choosing = choosingParameters(call);
  const copies = method === 'PUT' && headers.has('x-amz-copy-source') ? ['copy'] : [];
  const name = [method, ...choosing.sort(), ...copies].join(' ');
  const operation = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!operation) throw notImplemented(`${method} ${request.rawPath} with [${[...choosing, ...copies].join(', ')}]`);
  const versionId = query.get('versionId');
  if (versionId !== null && /^(PUT( copy| partNumber.*)?|POST .*)$/.test(name)) {
    throw invalidArgument('This operation does not accept a version-id.', 'versionId', versionId);
  }
  return operation;
}
