/** The public face of the package: constructs for CDK apps. */

export type { RelaySideProps } from './granted/relay-side.ts';
export { UploadDestination } from './upload-destination/upload-destination.ts';
export type { UploadDestinationProps } from './upload-destination/upload-destination-props.ts';
export { UploadReader } from './upload-reader/upload-reader.ts';
export type { UploadReaderProps } from './upload-reader/upload-reader-props.ts';
export type { DeliveryObjective, ReceiptEvents, SourceBucketProps } from './upload-relay/part-props.ts';
export type { RouteMetricOptions } from './upload-relay/relay-metric-options.ts';
export type {
  AuditProps,
  InventoryProps,
  ReconciliationProps,
  ReplaySelection,
  ScheduledReplayProps,
} from './upload-relay/replay-props.ts';
export { UploadRelay } from './upload-relay/upload-relay.ts';
export type { UploadRelayProps } from './upload-relay/upload-relay-props.ts';
export {
  type PulledBucket,
  type PullRouteProps,
  UploadRoute,
  type UploadRouteProps,
} from './upload-relay/upload-route.ts';
