/** The public face of the package: constructs for CDK apps. */
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
