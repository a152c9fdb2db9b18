/** Makes a Lambda function durable, and grants its checkpoints. */
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { acknowledgeFinding } from './nag-suppressions.ts';

export interface DurableSettings {
  executionTimeoutSeconds: number;
  /** How long an ended execution is kept; its name can't be used again before. */
  retentionDays: number;
}

/** Sets the property of the CloudFormation resource, since the CDK's own setting would attach a managed policy that allows checkpoints of every function. */
export function makeDurable(code: LambdaFunction, { executionTimeoutSeconds, retentionDays }: DurableSettings): void {
  (code.node.defaultChild as CfnFunction).durableConfig = {
    executionTimeout: executionTimeoutSeconds,
    retentionPeriodInDays: retentionDays,
  };
}

/**
 * Grants a durable function its own checkpoints.
 * @param executions their ARNs: that of the function's version, with more at its end
 */
export function grantCheckpoints(role: Role, executions: string): void {
  role.addToPolicy(
    new PolicyStatement({
      sid: 'KeepCheckpoints',
      effect: Effect.ALLOW,
      actions: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
      resources: [executions],
    }),
  );
  acknowledgeFinding(role, `IAM5[Resource::${executions}]`, 'Executions and versions are not known beforehand.');
}
