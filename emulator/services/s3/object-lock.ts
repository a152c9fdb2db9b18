/** Object Lock: how long new versions are retained by default, and what that refuses. */
import { ApiError } from '../../core/api.ts';
import type { BodyPlan } from './body/body-plan.ts';
import { invalidRequest } from './errors.ts';
import type { AnyVersion, Bucket } from './state/bucket.ts';
import type { Retention } from './state/model.ts';

const DAY_MS = 86_400_000;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
export function retentionFrom({ settings }: Bucket, now: number): { retention?: Retention } {
  const byDefault = settings.objectLock?.defaultRetention;
  if (!byDefault) return {};
  return { retention: { mode: byDefault.mode, until: new Date(now + byDefault.days * DAY_MS) } };
}

/**
 * What is to be retained must be known to have arrived whole, in one piece or in parts:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 * @throws ApiError `InvalidRequest`, in S3's words (s3tools/s3cmd#1436, versity/versitygw#1776)
 */
export function requireDigest(
  { settings }: Bucket,
  { contentMd5, checksum }: BodyPlan,
  request: 'Object' | 'Part',
): void {
  if (!settings.objectLock?.defaultRetention || contentMd5 !== undefined || checksum !== undefined) return;
  throw invalidRequest(
    `Content-MD5 OR x-amz-checksum- HTTP header is required for Put ${request} requests with Object Lock parameters`,
  );
}

/** @throws ApiError `AccessDenied` while a version is retained; nothing here may bypass that */
export function refuseWhileRetained(version: AnyVersion | undefined, now: number): void {
  if (version?.kind !== 'object' || !version.retention || version.retention.until.getTime() <= now) return;
  throw new ApiError('AccessDenied', 403, 'Access Denied because object protected by object lock.');
}
