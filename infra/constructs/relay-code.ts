/** What all Lambda functions of the relay have in common. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Entry } from '../bundles/entries.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { logGroupName } from '../names.ts';
import { addDeployedValues, splitSettings } from './deployed-settings.ts';
import { functionCode } from './function-code.ts';

export interface RelayCodeProps {
  config: RelayContext;
  role: IRole;
  functionName: string;
  description: string;
  entry: Entry;
  /** What the file exports; `handler` unless given. */
  handler?: string;
  /** The function's settings: see `infra/config/function-settings.ts`. */
  settings: object;
  /** Instead of `relay.timeoutSeconds`. */
  timeoutSeconds?: number;
  /** Instead of `relay.memoryMiB`. */
  memoryMiB?: number;
  /** Instead of one of its own. */
  logGroup?: LogGroup;
  /** Instead of what a function that streams needs. */
  environment?: Record<string, string>;
}

/** With so small a young generation, buffers of a stream are collected before they pile up: see functions/core/heap.ts. */
const FOR_STREAMS = { NODE_OPTIONS: '--max-semi-space-size=2' };

/** A Lambda function of the relay, with its log group. */
export class RelayCode extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: RelayCodeProps) {
    super(scope, id);
    const { config, role, functionName, description, entry, settings, environment = FOR_STREAMS } = props;
    const split = splitSettings(settings);
    const { timeoutSeconds, memoryMiB, logRetentionDays } = config.relay;
    this.logGroup =
      props.logGroup ??
      new LogGroup(this, 'Logs', {
        logGroupName: logGroupName(functionName),
        retention: logRetentionDays as RetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description,
      code: functionCode(entry, split.settings),
      handler: `index.${props.handler ?? 'handler'}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB ?? memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds ?? timeoutSeconds),
      role,
      logGroup: this.logGroup,
      // An execution that began with a version continues with it, even days later.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
      environment,
    });
    addDeployedValues(this.function, split.values);
  }
}
