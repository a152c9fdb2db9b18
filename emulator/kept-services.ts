/** What of an AWS stays from one start to the next, service by service. */
import { basename } from 'node:path';
import type { Keeper } from './core/keeper.ts';
import type { Services } from './services.ts';

/** By the name of the service's document, in the order in which they are restored. */
export function keepersOf(services: Services): Record<string, Keeper> {
  const codeFolder = services.codeArchives.folder;
  return {
    iam: services.directory,
    kms: services.keys,
    ssm: services.parameters,
    ecr: services.repositories,
    s3: services.s3.keeper,
    's3-notifications': services.notifications,
    sqs: services.sqs,
    dynamodb: services.dynamodb,
    sns: services.topics,
    cloudwatch: services.cloudWatch,
    logs: services.logs,
    events: services.eventBus,
    'scheduled-rules': services.scheduledRules,
    scheduler: services.scheduler,
    lambda: services.lambda.keeper(codeFolder),
    cloudformation: services.cloudFormation.keeper(codeFolder),
  };
}

/** The names of the folders of all code that may still be run, or gone back to. */
export function codeInUse({ lambda, cloudFormation }: Services): Set<string> {
  const functions = lambda.functions.state.entries.flatMap(({ latest, versions }) => [latest, ...versions.values()]);
  const running = lambda.durableExecutions.list().map(({ target }) => target.function);
  const resources = cloudFormation.stacks.present().flatMap((stack) => [...stack.resources.values()]);
  const assets = resources.flatMap(({ context }) => [...context.assets.values()]);
  return new Set(
    [...[...functions, ...running].map(({ taskRoot }) => taskRoot), ...assets].map((path) => basename(path)),
  );
}
