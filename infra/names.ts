/** The names of all resources and stacks of a relay. */
import { createHash } from 'node:crypto';
import { isUnresolvedRegion } from './config/regions.ts';
import type { RelayContext } from './config/relay-context.ts';
import { DEFAULT_NAME } from './config/relay-schema.ts';

/** What the roles of other accounts are called unless somebody says otherwise, so that both sides agree without being told. */
export const DEFAULT_WRITER_ROLE = `${DEFAULT_NAME}-writer`;
export const DEFAULT_READER_ROLE = `${DEFAULT_NAME}-reader`;
/** As the relay of the default name has it. */
export const DEFAULT_REPLAY_ROLE = `${DEFAULT_NAME}-replay`;

/** A durable function is invoked by a version or an alias. */
export const LIVE_ALIAS = 'live';
/** The schedule of `relay.audit`. Names of replays have no underscore, so it is none of theirs. */
export const AUDIT_SCHEDULE = '_audit';
/** Where S3 Batch Operations jobs report, in the bucket of their manifests. */
export const REPORTS_PREFIX = 'reports/';

/** A bucket's name has 63 characters. An account takes 12 of them, a region 14, and the kind of the bucket 7. */
const LONGEST_START = 20;

/** Where something is deployed. */
type Place = Pick<RelayContext['source'], 'account' | 'region'>;

/** What the stacks of a relay are called, by the side that deploys them. */
export type StackKind = 'source' | 'destination' | 'reader';

/** As much of a configuration as the names are made of. */
export interface Named {
  source: Pick<RelayContext['source'], 'account' | 'region'>;
  relay: Pick<RelayContext['relay'], 'name'>;
}

/** What a relay's resources are called in one region of its account. */
export interface RelayNames {
  relayFunction: string;
  largeFunction: string;
  partFunction: string;
  replayFunction: string;
  checkFunction: string;
  canaryFunction: string;
  queue: string;
  deadLetterQueue: string;
  ledgerTable: string;
  /** Runs the check once a day. */
  canaryRule: string;
  /** Has canaries dropped. */
  dropRule: string;
  /** Of EventBridge Scheduler; the schedules in it are called as `relay.replays` has them. */
  scheduleGroup: string;
  alarmTopic: string;
  dashboard: string;
  canaryRole: string;
  replayRole: string;
  schedulerRole: string;
  /** Of S3 Batch Operations jobs that invoke the relay. */
  batchRole: string;
  /** Of the audit's reports, unless `relay.audit` names another. */
  reportBucket: string;
}

/**
 * Every name derives from the relay's own name, so that one account can have several relays. Roles and dashboards are account-wide, so
 * their names contain the region as well. Those of the default name don't, since they have been deployed without it.
 */
export function relayNames({ source, relay }: Named): RelayNames {
  const { name } = relay;
  const accountWide = name === DEFAULT_NAME ? '' : `-${source.region}`;
  return {
    relayFunction: name,
    largeFunction: `${name}-large`,
    partFunction: `${name}-part`,
    replayFunction: `${name}-replay`,
    checkFunction: `${name}-check`,
    canaryFunction: `${name}-canary`,
    queue: name,
    deadLetterQueue: `${name}-dead-letters`,
    ledgerTable: `${name}-ledger`,
    canaryRule: `${name}-canary`,
    dropRule: `${name}-canary-drop`,
    scheduleGroup: name,
    alarmTopic: `${name}-alarms`,
    dashboard: `${name}${accountWide}`,
    canaryRole: `${name}-canary${accountWide}`,
    replayRole: `${name}-replay${accountWide}`,
    schedulerRole: `${name}-scheduler${accountWide}`,
    batchRole: `${name}-batch${accountWide}`,
    reportBucket: bucketName('reports', source, name),
  };
}

/**
 * The bucket of the audit's reports. The name of a bucket is unique in all accounts and has at most 63 characters, without capitals: the
 * account is in it, and the region and the capitals of the relay's name are in the hash.
 */
export function reportBucket(config: Pick<RelayContext, 'source' | 'relay'>): string {
  return config.relay.audit.bucket ?? relayNames(config).reportBucket;
}

/**
 * What a bucket of the relay is called when nobody says it. Where only the deployment knows the region, the name has the region itself and
 * less of the relay's name: a hash can't be made of it.
 */
export function bucketName(kind: string, { account, region }: Place, relayName: string): string {
  const name = relayName.toLowerCase();
  if (!isUnresolvedRegion(region)) return `${name}-${kind}-${account}-${hashOf(`${region}/${relayName}`)}`;
  return `${name.slice(0, LONGEST_START)}-${kind}-${account}-${hashOf(relayName)}-${region}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 5);
}

/** A stack has the same name in each account and region, so that adding a route never renames one. */
export function stackName({ relay }: Pick<Named, 'relay'>, kind: StackKind): string {
  return `${relay.name}-${kind}`;
}

export function logGroupName(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/**
 * The schedule of a reconciliation. Names of replays have no underscore, so it is none of theirs.
 * @param route of one that pulls
 */
export function reconciliationSchedule(route?: string): string {
  return route === undefined ? '_reconciliation' : `_reconciliation-${route}`;
}

/** @param suffix tells alarms of one kind apart, by route */
export function alarmName({ relay }: Pick<Named, 'relay'>, kind: string, suffix = ''): string {
  return `${relay.name}-${kind}${suffix}`;
}

/** The `source` of the events that the relay puts onto EventBridge's default bus, and the `service` of its metrics. */
export function serviceName({ relay }: Pick<Named, 'relay'>): string {
  return relay.name;
}
