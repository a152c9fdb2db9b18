/** The durable Lambda function that replays, its role, and what they are granted. */
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, CfnEventInvokeConfig, type IVersion, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { encryptUnder } from '../../functions/aws/policies.ts';
import { WORK_FOLDER } from '../../functions/core/report-folder.ts';
import { bucketArn, functionArn, objectsArn, readerRoleArn } from '../arns.ts';
import { inventoryFolder, replaySettings } from '../config/function-settings.ts';
import { ownSource, pullingRoutes, type RelayContext } from '../config/relay-context.ts';
import { LIVE_ALIAS, relayNames, reportBucket } from '../names.ts';
import { grantCheckpoints, makeDurable } from './durable-code.ts';
import type { Ledger } from './ledger.ts';
import { acknowledgeFinding } from './nag-suppressions.ts';
import { RelayCode } from './relay-code.ts';
import type { RelayQueue } from './relay-queue.ts';
import { atPath } from './role-path.ts';
import { WidePermissions } from './wide-permissions.ts';

export interface ReplayFunctionProps {
  config: RelayContext;
}

/** Lambda's longest: an invocation has room for ten steps of a minute, whatever the relay's own timeout is. */
const TIMEOUT_SECONDS = 900;
/** People have two weeks to look at what a replay did. */
const EXECUTION_RETENTION_DAYS = 14;
/** Enough for a hundred million keys, after which a new execution continues, and for a redrive of millions of messages. */
const EXECUTION_TIMEOUT_SECONDS = 7 * 86_400;

/**
 * Finds objects that have not been delivered, and sends them to the relay's queue. It has a role of its own, which can neither read
 * objects nor assume a writer role. Each method grants a permission and sets the variable that goes with it.
 */
export class ReplayFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  /** Callers invoke the alias: a durable function is invoked by a version or an alias. */
  readonly alias: Alias;
  readonly logGroup: LogGroup;
  readonly #config: RelayContext;
  readonly #wide: WidePermissions;

  constructor(scope: Construct, id: string, { config }: ReplayFunctionProps) {
    super(scope, id);
    this.#config = config;
    const names = relayNames(config);
    this.role = new Role(this, 'Role', {
      roleName: names.replayRole,
      ...atPath(config.source.rolePath),
      description: 'Upload Relay: lists the source bucket and sends what is missing to the queue',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.#wide = new WidePermissions(this.role, config.source.rolePath);
    const replay = new RelayCode(this, 'Replay', {
      config,
      role: this.role,
      functionName: names.replayFunction,
      description: 'Has objects relayed that are in the source bucket already',
      entry: 'replay',
      settings: replaySettings(config),
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    this.function = replay.function;
    this.logGroup = replay.logGroup;
    makeDurable(this.function, {
      executionTimeoutSeconds: EXECUTION_TIMEOUT_SECONDS,
      retentionDays: EXECUTION_RETENTION_DAYS,
    });
    this.alias = new Alias(this, 'Alias', {
      aliasName: LIVE_ALIAS,
      version: this.function.currentVersion as IVersion,
    });
    this.#allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
  }

  grantListSource(): void {
    const { source } = this.#config;
    const own = ownSource(this.#config);
    if (!own) return;
    this.#allow('ListObjects', ['s3:ListBucket'], [bucketArn(own.bucket, source.region)]);
  }

  /** The reader role may read too, but replay's session policy allows listing only (functions/aws/session-policy.ts). */
  grantAssumeReaders(): void {
    const readers = pullingRoutes(this.#config).map(readerRoleArn);
    if (readers.length === 0) return;
    this.#wide.allow({ sid: 'AssumeReaderRoles', actions: ['sts:AssumeRole'], resources: readers.sort() });
  }

  /** S3 writes the inventory of the relay's own bucket into another bucket of the account, in the same region. */
  grantReadInventory(): void {
    const { source, relay } = this.#config;
    const { inventory } = relay.reconciliation || {};
    if (!inventory) return;
    const folder = inventoryFolder(inventory, source.bucket!);
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'FindInventory',
        actions: ['s3:ListBucket'],
        resources: [bucketArn(inventory.bucket, source.region)],
        conditions: { StringEquals: { 's3:prefix': folder } },
      }),
    );
    const files = objectsArn(inventory.bucket, source.region, folder);
    this.#allow('ReadInventory', ['s3:GetObject'], [files]);
    acknowledgeFinding(this.role, `IAM5[Resource::${files}]`, 'S3 makes up the keys of an inventory.');
  }

  addLedger({ table }: Ledger): void {
    this.#allow('ReadReceipts', ['dynamodb:BatchGetItem'], [table.tableArn]);
    // A reconciliation is about uploads since then.
    this.#allow('ReadLedgerAge', ['dynamodb:DescribeTable'], [table.tableArn]);
    this.#set('LEDGER_TABLE', table.tableName);
  }

  addQueueTarget({ queue }: RelayQueue): void {
    this.#allow('SendMissing', ['sqs:SendMessage'], [queue.queueArn]);
    this.#set('QUEUE_URL', queue.queueUrl);
    this.#set('QUEUE_ARN', queue.queueArn);
  }

  /** Reports are written under their prefix, and read again only where they are put together. */
  grantWriteReports(): void {
    const { source, relay } = this.#config;
    const { prefix, kmsKeyArn } = relay.audit;
    const bucket = reportBucket(this.#config);
    const reports = objectsArn(bucket, source.region, prefix);
    const work = objectsArn(bucket, source.region, `${prefix}${WORK_FOLDER}`);
    this.#allow('WriteReports', ['s3:PutObject'], [reports]);
    this.#allow('ReadReportWork', ['s3:GetObject'], [work]);
    for (const arn of [reports, work]) {
      acknowledgeFinding(
        this.role,
        `IAM5[Resource::${arn}]`,
        'Each report has a folder of its own, named by its time.',
      );
    }
    if (kmsKeyArn === undefined) return;
    const statement = encryptUnder(kmsKeyArn, bucketArn(bucket, source.region), prefix);
    this.role.addToPolicy(PolicyStatement.fromJson({ ...statement, Sid: 'EncryptReports' }));
  }

  /** An execution continues from its checkpoints, and starts a new one when it has listed as many keys as it may. */
  grantContinue(): void {
    const { source } = this.#config;
    const { replayFunction } = relayNames(this.#config);
    grantCheckpoints(this.role, functionArn(source, `${replayFunction}:*`));
    this.#allow('HandOver', ['lambda:InvokeFunction'], [functionArn(source, `${replayFunction}:${LIVE_ALIAS}`)]);
  }

  /** SQS moves messages with the permissions of its caller. A replay that fails as a whole goes to the dead-letter queue as well. */
  addRedriveSource({ deadLetters }: RelayQueue): void {
    const actions = ['StartMessageMoveTask', 'ListMessageMoveTasks', 'ReceiveMessage', 'DeleteMessage'];
    this.#allow(
      'Redrive',
      [...actions, 'GetQueueAttributes'].map((action) => `sqs:${action}`),
      [deadLetters.queueArn],
    );
    this.#set('DEAD_LETTER_QUEUE_ARN', deadLetters.queueArn);
    this.#allow('TellFailures', ['sqs:SendMessage'], [deadLetters.queueArn]);
    const failures = new CfnEventInvokeConfig(this, 'Executions', {
      functionName: this.function.functionName,
      qualifier: this.alias.aliasName,
      // An execution retries its own steps.
      maximumRetryAttempts: 0,
      destinationConfig: { onFailure: { destination: deadLetters.queueArn } },
    });
    // Lambda tests the role when this is created. The alias is named by plain text, so CloudFormation doesn't know that it must come first.
    failures.node.addDependency(this.role, this.alias);
  }

  #set(name: string, value: string): void {
    this.function.addEnvironment(name, value);
  }

  #allow(sid: string, actions: string[], resources: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources }));
  }
}
