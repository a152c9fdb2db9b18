import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { RelayContext } from './config.ts';

export interface RelayCodeProps {
  config: RelayContext;
  role: IRole;
  functionName: string;
  description: string;
  /** The file in `functions/`, without its ending. */
  entry: string;
  /** Instead of `relay.timeoutSeconds`. */
  timeoutSeconds?: number;
  /** Instead of `relay.memoryMiB`. */
  memoryMiB?: number;
  /** Instead of one of its own. */
  logGroup?: LogGroup;
  /** Instead of what a function that streams needs. */
  environment?: Record<string, string>;
}

const REPOSITORY = new URL('../', import.meta.url);

/** One ESM file with the SDK in it: starts faster than the runtime's own SDK, and what was tested is what runs. */
const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'],
  externalModules: [],
  esbuildArgs: {
    '--alias:@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('functions/aws/environment-credentials.ts', REPOSITORY),
    ),
  },
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
};

/** A young generation so small is collected before the buffers of a stream pile up: see functions/heap.ts. */
const FOR_STREAMS = { NODE_OPTIONS: '--max-semi-space-size=2' };

/** One of the relay's functions with its log group. */
export class RelayCode extends Construct {
  readonly function: NodejsFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: RelayCodeProps) {
    super(scope, id);
    const { config, role, functionName, description, entry, environment = FOR_STREAMS } = props;
    const { timeoutSeconds, memoryMiB, logRetentionDays } = config.relay;
    this.logGroup =
      props.logGroup ??
      new LogGroup(this, 'Logs', {
        logGroupName: `/aws/lambda/${functionName}`,
        retention: logRetentionDays as RetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    this.function = new NodejsFunction(this, 'Function', {
      functionName,
      description,
      entry: fileURLToPath(new URL(`functions/${entry}.ts`, REPOSITORY)),
      projectRoot: fileURLToPath(REPOSITORY),
      depsLockFilePath: fileURLToPath(new URL('package-lock.json', REPOSITORY)),
      bundling: BUNDLING,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB ?? memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds ?? timeoutSeconds),
      role,
      logGroup: this.logGroup,
      // What has begun with a version goes on with it, days later even.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      environment,
      // NodejsFunction's own setting is for version 2 of the SDK.
      awsSdkConnectionReuse: false,
    });
  }
}
