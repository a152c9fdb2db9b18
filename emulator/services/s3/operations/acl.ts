/** GetObjectAcl and PutObjectAcl. */
import { canonicalUserId } from '../../../core/accounts.ts';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { findRequested, requireOnKey } from '../access.ts';
import { callerAccount, type ObjectCall } from '../call.ts';
import { writeContext } from '../condition-keys.ts';
import { accessDenied, headerNotImplemented, invalidArgument, notImplemented } from '../errors.ts';
import { xmlResponse } from '../wire.ts';

const CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
];

export interface Ownership {
  owner: string;
  bucketOwnerFullControl: boolean;
}

/**
 * Who owns a new object, and what its ACL header means for that. With ACLs off, the bucket's owner owns everything and
 * only `bucket-owner-full-control`, which asks for nothing else, is let pass.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 * @throws ApiError `AccessControlListNotSupported` 400, `InvalidArgument`, `AccessDenied` for a blocked public ACL,
 *   `NotImplemented` for an ACL that would let others in, since ACLs aren't evaluated here
 */
export function resolveOwnership(call: ObjectCall): Ownership {
  const { account, ownership, publicAccessBlock } = call.bucket.settings;
  const acl = call.headers.get('x-amz-acl');
  const grant = [...call.headers.keys()].find((name) => name.startsWith('x-amz-grant-'));
  if (ownership === 'BucketOwnerEnforced') {
    if (grant !== undefined || (acl !== undefined && acl !== 'bucket-owner-full-control')) throw aclNotSupported();
    return { owner: account, bucketOwnerFullControl: true };
  }
  if (acl !== undefined && !CANNED_ACLS.includes(acl))
    throw invalidArgument(`There is no canned ACL named ${acl}`, 'x-amz-acl', acl);
  if (acl?.startsWith('public-') && publicAccessBlock?.blockPublicAcls) throw accessDenied();
  if (grant !== undefined) throw headerNotImplemented(grant);
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw notImplemented(`the ACL ${acl}`);
  }
  const bucketOwnerFullControl = acl === 'bucket-owner-full-control';
  const takenOver = bucketOwnerFullControl && ownership === 'BucketOwnerPreferred';
  const writer = callerAccount(call.request.caller.principal) ?? account;
  return { owner: takenOver ? account : writer, bucketOwnerFullControl: takenOver || bucketOwnerFullControl };
}

function aclNotSupported(): ApiError {
  return new ApiError('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs');
}

export function putObjectAcl(call: ObjectCall): ApiResponse {
  requireOnKey(call, 's3:PutObjectAcl', writeContext(call.headers));
  if (call.bucket.settings.ownership === 'BucketOwnerEnforced') throw aclNotSupported();
  throw notImplemented('PutObjectAcl on a bucket with ACLs');
}

export function getObjectAcl(call: ObjectCall): ApiResponse {
  const object = findRequested(call, 's3:GetObjectAcl', 's3:GetObjectVersionAcl');
  const accounts = new Set([object.owner, ...(object.bucketOwnerFullControl ? [call.bucket.settings.account] : [])]);
  const response = xmlResponse('AccessControlPolicy', {
    Owner: { ID: canonicalUserId(object.owner) },
    AccessControlList: {
      Grant: [...accounts].map((account) => ({
        Grantee: { ID: canonicalUserId(account) },
        Permission: 'FULL_CONTROL',
      })),
    },
  });
  const grantee = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">';
  return { ...response, body: response.body.replaceAll('<Grantee>', grantee) };
}
