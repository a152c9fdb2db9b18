/** What cdk.json says, as properties of the construct that everybody else uses. */
import { Duration, Size, type Stack, TimeZone } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ownSource, type RelayContext, type RouteContext } from '../config/relay-context.ts';
import type { SourceBucketProps } from '../upload-relay/part-props.ts';
import type { AuditProps, ReconciliationProps, ScheduledReplayProps } from '../upload-relay/replay-props.ts';
import type { UploadRelayProps } from '../upload-relay/upload-relay-props.ts';
import { UploadRoute } from '../upload-relay/upload-route.ts';

/** @param stack holds what stands for existing buckets, keys and topics; no resource is made of them */
export function relayProps(stack: Stack, config: RelayContext): UploadRelayProps {
  const { source, relay } = config;
  const { reconciliation, batchOperations, alarmEmail } = relay;
  return {
    ...(ownSource(config) && { source: sourceOf(stack, config) }),
    ...(source.topicArn !== undefined && { topic: Topic.fromTopicArn(stack, 'Topic', source.topicArn) }),
    routes: config.routes.map(routeOf),
    name: relay.name,
    roleName: source.relayRoleName,
    rolePath: source.rolePath,
    protectLedger: relay.protectLedger,
    memorySize: Size.mebibytes(relay.memoryMiB),
    timeout: Duration.seconds(relay.timeoutSeconds),
    batchSize: relay.batchSize,
    maxConcurrency: relay.maximumConcurrency,
    retryDelay: Duration.seconds(relay.retryDelaySeconds),
    latePut: Duration.seconds(relay.latePutSeconds),
    lateComplete: Duration.seconds(relay.lateCompleteSeconds),
    awaitRole: Duration.hours(relay.awaitRoleHours),
    largeObjects: relay.largeObjects,
    largeObjectSize: Size.bytes(relay.largeObjectBytes),
    largeWorkers: relay.largeWorkers,
    replay: relay.replay,
    replays: relay.replays.map(replayOf),
    reconciliation: reconciliation && reconciliationOf(stack, reconciliation),
    audit: auditOf(stack, relay.audit),
    ...(batchOperations && { batchOperationsBucket: bucketOf(stack, 'BatchOperationsBucket', batchOperations.bucket) }),
    canary: relay.canary,
    events: relay.events,
    objective: { within: Duration.seconds(relay.objectiveSeconds), percent: relay.objectivePercent },
    routeAlarms: relay.routeAlarms,
    ...(alarmEmail !== undefined && { alarmEmail }),
    logRetention: relay.logRetentionDays,
    acknowledge: relay.acknowledge,
  };
}

function sourceOf(stack: Stack, { source }: RelayContext): IBucket | SourceBucketProps {
  const { existingBucket, versioned, kmsKeyArn } = source;
  const bucketName = source.bucket!;
  if (existingBucket) return bucketOf(stack, 'Bucket', bucketName, kmsKeyArn);
  return { bucketName, versioned, ...keyOf(stack, 'Bucket', kmsKeyArn) };
}

function bucketOf(stack: Stack, id: string, bucketName: string, kmsKeyArn?: string): IBucket {
  return Bucket.fromBucketAttributes(stack, id, { bucketName, ...keyOf(stack, id, kmsKeyArn) });
}

function keyOf(stack: Stack, id: string, arn: string | undefined) {
  return arn === undefined ? {} : { encryptionKey: Key.fromKeyArn(stack, `${id}Key`, arn) };
}

function routeOf(route: RouteContext): UploadRoute {
  const { destination, pull, storageClass, ...rest } = given(route);
  const { existingBucket, versioned, ...place } = given(destination);
  const props = { ...rest, ...place, ...(storageClass !== undefined && { storageClass: classOf(storageClass) }) };
  return pull ? UploadRoute.pull({ ...props, from: given(pull) }) : UploadRoute.to(props);
}

function classOf(rule: RouteContext['storageClass'] & {}): StorageClass | 'copy' | Record<string, StorageClass> {
  if (rule === 'copy') return rule;
  if (typeof rule === 'string') return new StorageClass(rule);
  return Object.fromEntries(Object.entries(rule).map(([from, to]) => [from, new StorageClass(to)]));
}

function replayOf(replay: RelayContext['relay']['replays'][number]): ScheduledReplayProps {
  const { schedule, timeZone, flexibleMinutes, lookBackHours, ...rest } = given(replay);
  return {
    ...rest,
    schedule: scheduleOf(schedule, timeZone),
    flexibleWindow: Duration.minutes(flexibleMinutes),
    ...(lookBackHours !== undefined && { lookBack: Duration.hours(lookBackHours) }),
  };
}

function reconciliationOf(
  stack: Stack,
  reconciliation: Exclude<RelayContext['relay']['reconciliation'], false>,
): ReconciliationProps {
  const { schedule, timeZone, missingAfterMinutes, since, inventory, ...rest } = given(reconciliation);
  return {
    ...rest,
    schedule: scheduleOf(schedule, timeZone),
    missingAfter: Duration.minutes(missingAfterMinutes),
    ...(since !== undefined && { since: new Date(since) }),
    ...(inventory && {
      inventory: {
        bucket: bucketOf(stack, 'InventoryBucket', inventory.bucket),
        inventoryId: inventory.id,
        prefix: inventory.prefix,
        staleAfter: Duration.days(inventory.staleAfterDays),
      },
    }),
  };
}

function auditOf(stack: Stack, audit: RelayContext['relay']['audit']): AuditProps {
  const { bucket, kmsKeyArn, schedule, timeZone, ...rest } = given(audit);
  return {
    ...rest,
    ...(bucket !== undefined && { bucket: bucketOf(stack, 'AuditBucket', bucket) }),
    ...keyOf(stack, 'Audit', kmsKeyArn),
    ...(schedule !== undefined && { schedule: scheduleOf(schedule, timeZone) }),
  };
}

function scheduleOf(expression: string, timeZone: string): ScheduleExpression {
  return ScheduleExpression.expression(expression, TimeZone.of(timeZone));
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without fields that are there and undefined, which properties don't take. */
function given<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Given<T>;
}
