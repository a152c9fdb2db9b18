/** The policy of whoever operates a relay: all that the verbs of this command ask of AWS. Pure. */
import { functionArn, queueArn } from '../infra/arns.ts';
import { partitionOf } from '../infra/config/regions.ts';
import type { RelayContext } from '../infra/config/relay-context.ts';
import { logGroupName, relayNames } from '../infra/names.ts';
import type { PolicyJson } from '../infra/statements.ts';

export function operatorPolicy(config: Pick<RelayContext, 'source' | 'relay'>): PolicyJson {
  const { source } = config;
  const { account, region } = source;
  const names = relayNames(config);
  const [queue, deadLetterQueue] = [queueArn(source, names.queue), queueArn(source, names.deadLetterQueue)];
  const arn = (service: string, resource: string) =>
    `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
  const allow = (Sid: string, Action: string | string[], Resource: string | string[]) => ({
    Sid,
    Effect: 'Allow' as const,
    Action,
    Resource,
  });
  return {
    Version: '2012-10-17',
    Statement: [
      allow('Check', 'lambda:InvokeFunction', functionArn(source, names.checkFunction)),
      allow(
        'Replay',
        ['lambda:InvokeFunction', 'lambda:GetDurableExecution'],
        functionArn(source, `${names.replayFunction}:*`),
      ),
      allow('Queues', ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'], [queue, deadLetterQueue]),
      allow('DeadLetters', ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility'], deadLetterQueue),
      allow('Receipts', 'dynamodb:GetItem', arn('dynamodb', `table/${names.ledgerTable}`)),
      allow('Metrics', ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricStatistics'], '*'),
      allow('Logs', 'logs:FilterLogEvents', arn('logs', `log-group:${logGroupName(names.relayFunction)}*`)),
    ],
  };
}
