/** Looks whether the queue takes uploads, feeds the relay, and the relay may run. */
import { isDeepStrictEqual } from 'node:util';
import {
  readConcurrencyStatement,
  readMappingStatement,
  readQueueStatement,
  readQuotaStatement,
  type SendingSource,
  sendStatement,
} from '../aws/door-policies.ts';
import type { Statement } from '../aws/policies.ts';
import { bucketArn, type Door, lookAt, mend, ownArn } from './door-context.ts';
import { advised, atSource, type Finding, ok } from './line.ts';
import { ruleArn } from './rule.ts';

export function queueTakesUploads(door: Door): Promise<Finding> {
  const { queueArn } = door.config.door;
  const [, , , , account, name] = queueArn.split(':');
  const source = senderOf(door);
  const deployed = sendStatement(queueArn, source);
  const request = door.clients.services({
    service: 'sqs',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.GetQueueAttributes' },
    body: JSON.stringify({ QueueUrl: queueUrl(door, account!, name!), AttributeNames: ['Policy'] }),
  }) as Promise<{ Attributes?: { Policy?: string } }>;
  return lookAt(
    door,
    request,
    readQueueStatement(queueArn),
    ({ Attributes }) => {
      const { Statement = [] } = JSON.parse(Attributes?.Policy || '{}') as { Statement?: Statement | Statement[] };
      if ([Statement].flat().some((each) => saysTheSame(each, deployed))) return ok('by its policy');
      const change = `The policy of queue ${name} lets ${source.arn} send no more: add this statement to it (aws sqs set-queue-attributes).`;
      return mend(door, 'the statement that lets uploads in is gone', change, deployed);
    },
    () => mend(door, 'there is no such queue', `Queue ${name} is gone: remove the source stack and deploy it again.`),
  );
}

/** Who sends uploads into the queue. */
function senderOf(door: Door): SendingSource {
  const { filters, topicArn } = door.config.door;
  if (filters !== undefined) return { service: 's3', arn: bucketArn(door), account: door.config.sourceAccount };
  return topicArn === undefined ? { service: 'events', arn: ruleArn(door) } : { service: 'sns', arn: topicArn };
}

/** The name of a statement says nothing, and AWS writes a list of one as it likes. */
function saysTheSame({ Sid: _, ...one }: Statement, { Sid: __, ...other }: Statement): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? plain(value[0]) : value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html */
interface Mapping {
  State?: string;
  FunctionArn?: string;
  FunctionResponseTypes?: string[];
  FilterCriteria?: { Filters?: unknown[] };
  /** Instead of the criteria, where their key can't be used. */
  FilterCriteriaError?: object;
}

export function queueFeedsRelay(door: Door): Promise<Finding> {
  const { mappingId } = door.config;
  const { relayFunction, queueArn } = door.config.door;
  const request = ask(door, `/2015-03-31/event-source-mappings/${mappingId}`) as Promise<Mapping>;
  return lookAt(
    door,
    request,
    readMappingStatement(ownArn(door, 'lambda', `event-source-mapping:${mappingId}`)),
    (mapping) => {
      const [fault] = faultsOf(mapping, relayFunction);
      if (!fault) return ok(`the mapping is ${mapping.State}`);
      const change = `${fault.why}: aws lambda update-event-source-mapping --uuid ${mappingId} ${fault.option}`;
      return mend(door, fault.found, change);
    },
    () => {
      const change = `Make it again (aws lambda create-event-source-mapping) from ${queueArn} to ${relayFunction}, with ReportBatchItemFailures; then deploy the source stack with another "batchSize" in cdk.json, so that the stack makes its own.`;
      return mend(door, 'there is no such mapping', change);
    },
  );
}

/** What keeps messages from the relay, or loses them. Pure. */
function faultsOf(mapping: Mapping, relayFunction: string) {
  const { State = '', FunctionArn, FunctionResponseTypes } = mapping;
  const faults = [
    {
      is: /^(Disabl|Delet)/.test(State),
      found: `the mapping is ${State}`,
      why: 'Enable it',
      option: '--enabled',
    },
    {
      is: FunctionArn !== relayFunction,
      found: `the mapping leads to function ${FunctionArn?.split(':').slice(6).join(':')}`,
      why: 'Lead it to the relay',
      option: `--function-name ${relayFunction}`,
    },
    {
      is: !!mapping.FilterCriteria?.Filters?.length || mapping.FilterCriteriaError !== undefined,
      found: 'the mapping has a filter, and Lambda deletes what does not pass it',
      why: 'Remove the filter',
      option: "--filter-criteria '{}'",
    },
    {
      is: !FunctionResponseTypes?.includes('ReportBatchItemFailures'),
      found: 'the mapping lacks ReportBatchItemFailures',
      why: 'Lambda deletes messages that the relay has not acknowledged. Let the relay say which ones failed',
      option: '--function-response-types ReportBatchItemFailures',
    },
  ];
  return faults.filter(({ is }) => is);
}

interface Quota {
  AccountLimit?: { ConcurrentExecutions?: number; UnreservedConcurrentExecutions?: number };
}

export function relayMayRun(door: Door): Promise<Finding> {
  const { relayFunction, maximumConcurrency } = door.config.door;
  const name = relayFunction.split(':')[6];
  const request = ask(door, `/2019-09-30/functions/${name}/concurrency`);
  return lookAt(
    door,
    request as Promise<{ ReservedConcurrentExecutions?: number }>,
    readConcurrencyStatement(relayFunction),
    ({ ReservedConcurrentExecutions: reserved }) => {
      if (reserved === 0) {
        const change = `Somebody has stopped the relay: aws lambda delete-function-concurrency --function-name ${name}`;
        return mend(door, 'the reserved concurrency is 0', change);
      }
      if (reserved !== undefined) return enough(door, reserved, `reserved for ${name}`);
      return lookAt(
        door,
        ask(door, '/2016-08-19/account-settings') as Promise<Quota>,
        readQuotaStatement(),
        (quota) => {
          const { ConcurrentExecutions, UnreservedConcurrentExecutions = 0 } = quota.AccountLimit ?? {};
          const words = `left unreserved of the account's ${ConcurrentExecutions}`;
          if (UnreservedConcurrentExecutions > 0) return enough(door, UnreservedConcurrentExecutions, words);
          return mend(
            door,
            `0 ${words}`,
            `Take reserved concurrency away from other functions, or ask for a higher quota: ${maximumConcurrency} are wanted.`,
          );
        },
      );
    },
    () =>
      mend(door, 'there is no such function', `Function ${name} is gone: remove the source stack and deploy it again.`),
  );
}

function enough({ config }: Door, invocations: number, words: string): Finding {
  const { maximumConcurrency } = config.door;
  const found = `${invocations} invocations at once are ${words}`;
  if (invocations >= maximumConcurrency) return ok(found);
  const change = `relay.maximumConcurrency is ${maximumConcurrency}, so Lambda refuses some invocations and uploads wait longer: ask for a higher quota of concurrent executions (Service Quotas, Lambda), give the relay more, or lower the setting.`;
  return advised(`${found}, and ${maximumConcurrency} are configured`, atSource(config.sourceAccount, change));
}

function ask({ clients }: Door, path: string): Promise<unknown> {
  return clients.services({ service: 'lambda', method: 'GET', path });
}

function queueUrl({ config }: Door, account: string, name: string): string {
  const { queueArn, domainSuffix } = config.door;
  return `https://sqs.${queueArn.split(':')[3]}.${domainSuffix}/${account}/${name}`;
}
