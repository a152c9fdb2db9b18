/** The Lambda function that drops canaries and looks at the door, with a role of its own. */
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  dropStatements,
  readComparisonsStatement,
  readConcurrencyStatement,
  readMappingStatement,
  readNotificationStatement,
  readQueueStatement,
  readQuotaStatement,
  readReceiptsStatement,
  readRuleStatement,
} from '../../functions/aws/door-policies.ts';
import type { Statement } from '../../functions/aws/policies.ts';
import { CANARY_PREFIX } from '../../functions/core/reserved-keys.ts';
import { bucketArn, objectsArn } from '../arns.ts';
import { checkSettings } from '../config/function-settings.ts';
import { type OwnSource, ownSource, type RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';
import type { Ledger } from './ledger.ts';
import { acknowledgeFinding } from './nag-suppressions.ts';
import { RelayCode } from './relay-code.ts';
import type { RelayFunction } from './relay-function.ts';
import type { RelayQueue } from './relay-queue.ts';
import type { ReplayFunction } from './replay-function.ts';
import { atPath } from './role-path.ts';

export interface CanaryFunctionProps {
  config: RelayContext;
  relay: RelayFunction;
}

/** Two requests for each route, ten routes at once. */
const TIMEOUT_SECONDS = 120;
const MEMORY_MIB = 256;
/** Between two canaries. The alarm waits for two of them. */
export const CANARY_MINUTES = 30;

/** Each method grants a permission and sets the variable that goes with it. The relay's own role gets none of these permissions. */
export class CanaryFunction extends Construct {
  readonly #code: RelayCode;
  readonly #role: Role;
  readonly #config: RelayContext;

  constructor(scope: Construct, id: string, { config, relay }: CanaryFunctionProps) {
    super(scope, id);
    this.#config = config;
    const names = relayNames(config);
    this.#role = new Role(this, 'Role', {
      roleName: names.canaryRole,
      ...atPath(config.source.rolePath),
      description: 'Upload Relay: drops canaries, and looks how uploads get to the relay',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.#code = new RelayCode(this, 'Canary', {
      config,
      role: this.#role,
      functionName: names.canaryFunction,
      description: 'Looks whether objects come across and uploads are heard of',
      entry: 'check',
      handler: 'canary',
      settings: checkSettings(config),
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMiB: MEMORY_MIB,
      logGroup: relay.logGroup,
      environment: { RELAY_ROLE_ID: relay.role.roleId },
    });
    this.#allow({
      Sid: 'WriteLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: relay.logGroup.logGroupArn,
    });
    this.#allow(readConcurrencyStatement(relay.function.functionArn));
    this.#allow(readQuotaStatement());
    acknowledgeFinding(this.#role, 'IAM5[Resource::*]', 'The quota of an account is no resource.');
  }

  addLedger({ table }: Ledger): void {
    this.#allow(readReceiptsStatement(table.tableArn));
    this.#code.function.addEnvironment('LEDGER_TABLE', table.tableName);
  }

  grantReadComparisons({ logGroup }: ReplayFunction): void {
    this.#allow(readComparisonsStatement(logGroup.logGroupArn));
  }

  grantReadMapping(mapping: EventSourceMapping): void {
    this.#allow(readMappingStatement(mapping.eventSourceMappingArn));
    this.#code.function.addEnvironment('MAPPING_ID', mapping.eventSourceMappingId);
  }

  /** The way of uploads, and canaries on it. Where every route pulls there is none. */
  grantTryDoor({ queue }: RelayQueue, rule: Rule | undefined): void {
    const own = ownSource(this.#config);
    if (!own) return;
    const { region, kmsKeyArn } = this.#config.source;
    const bucket = bucketArn(own.bucket, region);
    for (const statement of dropStatements(bucket, kmsKeyArn)) this.#allow(statement);
    this.#allow(readNotificationStatement(bucket));
    this.#allow(readQueueStatement(queue.queueArn));
    if (rule) {
      this.#allow(readRuleStatement(rule.ruleArn));
      this.#code.function.addEnvironment('RULE_NAME', rule.ruleName);
    }
    this.#schedule(own);
  }

  #schedule({ bucket }: OwnSource): void {
    acknowledgeFinding(
      this.#role,
      `IAM5[Resource::${objectsArn(bucket, this.#config.source.region, CANARY_PREFIX)}]`,
      "Each route has an object there, and nobody else's objects are there.",
    );
    new Rule(this, 'Drop', {
      ruleName: relayNames(this.#config).dropRule,
      description: 'Upload Relay: has canaries dropped',
      schedule: Schedule.rate(Duration.minutes(CANARY_MINUTES)),
      targets: [new LambdaFunction(this.#code.function)],
    });
  }

  #allow(statement: Statement): void {
    this.#role.addToPolicy(PolicyStatement.fromJson(statement));
  }
}
