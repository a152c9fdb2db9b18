import type { PullingRouteContext, RelayContext, RouteContext } from './config.ts';

/**
 * The names both sides share. Each team derives every ARN from `cdk.json` alone, so neither stack reads the other's
 * outputs and either may be deployed first.
 */

/** Regions of the partitions other than `aws` begin so: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const PARTITIONS: [regionStart: string, partition: string][] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
];

export const RELAY_FUNCTION_NAME = 'upload-relay';
export const LARGE_FUNCTION_NAME = 'upload-relay-large';
/** A durable function is invoked by a version or an alias. */
export const LARGE_ALIAS = 'live';
export const REPLAY_FUNCTION_NAME = 'upload-relay-replay';
export const REPLAY_ALIAS = 'live';
export const REPLAY_ROLE_NAME = 'upload-relay-replay';
export const PART_FUNCTION_NAME = 'upload-relay-part';
export const QUEUE_NAME = 'upload-relay';
export const DEAD_LETTER_QUEUE_NAME = 'upload-relay-dead-letters';
/** The `source` of the events that the relay puts onto EventBridge's default bus. */
export const EVENT_SOURCE = 'upload-relay';
export const LEDGER_TABLE_NAME = 'upload-relay-ledger';
export const LOG_GROUP_NAME = `/aws/lambda/${RELAY_FUNCTION_NAME}`;
export const CHECK_FUNCTION_NAME = 'upload-relay-check';
export const CANARY_RULE_NAME = 'upload-relay-canary';
/** Of EventBridge Scheduler; the schedules in it are called as `relay.replays` has them. */
export const SCHEDULE_GROUP_NAME = 'upload-relay';
export const SCHEDULER_ROLE_NAME = 'upload-relay-scheduler';
/** Of S3 Batch Operations jobs that invoke the relay, and where they report. */
export const BATCH_ROLE_NAME = 'upload-relay-batch';
export const REPORTS_PREFIX = 'reports/';
export const ALARM_TOPIC_NAME = 'upload-relay-alarms';
export const DASHBOARD_NAME = 'upload-relay';

export function partitionOf(region: string): string {
  return PARTITIONS.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';
}

export function relayRoleArn({ source }: RelayContext): string {
  return `arn:${partitionOf(source.region)}:iam::${source.account}:role/${source.relayRoleName}`;
}

export function replayRoleArn({ source }: RelayContext): string {
  return `arn:${partitionOf(source.region)}:iam::${source.account}:role/${REPLAY_ROLE_NAME}`;
}

/** @param name with its qualifier, if there is one */
export function functionArn({ account, region }: RelayContext['source'], name: string): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
}

export function scheduleGroupArn({ account, region }: RelayContext['source']): string {
  return `arn:${partitionOf(region)}:scheduler:${region}:${account}:schedule-group/${SCHEDULE_GROUP_NAME}`;
}

export function writerRoleArn({ destination, writerRoleName }: RouteContext): string {
  return `arn:${partitionOf(destination.region)}:iam::${destination.account}:role/${writerRoleName}`;
}

export function readerRoleArn({ pull }: PullingRouteContext): string {
  return `arn:${partitionOf(pull.region)}:iam::${pull.account}:role/${pull.readerRoleName}`;
}

export function bucketArn(bucket: string, region: string): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

/** All keys under a prefix, as the resource of a statement. */
export function objectsArn(bucket: string, region: string, prefix: string): string {
  return `${bucketArn(bucket, region)}/${prefix}*`;
}
