/** The typed configuration of each function: settings beside the bundle, and the environment. */
import { DEPLOYED_VARIABLE } from './deployed-settings.ts';
import { RelayError } from './errors.ts';
import { type ListedRoute, routesIntoSources } from './route.ts';
import {
  type CheckSettings,
  checkSettings,
  invalidSettings,
  parseSettings,
  type RelaySettings,
  type ReplaySettings,
  relaySettings,
  replaySettings,
  settingsText,
} from './settings.ts';

export type Environment = Record<string, string | undefined>;

/** Where the relay remembers roles of other accounts. */
export interface RoleMemoryConfig {
  /** The name of the table that keeps the receipts, and the memory of roles. */
  ledgerTable: string;
  /** The relay role's unique id at the last deployment, `AROA…`; it changes when the role is created anew. */
  deployedRoleId: string;
}

export interface RelayConfig extends RelaySettings, RoleMemoryConfig {
  queueUrl: string;
  deadLetterQueueUrl: string;
}

export interface CheckConfig extends CheckSettings, RoleMemoryConfig {
  /** The rule that takes an existing bucket's events, and the mapping that feeds the relay: only the canary is told their names. */
  ruleName?: string | undefined;
  mappingId?: string | undefined;
}

export interface ReplayConfig extends ReplaySettings {
  queueUrl: string;
  queueArn: string;
  deadLetterQueueArn: string;
  ledgerTable: string;
}

/**
 * Reads what `infra/` writes: the environment, and the settings beside the bundle.
 * @throws RelayError `ConfigurationInvalid`, naming the variable or the field
 */
export function readConfig(env: Environment, settings = settingsText()): RelayConfig {
  return {
    ...withoutLoop(parseSettings(settings, relaySettings, env[DEPLOYED_VARIABLE])),
    queueUrl: required(env, 'QUEUE_URL'),
    deadLetterQueueUrl: required(env, 'DEAD_LETTER_QUEUE_URL'),
    ...readRoleMemory(env),
  };
}

/** @throws RelayError `ConfigurationInvalid` */
export function readCheckConfig(env: Environment, settings = settingsText()): CheckConfig {
  const { RULE_NAME: ruleName, MAPPING_ID: mappingId } = env;
  return {
    ...withoutLoop(parseSettings(settings, checkSettings, env[DEPLOYED_VARIABLE])),
    ...readRoleMemory(env),
    ruleName,
    mappingId,
  };
}

/** @throws RelayError `ConfigurationInvalid` */
export function readReplayConfig(env: Environment, settings = settingsText()): ReplayConfig {
  return {
    ...withBucket(parseSettings(settings, replaySettings, env[DEPLOYED_VARIABLE])),
    queueUrl: required(env, 'QUEUE_URL'),
    queueArn: required(env, 'QUEUE_ARN'),
    deadLetterQueueArn: required(env, 'DEAD_LETTER_QUEUE_ARN'),
    ledgerTable: required(env, 'LEDGER_TABLE'),
  };
}

function readRoleMemory(env: Environment): RoleMemoryConfig {
  return { ledgerTable: required(env, 'LEDGER_TABLE'), deployedRoleId: required(env, 'RELAY_ROLE_ID') };
}

function withoutLoop<S extends RelaySettings | CheckSettings>(settings: S): S {
  const [loop] = routesIntoSources(settings.sourceBucket, settings.routes);
  if (!loop) return withBucket(settings);
  const { bucket, prefix } = loop.destination;
  throw invalidSettings(
    `route "${loop.name}" writes to the bucket "${bucket}" under "${prefix}", where a route would take it again: an endless loop`,
  );
}

function withBucket<S extends { sourceBucket?: string | undefined; routes: readonly ListedRoute[] }>(settings: S): S {
  if (settings.sourceBucket !== undefined || settings.routes.every(({ pull }) => pull)) return settings;
  throw invalidSettings('field "sourceBucket": it is missing, though not every route pulls');
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value) return value;
  const message = `Environment variable ${name}: it is missing or empty.`;
  throw new RelayError({ code: 'ConfigurationInvalid', message, retryable: false });
}
