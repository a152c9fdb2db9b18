/** What there is in all accounts, whoever made it: what a deleted stack leaves behind shows here. */

import { arnOf } from './core/partition.ts';
import type { CloudServices } from './resource-types.ts';

/** The ARNs of everything a template can make, sorted; mappings by what they tie together. The operators are left out. */
export async function inventory(services: CloudServices): Promise<string[]> {
  const { directory, s3, sqs, lambda, dynamodb, logs, eventBus, scheduledRules, scheduler, cloudWatch, topics } =
    services;
  const identities = directory
    .accounts()
    .flatMap((account) => [
      ...directory.rolesOf(account),
      ...directory.usersOf(account).filter(({ name }) => name !== 'operator'),
    ]);
  const functions = lambda.functions
    .all()
    .flatMap((fn) => [
      fn.arn,
      ...[...lambda.functions.versionsOf(fn.arn), ...fn.aliases.keys()].map((qualifier) => `${fn.arn}:${qualifier}`),
    ]);
  return [
    ...identities.map(({ arn }) => arn),
    ...directory.accounts().flatMap((account) => directory.groupsOf(account).map(({ arn }) => arn)),
    ...directory.managedPolicies.arns(),
    ...directory.instanceProfiles.all().map(({ arn }) => arn),
    ...s3.buckets().map(({ arn }) => arn),
    ...sqs.all().map(({ arn }) => arn),
    ...functions,
    ...lambda.mappings().map(({ queueArn, functionArn }) => `${queueArn} → ${functionArn}`),
    ...(await dynamodb.tableArns()),
    ...logs.groups().map((group) => arnOf('logs', group, `log-group:${group.name}`)),
    ...eventBus.ruleArns(),
    ...scheduledRules.arns(),
    ...scheduler.groupArns(),
    ...scheduler.arns(),
    ...cloudWatch.alarmArns(),
    ...cloudWatch.dashboards.keys(),
    ...topics.arns(),
    ...services.keys.arns(),
    ...services.parameters.arns(),
    ...services.repositories.arns(),
  ].sort();
}
