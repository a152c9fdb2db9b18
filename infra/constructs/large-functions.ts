/** The two Lambda functions for large objects: relay-large and relay-part. */
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Alias, CfnEventInvokeConfig, type IVersion, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct, IDependable } from 'constructs';
import { WORKER_SECONDS } from '../../functions/transfer/plan-large.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { LIVE_ALIAS, relayNames } from '../names.ts';
import { makeDurable } from './durable-code.ts';
import { RelayCode } from './relay-code.ts';

export interface LargeFunctionsProps {
  config: RelayContext;
  /** The relay's own. */
  role: Role;
  settings: object;
}

/** As long as a message may wait in the queue, so that a message that comes again can't start its execution twice. */
const EXECUTION_RETENTION_DAYS = 14;
/** The largest object takes half a day with 16 workers, and four days when the network is slow. */
const EXECUTION_TIMEOUT_DAYS = 7;
const DAY_SECONDS = 86_400;

/** The two functions for large objects. They act in the relay's role, and their construct ids lie in the relay's scope, so that logical ids stay as they were. */
export class LargeFunctions {
  readonly functions: LambdaFunction[];
  readonly logGroups: LogGroup[];
  readonly #scope: Construct;
  readonly #role: Role;
  /** An execution stays with the version it began with, whatever is deployed meanwhile. */
  readonly #alias: Alias;

  constructor(scope: Construct, props: LargeFunctionsProps) {
    this.#scope = scope;
    this.#role = props.role;
    const { largeFunction, partFunction } = relayNames(props.config);
    const large = new RelayCode(scope, 'Large', {
      ...props,
      functionName: largeFunction,
      description: 'Relays an object that is too large for one invocation',
      entry: 'relay-large',
    });
    const part = new RelayCode(scope, 'Part', {
      ...props,
      functionName: partFunction,
      description: 'Sends parts of a large object',
      entry: 'relay-part',
      // No message waits for this function, so its timeout is Lambda's longest.
      timeoutSeconds: WORKER_SECONDS,
    });
    makeDurable(large.function, {
      executionTimeoutSeconds: EXECUTION_TIMEOUT_DAYS * DAY_SECONDS,
      retentionDays: EXECUTION_RETENTION_DAYS,
    });
    this.#alias = new Alias(scope, 'LargeAlias', {
      aliasName: LIVE_ALIAS,
      version: large.function.currentVersion as IVersion,
    });
    this.functions = [large.function, part.function];
    this.logGroups = [large.logGroup, part.logGroup];
  }

  /** The functions and aliases that others invoke by name. */
  get named(): IDependable[] {
    return [this.#alias, this.functions[1]!];
  }

  /** An execution retries its own steps, so an execution that fails as a whole goes to the dead-letter queue at once. */
  addOnFailure(onFailure: CfnEventInvokeConfig.OnFailureProperty): void {
    const failures = new CfnEventInvokeConfig(this.#scope, 'LargeExecutions', {
      functionName: this.functions[0]!.functionName,
      qualifier: this.#alias.aliasName,
      maximumRetryAttempts: 0,
      destinationConfig: { onFailure },
    });
    // Lambda tests the role when this is created. The alias is named by plain text, so CloudFormation doesn't know that it must come first.
    failures.node.addDependency(this.#role, this.#alias);
  }
}
