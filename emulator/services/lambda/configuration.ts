/** A function and an account as Lambda's API describes them. */
import { ACCOUNT_CONCURRENCY, type LambdaFunction, type Target, unreservedConcurrency } from './store.ts';

/** An account as GetAccountSettings describes it, by its functions in one region. */
export function describeAccount(functions: readonly LambdaFunction[]) {
  return {
    AccountLimit: {
      ConcurrentExecutions: ACCOUNT_CONCURRENCY,
      UnreservedConcurrentExecutions: unreservedConcurrency(functions),
    },
    AccountUsage: { FunctionCount: functions.length },
  };
}

/** A function as GetFunctionConfiguration describes it. */
export function describeConfiguration(target: Target) {
  const { function: fn, version } = target;
  const { group, format, applicationLevel, systemLevel } = fn.logging;
  const levels = format === 'JSON' && { ApplicationLogLevel: applicationLevel, SystemLogLevel: systemLevel };
  return {
    FunctionName: fn.name,
    FunctionArn: target.arn,
    Runtime: fn.runtime,
    Role: fn.roleArn,
    Handler: fn.handler,
    CodeSha256: fn.codeHash,
    Description: fn.description,
    Timeout: fn.timeoutSeconds,
    MemorySize: fn.memorySizeMb,
    LastModified: fn.lastModified.toISOString().replace('Z', '+0000'),
    Version: version,
    Environment: { Variables: fn.environment },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    ...(fn.durable && {
      DurableConfig: {
        ExecutionTimeout: fn.durable.executionTimeoutSeconds,
        RetentionPeriodInDays: fn.durable.retentionDays,
      },
    }),
    LoggingConfig: { LogGroup: group, LogFormat: format, ...levels },
  };
}
