/** Turns the properties of an UploadRelay into what cdk.json would say. */
import { Aws, SizeRoundingBehavior, Stack, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IConstruct } from 'constructs';
import { ConfigError } from '../config/mistakes.ts';
import { addUnresolvedRegion } from '../config/regions.ts';
import { DEFAULT_NAME } from '../config/relay-schema.ts';
import { bucketName } from '../names.ts';
import { keyBehind } from '../prop-kinds.ts';
import { nameOf } from './field-names.ts';
import type { SourceBucketProps } from './part-props.ts';
import { refuseWrongProps } from './relay-kinds.ts';
import type { AuditProps, InventoryProps, ReconciliationProps, ScheduledReplayProps } from './replay-props.ts';
import type { UploadRelayProps } from './upload-relay-props.ts';
import { UploadRoute } from './upload-route.ts';

/** What isn't whole is refused later, by the name of its property. */
const AS_IT_IS = { integral: false };
const UNROUNDED = { rounding: SizeRoundingBehavior.NONE };

const CAN_BE_ROLE = /^[\w+=,.@-]{1,64}$/;

/** The context `relay`, unchecked, with tokens in it. */
export function contextOf(relay: IConstruct, props: UploadRelayProps): object {
  refuseWrongProps(relay, props);
  refuseOtherRoutes(relay, props);
  const stack = Stack.of(relay);
  const { account, region } = stack;
  if (Token.isUnresolved(region))
    addUnresolvedRegion(region, { partition: Aws.PARTITION, domainSuffix: Aws.URL_SUFFIX });
  const { name = DEFAULT_NAME, rolePath } = props;
  // What is wrong with the name is said once.
  const { roleName = CAN_BE_ROLE.test(name) ? name : DEFAULT_NAME } = props;
  const routes = props.routes.map((route) => route._context(region));
  const hasOwn = props.source !== undefined || routes.some((route) => !('pull' in route && route.pull));
  return {
    source: {
      account,
      region,
      ...(hasOwn && sourceOf(stack, props.source ?? {}, bucketName('uploads', stack, name))),
      topicArn: props.topic?.topicArn,
      relayRoleName: roleName,
      rolePath,
    },
    routes,
    relay: { name, ...settingsOf(stack, props), acknowledge: props.acknowledge },
  };
}

/** Types tell most people, but not those who write JavaScript. */
function refuseOtherRoutes(relay: IConstruct, { source, routes }: UploadRelayProps): void {
  if (Array.isArray(source)) {
    const advice = 'make a relay of each, with a name of its own';
    throw new ConfigError(
      `${nameOf(relay)}: prop "source" has ${source.length} buckets, and a relay has one of its own: ${advice}.`,
    );
  }
  const index = routes.findIndex((route) => !(route instanceof UploadRoute));
  if (index === -1) return;
  throw new ConfigError(
    `${nameOf(relay)}: prop "routes[${index}]" is no UploadRoute: make it by UploadRoute.to or UploadRoute.pull.`,
  );
}

export function isBucket(source: UploadRelayProps['source']): source is IBucket {
  return source !== undefined && 'bucketArn' in source;
}

function sourceOf(stack: Stack, source: IBucket | SourceBucketProps, newName: string): object {
  if (isBucket(source)) {
    return { bucket: source.bucketName, existingBucket: true, kmsKeyArn: keyArnOf(stack, source.encryptionKey) };
  }
  const { bucketName: bucket = newName, versioned, encryptionKey } = source;
  return { bucket, versioned, kmsKeyArn: keyArnOf(stack, encryptionKey) };
}

/** Policies name the region of the key, which a token doesn't tell. It is that of the bucket: S3 takes no other key. */
function keyArnOf(stack: Stack, given: IKey | undefined): string | undefined {
  const key = keyBehind(given);
  if (key === undefined || !Token.isUnresolved(key.keyArn)) return key?.keyArn;
  const { region } = stack;
  return stack.formatArn({
    service: 'kms',
    region,
    account: key.env.account,
    resource: 'key',
    resourceName: key.keyId,
  });
}

function settingsOf(stack: Stack, props: UploadRelayProps): object {
  const { batchOperationsBucket, largeObjectSize, memorySize, objective, reconciliation } = props;
  return {
    memoryMiB: memorySize?.toMebibytes(UNROUNDED),
    timeoutSeconds: props.timeout?.toSeconds(AS_IT_IS),
    batchSize: props.batchSize,
    maximumConcurrency: props.maxConcurrency,
    retryDelaySeconds: props.retryDelay?.toSeconds(AS_IT_IS),
    latePutSeconds: props.latePut?.toSeconds(AS_IT_IS),
    lateCompleteSeconds: props.lateComplete?.toSeconds(AS_IT_IS),
    awaitRoleHours: props.awaitRole?.toHours(AS_IT_IS),
    largeObjects: props.largeObjects,
    largeObjectBytes: largeObjectSize?.toBytes(UNROUNDED),
    largeWorkers: props.largeWorkers,
    replay: props.replay,
    replays: props.replays?.map(replayOf),
    reconciliation: reconciliation && reconciliationOf(reconciliation),
    ...(reconciliation === false && { reconciliation }),
    audit: props.audit && auditOf(stack, props.audit),
    batchOperations: batchOperationsBucket && { bucket: batchOperationsBucket.bucketName },
    canary: props.canary,
    protectLedger: props.protectLedger,
    events: props.events,
    objectiveSeconds: objective?.within?.toSeconds(AS_IT_IS),
    objectivePercent: objective?.percent,
    routeAlarms: props.routeAlarms,
    alarmEmail: props.alarmEmail,
    logRetentionDays: props.logRetention,
  };
}

function replayOf({ schedule, flexibleWindow, lookBack, ...rest }: ScheduledReplayProps): object {
  return {
    ...rest,
    ...timesOf(schedule),
    flexibleMinutes: flexibleWindow?.toMinutes(AS_IT_IS),
    lookBackHours: lookBack?.toHours(AS_IT_IS),
  };
}

function reconciliationOf({ schedule, missingAfter, since, inventory, ...rest }: ReconciliationProps): object {
  return {
    ...rest,
    ...timesOf(schedule),
    missingAfterMinutes: missingAfter?.toMinutes(AS_IT_IS),
    since: since && momentOf(since),
    inventory: inventory && inventoryOf(inventory),
  };
}

/** Whole seconds, or a day, as people write it into cdk.json. */
function momentOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`.replace('T00:00:00Z', '');
}

function inventoryOf({ bucket, inventoryId, prefix, staleAfter }: InventoryProps): object {
  return { bucket: bucket.bucketName, id: inventoryId, prefix, staleAfterDays: staleAfter?.toDays(AS_IT_IS) };
}

function auditOf(
  stack: Stack,
  { bucket, encryptionKey = bucket?.encryptionKey, schedule, ...rest }: AuditProps,
): object {
  return { ...rest, ...timesOf(schedule), bucket: bucket?.bucketName, kmsKeyArn: keyArnOf(stack, encryptionKey) };
}

function timesOf(schedule: ScheduleExpression | undefined): object {
  return { schedule: schedule?.expressionString, timeZone: schedule?.timeZone?.timezoneName };
}
