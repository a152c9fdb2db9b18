/** The policy and the trust of each role as JSON, for those who make roles by other means than these stacks. Pure. */
import {
  type OwnObjects,
  readStatements,
  type Statement,
  sourceStatements,
  writeStatements,
} from '../functions/aws/policies.ts';
import { assumeStatement, trustStatement } from '../functions/aws/trust-policies.ts';
import type { Pulling } from '../functions/core/route.ts';
import { bucketArn, readerRoleArn, relayRoleArn, replayRoleArn, writerRoleArn } from './arns.ts';
import { runtimeRoute } from './config/function-settings.ts';
import {
  ownSource,
  type PullingRouteContext,
  pullingRoutes,
  type RelayContext,
  type RouteContext,
} from './config/relay-context.ts';

/** A document as IAM takes it. */
export interface PolicyJson {
  Version: '2012-10-17';
  Statement: Statement[];
}

/** A role, as `aws iam create-role` and `aws iam put-role-policy` take it. */
export interface RolePolicies {
  roleArn: string;
  /** Who may assume it. */
  trust: PolicyJson;
  /** What it may do. */
  policy: PolicyJson;
}

/** The role in account B that a route writes with. */
export function writerPolicies(config: RelayContext, route: RouteContext): RolePolicies {
  return {
    roleArn: writerRoleArn(route),
    trust: document([trustStatement([relayRoleArn(config)], route.externalId)]),
    policy: document(writeStatements(runtimeRoute(route))),
  };
}

/** The role in a customer's account that a route in pull mode reads with. */
export function readerPolicies(config: RelayContext, route: PullingRouteContext): RolePolicies {
  return {
    roleArn: readerRoleArn(route),
    trust: document([trustStatement(readingRoles(config), route.pull.externalId)]),
    policy: document(readStatements(runtimeRoute(route) as Pulling)),
  };
}

/**
 * The relay's own role: what it may do in buckets, and which roles it may assume. What it may do with queues, ledger, logs and functions
 * is left out, since the stack that makes these grants it.
 */
export function relayPolicies(config: RelayContext): RolePolicies {
  const own = ownObjects(config);
  const roles = [...config.routes.map(writerRoleArn), ...pullingRoutes(config).map(readerRoleArn)].sort();
  return {
    roleArn: relayRoleArn(config),
    trust: document([
      {
        Sid: 'TrustLambda',
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ]),
    policy: document([...(own ? sourceStatements(own) : []), assumeStatement(roles)]),
  };
}

/** The roles of the relay's account that read or list a customer's bucket. */
export function readingRoles(config: RelayContext): string[] {
  return config.relay.replay ? [relayRoleArn(config), replayRoleArn(config)] : [relayRoleArn(config)];
}

/** What the relay reads by its own role. Undefined when every route pulls. */
export function ownObjects(config: RelayContext): OwnObjects | undefined {
  const own = ownSource(config);
  return (
    own && {
      bucketArn: bucketArn(own.bucket, config.source.region),
      prefixes: [...new Set(own.routes.map(({ filter }) => filter.prefix))].sort(),
      withTags: own.routes.some(({ copyTags }) => copyTags),
      withCanary: config.relay.canary,
      kmsKeyArn: config.source.kmsKeyArn,
    }
  );
}

function document(statements: Statement[]): PolicyJson {
  return { Version: '2012-10-17', Statement: statements };
}
