/** The ARNs that both sides of a relay derive from cdk.json. */
import { partitionOf } from './config/regions.ts';
import type { PullingRouteContext, RelayContext, RouteContext } from './config/relay-context.ts';
import { relayNames } from './names.ts';

/**
 * Each team derives every ARN from `cdk.json` alone, so that no stack reads another one's outputs, and they can be deployed in any order.
 */

export function relayRoleArn({ source }: RelayContext): string {
  return `arn:${partitionOf(source.region)}:iam::${source.account}:role${source.rolePath}${source.relayRoleName}`;
}

export function replayRoleArn(config: RelayContext): string {
  const { source } = config;
  return `arn:${partitionOf(source.region)}:iam::${source.account}:role${source.rolePath}${relayNames(config).replayRole}`;
}

/** @param name with its qualifier, if there is one */
export function functionArn({ account, region }: RelayContext['source'], name: string): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
}

export function queueArn({ account, region }: RelayContext['source'], name: string): string {
  return `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;
}

export function scheduleGroupArn(config: RelayContext): string {
  const { account, region } = config.source;
  return `arn:${partitionOf(region)}:scheduler:${region}:${account}:schedule-group/${relayNames(config).scheduleGroup}`;
}

export function writerRoleArn({ destination, writerRoleName, writerRolePath }: RouteContext): string {
  return `arn:${partitionOf(destination.region)}:iam::${destination.account}:role${writerRolePath}${writerRoleName}`;
}

export function readerRoleArn({ pull }: PullingRouteContext): string {
  return `arn:${partitionOf(pull.region)}:iam::${pull.account}:role${pull.readerRolePath}${pull.readerRoleName}`;
}

export function bucketArn(bucket: string, region: string): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

/** All keys under a prefix, as the resource of a statement. */
export function objectsArn(bucket: string, region: string, prefix: string): string {
  return `${bucketArn(bucket, region)}/${prefix}*`;
}
