/** Runs the check every day. */
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';
import type { CheckFunction } from './check-function.ts';

export interface CanaryProps {
  config: RelayContext;
  check: CheckFunction;
}

/** Runs the check daily, whether or not anything is uploaded: most failures come from a change in the other account that nobody announces. */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, { config, check }: CanaryProps) {
    super(scope, id);
    new Rule(this, 'Daily', {
      ruleName: relayNames(config).canaryRule,
      description: 'Upload Relay: invokes the check once a day',
      // This is early in the morning in Europe, and before the working day in America.
      schedule: Schedule.cron({ minute: '0', hour: '6' }),
      targets: [new LambdaFunction(check.function)],
    });
  }
}
