import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { acknowledgeFinding } from './nag-suppressions.ts';

export interface DurableSettings {
  executionTimeoutSeconds: number;
  /** How long ended executions can be looked at, and their names stay taken. */
  retentionDays: number;
}

/** By hand: CDK's own setting would attach a managed policy, which allows checkpoints of every function. */
export function makeDurable(code: LambdaFunction, { executionTimeoutSeconds, retentionDays }: DurableSettings): void {
  (code.node.defaultChild as CfnFunction).durableConfig = {
    executionTimeout: executionTimeoutSeconds,
    retentionPeriodInDays: retentionDays,
  };
}

/**
 * What a durable function needs for itself.
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
