/** What AWS's services tell CloudWatch of themselves, as far as the dashboard and the alarms look at it. */
import type { Invoked } from '../../core/invocation.ts';
import type { MetricStore } from './metric-store.ts';

/** What CloudWatch measures of a queue. */
export interface MeasuredQueue {
  account: string;
  region: string;
  name: string;
  counts(): { visible: number };
  oldestAgeMs(): number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export function recordQueue(metrics: MetricStore, queue: MeasuredQueue, time: number): void {
  const { account, region, name } = queue;
  const put = (metric: string, unit: string, value: number) =>
    metrics.put({
      account,
      region,
      namespace: 'AWS/SQS',
      name: metric,
      dimensions: { QueueName: name },
      unit,
      time,
      values: [value],
    });
  put('ApproximateNumberOfMessagesVisible', 'Count', queue.counts().visible);
  put('ApproximateAgeOfOldestMessage', 'Seconds', Math.floor(queue.oldestAgeMs() / 1000));
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function recordInvocation(
  metrics: MetricStore,
  { account, region, functionName, outcome, durationMs }: Invoked,
  time: number,
): void {
  const put = (name: string, unit: string, value: number) =>
    metrics.put({
      account,
      region,
      namespace: 'AWS/Lambda',
      name,
      dimensions: { FunctionName: functionName },
      unit,
      time,
      values: [value],
    });
  put('Throttles', 'Count', outcome === 'throttled' ? 1 : 0);
  if (outcome === 'throttled') return;
  put('Invocations', 'Count', 1);
  put('Errors', 'Count', outcome === 'error' ? 1 : 0);
  put('Duration', 'Milliseconds', durationMs);
}

/** A delivery of EventBridge to a target of a rule. */
export interface MeasuredDelivery {
  account: string;
  region: string;
  ruleName: string;
  failed: boolean;
  deadLetter?: 'sent' | 'refused';
}

/** Of what is zero, EventBridge sends nothing: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export function recordDelivery(
  metrics: MetricStore,
  { account, region, ruleName, failed, deadLetter }: MeasuredDelivery,
  time: number,
): void {
  const names = ['Invocations'];
  if (failed) names.push('FailedInvocations');
  if (deadLetter) names.push(deadLetter === 'sent' ? 'InvocationsSentToDlq' : 'InvocationsFailedToBeSentToDlq');
  const id = { account, region, namespace: 'AWS/Events', dimensions: { RuleName: ruleName } };
  for (const name of names) metrics.put({ ...id, name, unit: 'Count', time, values: [1] });
}
