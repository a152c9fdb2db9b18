/** The names of the metrics that the functions publish; the dashboard and the alarms in `infra/` read them. */
export const METRICS_NAMESPACE = 'UploadRelay';

/** Every metric has the dimension `service`, which is the relay's name; those of a route also have the dimension `route`. */
export const METRICS = {
  /** Count and bytes of deliveries along a route; one that is repeated counts again. */
  objectsDelivered: 'ObjectsDelivered',
  bytesDelivered: 'BytesDelivered',
  /** Permanent failures: the reason is in the ledger. The bytes are those of the event, if it has them. */
  objectsFailed: 'ObjectsFailed',
  bytesFailed: 'BytesFailed',
  /** Milliseconds from the upload, by the event, to the receipt; for each route, and for all together. */
  deliveryLatency: 'DeliveryLatency',
  /** Seconds since the oldest requeued message was first sent. SQS's own metric starts afresh with each requeue. */
  oldestRequeued: 'OldestRequeued',
  /** Uploads of large objects. Each one that was begun is finished or orphaned in the end. */
  largeUploadsBegun: 'LargeUploadsBegun',
  largeUploadsFinished: 'LargeUploadsFinished',
  /** Uploads that ended incomplete; their parts cost storage until the destination's lifecycle rule removes them. */
  orphanedUploads: 'OrphanedUploads',
  /** 1 when a check found nothing wrong, else 0. */
  checkPassed: 'CheckPassed',
  checkFailedLines: 'CheckFailedLines',
  /** Of a reconciliation: objects without a receipt that should have had one, and the age of the oldest in seconds. */
  objectsMissing: 'ObjectsMissing',
  oldestMissing: 'OldestMissing',
  /** Objects that failed, as the ledger says, and are not delivered since. */
  objectsStillFailed: 'ObjectsStillFailed',
} as const;
