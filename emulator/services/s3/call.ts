/** One S3 request, as its operation sees it. */
import type { ApiRequest, ApiResponse, Authorizer, Clock, Principal } from '../../core/api.ts';
import type { Headers } from './headers.ts';
import type { BucketNotifications } from './notifications/bucket-notifications.ts';
import type { BlobStore } from './state/blobs.ts';
import type { Bucket } from './state/bucket.ts';
import type { BucketRegistry } from './state/bucket-registry.ts';
import type { FindKmsKey, ObjectEventName, ObjectVersion, Principals, ResolveKmsKey } from './state/model.ts';

/** What every operation works with. */
export interface S3Context {
  authorizer: Authorizer;
  clock: Clock;
  blobs: BlobStore;
  buckets: BucketRegistry;
  notifications: BucketNotifications;
  kmsKey: FindKmsKey;
  resolveKmsKey: ResolveKmsKey;
  principals: Principals;
  /** Tells the bucket's listeners of an object that has just become visible. */
  announce(bucket: Bucket, object: ObjectVersion, origin: EventOrigin): Promise<void>;
}

export interface EventOrigin {
  eventName: ObjectEventName;
  principalId: string;
  sourceIp: string;
  requestId: string;
}

/** One request, taken apart. */
export interface ServiceCall {
  s3: S3Context;
  request: ApiRequest;
  headers: Headers;
  query: URLSearchParams;
}

export interface BucketNameCall extends ServiceCall {
  bucketName: string;
}

export interface BucketCall extends ServiceCall {
  bucket: Bucket;
}

export interface ObjectCall extends BucketCall {
  /** Decoded. */
  key: string;
}

export type Operation<Call> = (call: Call) => ApiResponse | Promise<ApiResponse>;

/** The account of whoever calls; nobody's for an anonymous request or a service. */
export function callerAccount(principal: Principal): string | undefined {
  return 'account' in principal ? principal.account : undefined;
}

/** The principal's ARN, as S3 names the initiator of an upload. */
export function principalArn(principal: Principal): string {
  switch (principal.kind) {
    case 'root':
    case 'user':
    case 'session':
      return principal.arn;
    case 'service':
      return principal.service;
    case 'anonymous':
      return 'anonymous';
  }
}

export function eventOrigin({ request }: ServiceCall, eventName: ObjectEventName): EventOrigin {
  const { principal, context } = request.caller;
  return {
    eventName,
    principalId: principalId(principal),
    sourceIp: String(context['aws:SourceIp'] ?? ''),
    requestId: request.requestId,
  };
}

/** As in `userIdentity.principalId` of an event. */
function principalId(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return `AWS:${principal.userId}`;
    case 'session':
      return `AWS:${principal.roleId}:${principal.sessionName}`;
    case 'root':
      return principal.account;
    case 'service':
      return principal.service;
    case 'anonymous':
      return 'Anonymous';
  }
}
