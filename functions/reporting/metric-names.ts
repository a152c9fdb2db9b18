/** The names under which CloudWatch keeps what the functions measure: the dashboard and the alarms in `infra/` read them. */
export const METRICS_NAMESPACE = 'UploadRelay';

/** Every metric of ours has the dimension `service`, which is the relay's name; those of a route have the dimension `route` besides. */
export const METRICS = {
  /** Count and bytes of deliveries along a route; one that is repeated counts again. */
  objectsDelivered: 'ObjectsDelivered',
  bytesDelivered: 'BytesDelivered',
  /** Given up: the reason is in the ledger. Bytes are those that the event spoke of, if it did. */
  objectsFailed: 'ObjectsFailed',
  bytesFailed: 'BytesFailed',
  /** Milliseconds from the upload, as the event has it, to the receipt; of each route, and of all together. */
  deliveryLatency: 'DeliveryLatency',
  /** Seconds since a message was first sent that is now sent anew; the oldest one's. SQS's own figure starts afresh with each sending. */
  oldestRequeued: 'OldestRequeued',
  /** Uploads of large objects. Each that was begun is finished or orphaned in the end; what is left over is under way. */
  largeUploadsBegun: 'LargeUploadsBegun',
  largeUploadsFinished: 'LargeUploadsFinished',
  /** Given up with parts in it, which cost storage until the destination's lifecycle rule removes them. */
  orphanedUploads: 'OrphanedUploads',
  /** 1 when a check found nothing wrong, else 0. */
  checkPassed: 'CheckPassed',
  checkFailedLines: 'CheckFailedLines',
} as const;
