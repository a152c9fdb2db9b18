/** All services of the local AWS, and how they are tied to each other. */
import { join } from 'node:path';
import { IamAuthorizer } from './authorization/authorizer.ts';
import type { Organization } from './authorization/organization.ts';
import type { Clock, Service } from './core/api.ts';
import { Lateness, type LatenessOptions } from './core/lateness.ts';
import type { LogLine } from './core/log-line.ts';
import { Ticker } from './core/ticker.ts';
import { EventFaults } from './faults/event-faults.ts';
import type { Faults } from './faults/faults.ts';
import { interceptor } from './faults/intercept.ts';
import { LateLandings } from './faults/late-landings.ts';
import { redelivery } from './faults/redelivery.ts';
import type { Intercept } from './http/gateway.ts';
import { type CloudServices, resourceTypes } from './resource-types.ts';
import { CloudFormationService } from './services/cloudformation/service.ts';
import { CloudWatchService } from './services/cloudwatch/service.ts';
import { CloudWatch } from './services/cloudwatch/store.ts';
import { recordDelivery, recordInvocation, recordQueue } from './services/cloudwatch/vended-metrics.ts';
import { DynamoDbService } from './services/dynamodb/service.ts';
import { Repositories } from './services/ecr/store.ts';
import { EventBridgeService } from './services/eventbridge/service.ts';
import { EventBus } from './services/eventbridge/state/event-bus.ts';
import { ScheduledRules } from './services/eventbridge/state/scheduled-rules.ts';
import { IamService } from './services/iam/service.ts';
import { Directory } from './services/iam/state/directory.ts';
import { LateDirectory } from './services/iam/state/late-directory.ts';
import { KmsService } from './services/kms/service.ts';
import { KeyRegistry } from './services/kms/store.ts';
import { CodeArchives } from './services/lambda/code-archives.ts';
import { RoleSessions } from './services/lambda/runtime/role-sessions.ts';
import { LambdaService } from './services/lambda/service.ts';
import { LogsService } from './services/logs/service.ts';
import { LogStore } from './services/logs/store.ts';
import { BucketNotifications } from './services/s3/notifications/bucket-notifications.ts';
import type { ObjectCreated } from './services/s3/notifications/s3-notification.ts';
import { S3Service } from './services/s3/service.ts';
import { Scheduler } from './services/scheduler/store.ts';
import { Topics } from './services/sns/store.ts';
import { SqsService } from './services/sqs/service.ts';
import { SsmService } from './services/ssm/service.ts';
import { ParameterStore } from './services/ssm/store.ts';
import { StsService } from './services/sts/service.ts';
import { CloudFormation } from './templates/cloudformation.ts';

export interface ServicesOptions {
  clock: Clock;
  /** Holds objects and logs. */
  folder: string;
  /** Whether what is in it outlives the process. */
  isKept: boolean;
  /** The certificate authority that functions trust. */
  caFile: string;
  /** Where all services listen, once they do. */
  endpoint: () => string;
  maxSandboxes: number;
  movesFunctionClocks: boolean;
  faults: Faults | undefined;
  lateness: LatenessOptions | undefined;
  organization: Organization | undefined;
  deploySeed: number | undefined;
  onLog: (line: LogLine) => void;
  onObjectCreated: (event: ObjectCreated) => void;
  onUnexpectedError: (error: unknown) => void;
}

/** What templates can put something into, and what they can't. */
export interface Services extends CloudServices {
  sts: StsService;
  cloudFormation: CloudFormation;
  ticker: Ticker;
  eventFaults: EventFaults | undefined;
  lateLandings: LateLandings;
  lateness: Lateness;
  /** Where requests' keys are looked up. */
  keyFinder: LateDirectory;
  /** What CloudWatch measures of queues each minute. */
  recordQueues(): void;
  /** Those that answer requests, by the name in the credential scope. */
  byScope: Record<string, Service>;
  intercept: Intercept | undefined;
}

export function makeServices(options: ServicesOptions): Services {
  const { clock, folder, caFile, endpoint, maxSandboxes, movesFunctionClocks, faults, onUnexpectedError } = options;
  const directory = new Directory(clock);
  const lateness = new Lateness(clock, options.lateness);
  const seen = new LateDirectory(directory, lateness, 'permissions');
  const authorizer = new IamAuthorizer(seen, options.organization, clock);
  const keys = new KeyRegistry();
  const topics = new Topics({ authorizer });
  const cloudWatch = new CloudWatch({ clock, topics, onUnexpectedError });
  const onLine = (line: LogLine) => {
    cloudWatch.readLine(line);
    options.onLog(line);
  };
  const logs = new LogStore({ folder, clock, onLine });
  const sqs = new SqsService({
    authorizer,
    directory,
    clock,
    endpoint,
    lateness,
    ...(faults && { onReceived: redelivery(faults) }),
  });
  const sts = new StsService({ directory: new LateDirectory(directory, lateness, 'trust'), authorizer });
  const eventBus = new EventBus({
    sqs,
    onDelivery: (delivery) => recordDelivery(cloudWatch.metrics, delivery, clock()),
  });
  const notifications = new BucketNotifications({ sqs, eventBus, clock, lateness });
  const publish = (event: ObjectCreated) =>
    lateness.later(`events of ${event.bucket}`, () => notifications.publish(event));
  const eventFaults = faults && new EventFaults(faults, publish);
  const s3 = new S3Service({
    authorizer,
    clock,
    notifications,
    folder: join(folder, 'objects'),
    isKept: options.isKept,
    kmsKey: (arn) => keys.get(arn),
    resolveKmsKey: (key, place) => keys.resolve(key, place),
    principals: directory,
    onObjectCreated: (event) => {
      options.onObjectCreated(event);
      return eventFaults ? eventFaults.deliver(event) : publish(event);
    },
  });
  const dynamodb = new DynamoDbService({ authorizer });
  const sessions = new RoleSessions({ directory, sts, clock });
  const lambda = new LambdaService({
    authorizer,
    sessions,
    logs,
    clock,
    endpoint,
    caFile,
    maxSandboxes,
    movesFunctionClocks,
    sqs,
    lateness,
    onUnexpectedError,
    onInvocation: (invoked) => recordInvocation(cloudWatch.metrics, invoked, clock()),
  });
  const invoke = lambda.invokeForService.bind(lambda);
  const scheduledRules = new ScheduledRules({ clock, invoke });
  const scheduler = new Scheduler({
    clock,
    invoke,
    assume: (assumption) => sts.assumeRoleAsService(assumption),
    callerOf: (credentials) => sessions.callerOf(credentials),
    send: (...message) => void sqs.sendMessage(...message),
    lateness,
  });
  const parameters = new ParameterStore();
  const resources: CloudServices = {
    clock,
    directory,
    authorizer,
    keys,
    topics,
    cloudWatch,
    logs,
    sqs,
    eventBus,
    notifications,
    s3,
    dynamodb,
    lambda,
    codeArchives: new CodeArchives({ s3, folder: join(folder, 'code') }),
    parameters,
    scheduledRules,
    scheduler,
    repositories: new Repositories(),
  };
  const cloudFormation = new CloudFormation({
    types: resourceTypes,
    services: resources,
    clock,
    seed: options.deploySeed,
  });
  const recordQueues = () => {
    for (const queue of sqs.all()) recordQueue(cloudWatch.metrics, queue, clock());
  };
  const byScope = {
    s3,
    sts,
    iam: new IamService({ directory, authorizer }),
    kms: new KmsService({ keys, authorizer }),
    sqs,
    lambda,
    dynamodb,
    events: new EventBridgeService({ authorizer, eventBus, scheduledRules, clock }),
    logs: new LogsService({ store: logs, authorizer }),
    monitoring: new CloudWatchService({ cloudWatch, authorizer, measure: recordQueues }),
    ssm: new SsmService({ store: parameters, authorizer }),
    cloudformation: new CloudFormationService({
      cloudFormation,
      authorizer,
      s3,
      sts,
      parameters,
      clock,
      endpoint,
      onUnexpectedError,
    }),
  };
  const lateLandings = new LateLandings(onUnexpectedError);
  const sandboxOf = (accessKeyId: string) => lambda.sandboxOf(accessKeyId);
  return {
    ...resources,
    sts,
    cloudFormation,
    eventFaults,
    lateLandings,
    lateness,
    keyFinder: new LateDirectory(directory, lateness, 'keys'),
    ticker: new Ticker({ clock, firing: [scheduledRules, scheduler], onError: onUnexpectedError }),
    byScope,
    recordQueues,
    intercept: faults && interceptor({ faults, lateLandings, directory, sandboxOf }),
  };
}
