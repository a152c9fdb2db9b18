/** What kind each property of an UploadRelay and of its routes is. */
import type { IConstruct } from 'constructs';
import {
  BUCKET,
  CHECKED_LATER,
  DATE,
  DURATION,
  KEY,
  type Kinds,
  LIST,
  MANAGED_POLICY,
  OBJECT,
  refuseWrongKinds,
  SCHEDULE,
  SIZE,
  TOPIC,
} from '../prop-kinds.ts';
import { nameOf } from './field-names.ts';
import type { DeliveryObjective, SourceBucketProps } from './part-props.ts';
import type { AuditProps, InventoryProps, ReconciliationProps, ScheduledReplayProps } from './replay-props.ts';
import type { UploadRelayProps } from './upload-relay-props.ts';

const RELAY: Kinds<UploadRelayProps> = {
  source: { ...OBJECT, what: 'an object: a bucket, or properties of a new one' },
  topic: TOPIC,
  routes: LIST,
  name: CHECKED_LATER,
  roleName: CHECKED_LATER,
  rolePath: CHECKED_LATER,
  permissionsBoundary: MANAGED_POLICY,
  removalPolicy: CHECKED_LATER,
  protectLedger: CHECKED_LATER,
  memorySize: SIZE,
  timeout: DURATION,
  batchSize: CHECKED_LATER,
  maxConcurrency: CHECKED_LATER,
  retryDelay: DURATION,
  latePut: DURATION,
  lateComplete: DURATION,
  awaitRole: DURATION,
  largeObjects: CHECKED_LATER,
  largeObjectSize: SIZE,
  largeWorkers: CHECKED_LATER,
  replay: CHECKED_LATER,
  replays: LIST,
  reconciliation: { is: (value) => value === false || OBJECT.is(value), what: 'false or an object: {…}' },
  audit: OBJECT,
  batchOperationsBucket: BUCKET,
  canary: CHECKED_LATER,
  events: CHECKED_LATER,
  objective: OBJECT,
  routeAlarms: CHECKED_LATER,
  alarmEmail: CHECKED_LATER,
  logRetention: CHECKED_LATER,
  acknowledge: CHECKED_LATER,
};
const SOURCE: Kinds<SourceBucketProps> = {
  bucketName: CHECKED_LATER,
  versioned: CHECKED_LATER,
  encryptionKey: KEY,
};
const OBJECTIVE: Kinds<DeliveryObjective> = { within: DURATION, percent: CHECKED_LATER };
const REPLAY: Kinds<ScheduledReplayProps> = {
  name: CHECKED_LATER,
  schedule: SCHEDULE,
  flexibleWindow: DURATION,
  prefix: CHECKED_LATER,
  route: CHECKED_LATER,
  only: CHECKED_LATER,
  lookBack: DURATION,
  objectsPerSecond: CHECKED_LATER,
};
const RECONCILIATION: Kinds<ReconciliationProps> = {
  schedule: SCHEDULE,
  missingAfter: DURATION,
  since: DATE,
  objectsPerSecond: CHECKED_LATER,
  inventory: OBJECT,
};
const INVENTORY: Kinds<InventoryProps> = {
  bucket: BUCKET,
  inventoryId: CHECKED_LATER,
  prefix: CHECKED_LATER,
  staleAfter: DURATION,
};
const AUDIT: Kinds<AuditProps> = {
  bucket: BUCKET,
  prefix: CHECKED_LATER,
  encryptionKey: KEY,
  schedule: SCHEDULE,
  route: CHECKED_LATER,
  defuseFormulas: CHECKED_LATER,
};

/** @throws ConfigError that names the property */
export function refuseWrongProps(relay: IConstruct, props: UploadRelayProps): void {
  const who = nameOf(relay);
  refuseWrongKinds(who, RELAY, props && { ...props, routes: props.routes ?? null });
  const { source, objective, reconciliation, audit, replays = [] } = props;
  if (source && !Array.isArray(source) && !('bucketArn' in source)) refuseWrongKinds(who, SOURCE, source, 'source.');
  if (objective) refuseWrongKinds(who, OBJECTIVE, objective, 'objective.');
  if (reconciliation) refuseWrongKinds(who, RECONCILIATION, reconciliation, 'reconciliation.');
  if (reconciliation !== false && reconciliation?.inventory)
    refuseWrongKinds(who, INVENTORY, reconciliation.inventory, 'reconciliation.inventory.');
  if (audit) refuseWrongKinds(who, AUDIT, audit, 'audit.');
  for (const [index, each] of replays.entries()) refuseWrongKinds(who, REPLAY, each, `replays[${index}].`);
}
