/** What of an AWS stays from one start to the next, service by service. */
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
