/** The relay's Lambda function, its role, and what they are granted. */
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig, EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { askCanaryStatement } from '../../functions/aws/door-policies.ts';
import { sourceStatements } from '../../functions/aws/policies.ts';
import { CANARY_PREFIX } from '../../functions/core/reserved-keys.ts';
import { functionArn, readerRoleArn, writerRoleArn } from '../arns.ts';
import { sharesOf } from '../config/concurrency.ts';
import { relaySettings } from '../config/function-settings.ts';
import { partitionOf } from '../config/regions.ts';
import { pullingRoutes, type RelayContext } from '../config/relay-context.ts';
import { LIVE_ALIAS, relayNames, serviceName } from '../names.ts';
import { ownObjects } from '../statements.ts';
import { grantCheckpoints } from './durable-code.ts';
import { LargeFunctions } from './large-functions.ts';
import type { Ledger } from './ledger.ts';
import { acknowledgeFinding } from './nag-suppressions.ts';
import { RelayCode } from './relay-code.ts';
import type { RelayQueue } from './relay-queue.ts';
import { atPath } from './role-path.ts';
import { WidePermissions } from './wide-permissions.ts';

export interface RelayFunctionProps {
  config: RelayContext;
}

/**
 * The relay's function, the two functions for large objects if there are any, and the role of all three: the writer roles trust one
 * role of this account. Each method grants a permission and sets the variable that goes with it.
 */
export class RelayFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  /** The log group of the relay itself. */
  readonly logGroup: LogGroup;
  readonly #config: RelayContext;
  readonly #wide: WidePermissions;
  readonly #large: LargeFunctions | undefined;
  /** From the queue to the relay. */
  mapping: EventSourceMapping | undefined;

  constructor(scope: Construct, id: string, { config }: RelayFunctionProps) {
    super(scope, id);
    this.#config = config;
    this.role = new Role(this, 'Role', {
      roleName: config.source.relayRoleName,
      ...atPath(config.source.rolePath),
      description: 'Upload Relay: reads the source bucket and assumes the writer roles',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.#wide = new WidePermissions(this.role, config.source.rolePath);
    const names = relayNames(config);
    const common = { config, role: this.role, settings: relaySettings(config) };
    const relay = new RelayCode(this, 'Relay', {
      ...common,
      functionName: names.relayFunction,
      description: 'Streams each uploaded object into the destination account',
      entry: 'relay',
    });
    this.function = relay.function;
    this.logGroup = relay.logGroup;
    this.#large = config.relay.largeObjects ? new LargeFunctions(this, common) : undefined;
    const logGroups = [relay.logGroup, ...(this.#large?.logGroups ?? [])].map(({ logGroupArn }) => logGroupArn);
    this.#allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], logGroups);
  }

  addQueueSource({ queue }: RelayQueue): void {
    const { relay } = this.#config;
    this.#allow(
      'TakeMessages',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      [queue.queueArn],
    );
    this.#allow('HoldMessages', ['sqs:ChangeMessageVisibility'], [queue.queueArn]);
    this.#allow('SendAnew', ['sqs:SendMessage'], [queue.queueArn]);
    this.#set('QUEUE_URL', queue.queueUrl);
    this.mapping = new EventSourceMapping(this, 'Mapping', {
      target: this.function,
      eventSourceArn: queue.queueArn,
      batchSize: relay.batchSize,
      maxConcurrency: sharesOf(relay).queue,
      reportBatchItemFailures: true,
    });
    // Lambda tests the role when the mapping is created.
    this.mapping.node.addDependency(this.role);
  }

  /** The relay reads its own bucket with its own role, where a route takes from that bucket. */
  grantReadSource(): void {
    const own = ownObjects(this.#config);
    if (!own) return;
    const statements = sourceStatements(own);
    for (const statement of statements) {
      const { Sid: sid, Action, Resource } = statement;
      // A list of resources grows with the routes.
      if (Array.isArray(Resource)) this.#wide.allow({ sid, actions: [Action].flat(), resources: Resource });
      else this.role.addToPolicy(PolicyStatement.fromJson(statement));
    }
    for (const prefix of own.withCanary ? [...own.prefixes, CANARY_PREFIX] : own.prefixes) {
      acknowledgeFinding(
        this.role,
        `IAM5[Resource::${own.bucketArn}/${prefix}*]`,
        'Keys are not known beforehand: these are what the routes take.',
      );
    }
  }

  /** The relay reads a bucket of another account through a role of that account, where a route has `pull`. */
  grantAssumeReaders(): void {
    const readers = pullingRoutes(this.#config).map(readerRoleArn);
    if (readers.length === 0) return;
    this.#wide.allow({ sid: 'AssumeReaderRoles', actions: ['sts:AssumeRole'], resources: readers.sort() });
  }

  grantAssumeWriters(): void {
    const writers = this.#config.routes.map(writerRoleArn).sort();
    this.#wide.allow({ sid: 'AssumeWriterRoles', actions: ['sts:AssumeRole'], resources: writers });
  }

  /** The relay writes receipts, and what it knows of roles of other accounts (functions/aws/role-history.ts). */
  addLedger({ table }: Ledger): void {
    this.#allow('WriteReceipts', ['dynamodb:PutItem'], [table.tableArn]);
    this.#set('LEDGER_TABLE', table.tableName);
    this.#set('RELAY_ROLE_ID', this.role.roleId);
  }

  /** The relay puts events onto the account's default bus, with no other source than its own name. */
  grantPublishEvents(): void {
    const { account, region } = this.#config.source;
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'PutEvents',
        effect: Effect.ALLOW,
        actions: ['events:PutEvents'],
        resources: [`arn:${partitionOf(region)}:events:${region}:${account}:event-bus/default`],
        conditions: { StringEquals: { 'events:source': serviceName(this.#config) } },
      }),
    );
  }

  /** The relay starts relay-large, and relay-large invokes relay-part. */
  grantStartLarge(): void {
    const { source } = this.#config;
    const { largeFunction, partFunction } = relayNames(this.#config);
    const started = functionArn(source, `${largeFunction}:${LIVE_ALIAS}`);
    const worker = functionArn(source, partFunction);
    this.#allow('StartLargeObjects', ['lambda:InvokeFunction'], [started]);
    grantCheckpoints(this.role, functionArn(source, `${largeFunction}:*`));
    this.#allow('InvokeWorkers', ['lambda:InvokeFunction'], [worker]);
    // Both functions are named by plain text, so CloudFormation doesn't know that they must come first. The first message may be of a
    // large object, and a new relay may send requests that older versions of the two refuse.
    this.function.node.addDependency(...this.#large!.named);
  }

  /** The check acts in the relay's role, and has the canary look at the door. */
  grantAskCanary(): void {
    const asked = functionArn(this.#config.source, relayNames(this.#config).canaryFunction);
    this.role.addToPolicy(PolicyStatement.fromJson(askCanaryStatement(asked)));
  }

  /** Permanent failures go to the dead-letter queue, and so do asynchronous invocations that failed. */
  addDeadLetterQueue({ deadLetters }: RelayQueue): void {
    this.#allow('SetMessagesAside', ['sqs:SendMessage'], [deadLetters.queueArn]);
    this.#set('DEAD_LETTER_QUEUE_URL', deadLetters.queueUrl);
    const onFailure = { destination: deadLetters.queueArn };
    const asynchronous = new CfnEventInvokeConfig(this, 'AsynchronousInvocations', {
      functionName: this.function.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure },
    });
    // Lambda tests the role when this is created.
    asynchronous.node.addDependency(this.role);
    this.#large?.addOnFailure(onFailure);
  }

  /** Sets a variable of all functions that act in this role. */
  #set(name: string, value: string): void {
    for (const each of [this.function, ...(this.#large?.functions ?? [])]) each.addEnvironment(name, value);
  }

  #allow(sid: string, actions: string[], resources: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources }));
  }
}
