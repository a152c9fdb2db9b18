import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { ownSource, type RelayContext } from './config.ts';
import { CHECK_FUNCTION_NAME, replayRoleArn } from './contract.ts';
import { BUNDLING, REPOSITORY } from './relay-code.ts';
import type { RelayFunction } from './relay-function.ts';
import { runtimeRoute } from './runtime-route.ts';

export interface CheckFunctionProps {
  config: RelayContext;
  relay: RelayFunction;
}

/** Some twenty requests per route, and patience for a destination that is slow to refuse. */
const TIMEOUT_SECONDS = 120;
const MEMORY_MIB = 256;

/**
 * Looks whether the relay may do what it must and nothing else. It has the relay's own role and log group, so that it proves
 * what the relay may do, and nobody is granted anything for its sake.
 */
export class CheckFunction extends Construct {
  readonly function: NodejsFunction;

  constructor(scope: Construct, id: string, { config, relay }: CheckFunctionProps) {
    super(scope, id);
    const { source, routes } = config;
    const own = ownSource(config);
    this.function = new NodejsFunction(this, 'Function', {
      functionName: CHECK_FUNCTION_NAME,
      description: 'Looks whether the relay may do what it must, and nothing else',
      entry: fileURLToPath(new URL('functions/check.ts', REPOSITORY)),
      projectRoot: fileURLToPath(REPOSITORY),
      depsLockFilePath: fileURLToPath(new URL('package-lock.json', REPOSITORY)),
      bundling: BUNDLING,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: MEMORY_MIB,
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      role: relay.role,
      logGroup: relay.logGroup,
      awsSdkConnectionReuse: false,
      environment: {
        ...(own && { SOURCE_BUCKET: own.bucket }),
        SOURCE_ACCOUNT: source.account,
        ROUTES: JSON.stringify(routes.map(runtimeRoute)),
        RELAY_ROLE_ID: relay.role.roleId,
        REPLAY_ROLE_ARN: replayRoleArn(config),
      },
    });
  }
}
