/** What S3 tells the world about a new object: the notification in a queue, and the event on EventBridge. */
import { createHash } from 'node:crypto';
import { canonicalUserId } from '../../../core/accounts.ts';
import { bucketArnOf } from '../../../core/partition.ts';
import { encodeKey } from '../key-encoding.ts';

/** An object has become visible in a bucket. */
export interface ObjectCreated {
  bucket: string;
  bucketAccount: string;
  region: string;
  /** As the user wrote it: not encoded. */
  key: string;
  sizeBytes: number;
  /** Without quotes. */
  eTag: string;
  versionId?: string;
  /** Hex; grows with every event of the same key. */
  sequencer: string;
  eventName:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Post'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload';
  /** Whoever wrote it, e.g. `AWS:AROAEXAMPLE:session`. */
  principalId: string;
  sourceIp: string;
  requestId: string;
  time: Date;
}

export interface NotificationFilter {
  prefix?: string;
  suffix?: string;
}

/** The message body that a queue gets (User Guide, "Event message structure", version 2.1). */
export function s3Notification(event: ObjectCreated, configurationId: string): object {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: event.region,
        eventTime: event.time.toISOString(),
        eventName: event.eventName,
        userIdentity: { principalId: event.principalId },
        requestParameters: { sourceIPAddress: event.sourceIp },
        responseElements: { 'x-amz-request-id': event.requestId, 'x-amz-id-2': hostId(event.requestId) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: event.bucket,
            ownerIdentity: { principalId: ownerPrincipalId(event.bucketAccount) },
            arn: bucketArnOf(event.bucket, event.region),
          },
          object: {
            key: encodeKey(event.key),
            size: event.sizeBytes,
            eTag: event.eTag,
            ...(event.versionId === undefined ? {} : { versionId: event.versionId }),
            sequencer: event.sequencer,
          },
        },
      },
    ],
  };
}

/** What S3 sends once to each queue that a notification configuration names, to see whether it may. */
export function s3TestEvent(bucket: string, requestId: string, time: Date): object {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: time.toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: hostId(requestId),
  };
}

/** Does an event type such as `s3:ObjectCreated:*` cover this event? */
export function coversEvent(eventType: string, eventName: ObjectCreated['eventName']): boolean {
  return eventType === 's3:ObjectCreated:*' || eventType === `s3:${eventName}`;
}

/**
 * Prefix and suffix are compared with the *encoded* key: S3 wants spaces in a filter written as `+` and special characters percent-encoded
 * (User Guide, "Configuring event notifications using object key name filtering"), so a filter `a=b/` never matches, `a%3Db/` does.
 */
export function matchesFilter({ prefix = '', suffix = '' }: NotificationFilter, key: string): boolean {
  const encoded = encodeKey(key);
  return encoded.startsWith(prefix) && encoded.endsWith(suffix);
}

function hostId(requestId: string): string {
  return createHash('sha384').update(requestId).digest('base64');
}

/** Not the canonical user id, but the shorter customer id that notifications carry. */
function ownerPrincipalId(account: string): string {
  return `A${canonicalUserId(account).slice(0, 13).toUpperCase()}`;
}
