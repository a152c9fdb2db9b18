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

/** As long as a message may wait in the queue: so long the name of an execution that it started stays taken. */
const EXECUTION_RETENTION_DAYS = 14;
/** The largest object takes half a day with 16 workers, and four days when the network is slow. */
const EXECUTION_TIMEOUT_DAYS = 7;
const DAY_SECONDS = 86_400;

/** The two functions that help the relay with large objects, in its role. They stand in its own scope, as they always have. */
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
      // No message waits for it, so it has all the time that there is.
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

  /** What is asked for by its name. */
  get named(): IDependable[] {
    return [this.#alias, this.functions[1]!];
  }

  /** An execution repeats what failed by itself; a whole one that fails is for people. */
  addOnFailure(onFailure: CfnEventInvokeConfig.OnFailureProperty): void {
    const failures = new CfnEventInvokeConfig(this.#scope, 'LargeExecutions', {
      functionName: this.functions[0]!.functionName,
      qualifier: this.#alias.aliasName,
      maximumRetryAttempts: 0,
      destinationConfig: { onFailure },
    });
    // Lambda tries the role out. The alias' name is plain text: nothing else says that it must be there by then.
    failures.node.addDependency(this.#role, this.#alias);
  }
}
