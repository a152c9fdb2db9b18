import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnEventInvokeConfig, EventSourceMapping, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { RelayContext } from './config.ts';
import {
  bucketArn,
  EVENT_SOURCE,
  LOG_GROUP_NAME,
  objectsArn,
  partitionOf,
  RELAY_FUNCTION_NAME,
  writerRoleArn,
} from './contract.ts';
import type { Ledger } from './ledger.ts';
import { MAX_RECEIVES, type RelayQueue } from './relay-queue.ts';
import { runtimeRoute } from './runtime-route.ts';

export interface RelayFunctionProps {
  config: RelayContext;
}

export const REPOSITORY = new URL('../', import.meta.url);

/** One ESM file with the SDK in it: starts faster than the runtime's own SDK, and what was tested is what runs. */
export const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'],
  externalModules: [],
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
};

/** The relay and its role. Each method gives a permission together with the setting that goes with it. */
export class RelayFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly #config: RelayContext;

  constructor(scope: Construct, id: string, { config }: RelayFunctionProps) {
    super(scope, id);
    this.#config = config;
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: LOG_GROUP_NAME,
      retention: config.relay.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      roleName: config.source.relayRoleName,
      description: 'Upload Relay: reads the source bucket and assumes the writer roles',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.#allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`${this.logGroup.logGroupArn}`]);
    this.function = new NodejsFunction(this, 'Function', {
      functionName: RELAY_FUNCTION_NAME,
      description: 'Streams each uploaded object into the destination account',
      entry: fileURLToPath(new URL('functions/relay.ts', REPOSITORY)),
      projectRoot: fileURLToPath(REPOSITORY),
      depsLockFilePath: fileURLToPath(new URL('package-lock.json', REPOSITORY)),
      bundling: BUNDLING,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: config.relay.memoryMiB,
      timeout: Duration.seconds(config.relay.timeoutSeconds),
      role: this.role,
      logGroup: this.logGroup,
      // A young generation so small is collected before the buffers of a stream pile up: see functions/heap.ts.
      environment: { NODE_OPTIONS: '--max-semi-space-size=2' },
      // NodejsFunction's own setting is for version 2 of the SDK.
      awsSdkConnectionReuse: false,
    });
  }

  takesFrom({ queue }: RelayQueue): void {
    const { batchSize, maximumConcurrency, retryDelaySeconds } = this.#config.relay;
    this.#allow(
      'TakeMessages',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      [queue.queueArn],
    );
    this.#allow('PostponeMessages', ['sqs:ChangeMessageVisibility'], [queue.queueArn]);
    this.function.addEnvironment('QUEUE_URL', queue.queueUrl);
    this.function.addEnvironment('MAX_RECEIVES', String(MAX_RECEIVES));
    this.function.addEnvironment('RETRY_DELAY_SECONDS', String(retryDelaySeconds));
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: this.function,
      eventSourceArn: queue.queueArn,
      batchSize,
      maxConcurrency: maximumConcurrency,
      reportBatchItemFailures: true,
    });
    // Lambda tries the role out when the mapping is created.
    mapping.node.addDependency(this.role);
  }

  readsSource(): void {
    const { source, routes } = this.#config;
    const prefixes = [...new Set(routes.map(({ filter }) => filter.prefix))];
    const objects = prefixes.map((prefix) => objectsArn(source.bucket, source.region, prefix));
    const tagging = routes.some(({ copyTags }) => copyTags);
    this.#allow('ReadObjects', ['s3:GetObject', 's3:GetObjectVersion'], objects);
    for (const arn of objects) {
      acknowledge(
        this.role,
        `IAM5[Resource::${arn}]`,
        'Keys are not known beforehand: these are what the routes take.',
      );
    }
    if (tagging) this.#allow('ReadTags', ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'], objects);
    // Without it S3 answers 403 for a deleted object, and "gone" could not be told from "forbidden".
    this.#allow('TellMissingObjects', ['s3:ListBucket'], [bucketArn(source.bucket, source.region)]);
    if (source.kmsKeyArn !== undefined) this.#allow('DecryptObjects', ['kms:Decrypt'], [source.kmsKeyArn]);
    this.function.addEnvironment('SOURCE_BUCKET', source.bucket);
    this.function.addEnvironment('SOURCE_ACCOUNT', source.account);
  }

  writesAlongRoutes(): void {
    const { routes } = this.#config;
    this.#allow('AssumeWriterRoles', ['sts:AssumeRole'], routes.map(writerRoleArn));
    this.function.addEnvironment('ROUTES', JSON.stringify(routes.map(runtimeRoute)));
  }

  recordsIn({ table }: Ledger): void {
    this.#allow('WriteReceipts', ['dynamodb:PutItem'], [table.tableArn]);
    this.function.addEnvironment('LEDGER_TABLE', table.tableName);
  }

  /** Onto the account's default bus, and in no other name than our own. */
  reports(): void {
    const { account, region } = this.#config.source;
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'PutEvents',
        effect: Effect.ALLOW,
        actions: ['events:PutEvents'],
        resources: [`arn:${partitionOf(region)}:events:${region}:${account}:event-bus/default`],
        conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
      }),
    );
  }

  /** For messages that no retry can help, and for asynchronous invocations that failed for good. */
  setsAsideIn({ deadLetters }: RelayQueue): void {
    this.#allow('SetMessagesAside', ['sqs:SendMessage'], [deadLetters.queueArn]);
    this.function.addEnvironment('DEAD_LETTER_QUEUE_URL', deadLetters.queueUrl);
    const asynchronous = new CfnEventInvokeConfig(this, 'AsynchronousInvocations', {
      functionName: this.function.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: deadLetters.queueArn } },
    });
    asynchronous.node.addDependency(this.role);
  }

  #allow(sid: string, actions: string[], resources: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources }));
  }
}
