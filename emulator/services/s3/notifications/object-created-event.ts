/** The event that S3 sends to EventBridge when an object has been created. */
import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from '../../../core/event.ts';
import { bucketArnOf } from '../../../core/partition.ts';
import type { ObjectCreated } from './s3-notification.ts';

const REASONS: Record<ObjectCreated['eventName'], string> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
};

/**
 * S3's `Object Created` event (S3 User Guide, "EventBridge event message structure"). Unlike in a notification, the key is not encoded.
 * `requester` is the bucket owner's account: who else wrote it isn't known here by account.
 */
export function objectCreatedEvent(event: ObjectCreated): EventBridgeEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: event.bucketAccount,
    time: event.time.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: event.region,
    resources: [bucketArnOf(event.bucket, event.region)],
    detail: {
      version: '0',
      bucket: { name: event.bucket },
      object: {
        key: event.key,
        size: event.sizeBytes,
        etag: event.eTag,
        ...(event.versionId === undefined ? {} : { 'version-id': event.versionId }),
        sequencer: event.sequencer,
      },
      'request-id': event.requestId,
      requester: event.bucketAccount,
      'source-ip-address': event.sourceIp,
      reason: REASONS[event.eventName],
    },
  };
}
