/** What CloudWatch gets to know of two accounts at work: metrics out of the functions' own logs, alarms, the canary. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Faults, type MetricId, type Rule, type StackInput, type Statistic } from '../../../emulator/index.ts';
import { METRICS } from '../../../functions/reporting/metric-names.ts';
import { writerTrust } from '../../support/checked.ts';
import { putSparse, smallLarge } from '../../support/large.ts';
import {
  ACCOUNT_A,
  changeProperties,
  DESTINATION_BUCKET,
  eventually,
  REGION,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const LARGE_BYTES = 9 * 1024 ** 2;
const HOUR_MS = 3_600_000;
const CANARY_ARN = `arn:aws:events:${REGION}:${ACCOUNT_A}:rule/upload-relay-canary`;
const TOPIC_ARN = `arn:aws:sns:${REGION}:${ACCOUNT_A}:upload-relay-alarms`;

function own(name: keyof typeof METRICS, dimensions: Record<string, string> = { route: 'main' }): MetricId {
  const all = { service: 'upload-relay', ...dimensions };
  return { account: ACCOUNT_A, region: REGION, namespace: 'UploadRelay', name: METRICS[name], dimensions: all };
}

/** Of everything so far. */
function statistic(world: TwoAccounts, id: MetricId, of: Statistic): number | undefined {
  return world.cloud.cloudWatch.metrics.statistic(id, of, { from: 0, to: Number.MAX_SAFE_INTEGER });
}

async function fireCanary(world: TwoAccounts, arn = CANARY_ARN): Promise<void> {
  world.cloud.scheduledRules.fire(arn);
  await eventually(async () => world.cloud.lambda.active === 0);
}

describe('two accounts at work', () => {
  let world: TwoAccounts;
  const faults = new Faults({ seed: 1 });

  beforeAll(async () => {
    world = await startTwoAccounts({ change: (stacks) => smallLarge(stacks), faults });
  });

  afterAll(async () => {
    expect(world.cloud.unexpectedErrors).toEqual([]);
    await world.close();
  });

  test('what is delivered is counted along its route, with its bytes and its time since the drop', async () => {
    const before = Date.now();
    for (const [index, size] of [10, 200, 3000].entries()) {
      await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: `${index}`, Body: Buffer.alloc(size) }));
    }
    await world.cloud.settled();
    expect(statistic(world, own('objectsDelivered'), 'Sum')).toBe(3);
    expect(statistic(world, own('bytesDelivered'), 'Sum')).toBe(3210);
    expect(statistic(world, own('objectsFailed'), 'Sum')).toBe(0);
    expect(statistic(world, own('deliveryLatency'), 'SampleCount')).toBe(3);
    expect(statistic(world, own('deliveryLatency'), 'Minimum')).toBeGreaterThan(0);
    expect(statistic(world, own('deliveryLatency'), 'p99')).toBeLessThanOrEqual(Date.now() - before);
    expect(statistic(world, own('deliveredInTime', {}), 'SampleCount')).toBe(3);
    expect(statistic(world, own('deliveredInTime', {}), 'Average')).toBe(1);
  });

  test('an invocation says it once, however many objects it delivers, and one by hand takes the time of the drop from the source', async () => {
    const lines = () => world.cloud.logs.lines(RELAY_LOG_GROUP).filter((line) => line.includes('"_aws"'));
    const before = lines().length;
    await world.invoke({ keys: ['0', '1', '2'] });
    const [ofRoute, ofRelay, ...others] = lines()
      .slice(before)
      .map((line) => JSON.parse(line));
    expect(others).toEqual([]);
    expect(ofRoute).toMatchObject({ route: 'main', ObjectsDelivered: 3, BytesDelivered: 3210 });
    expect(ofRelay).toMatchObject({ DeliveryLatency: ofRoute.DeliveryLatency, DeliveredInTime: [1, 1, 1] });
    expect(statistic(world, own('deliveryLatency'), 'SampleCount')).toBe(6);
  });

  test('an invocation with nothing to relay says nothing', async () => {
    const before = world.cloud.cloudWatch.metrics.statistic(own('objectsDelivered'), 'SampleCount', ALWAYS);
    await world.invoke({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: TEST_EVENT }] });
    expect(statistic(world, own('objectsDelivered'), 'SampleCount')).toBe(before);
  });

  test('the canary passes, and with it the silence ends', async () => {
    expect(world.cloud.cloudWatch.evaluateAlarms()['upload-relay-check-silent']).toBe('ALARM');
    await fireCanary(world);
    expect(statistic(world, own('checkPassed', {}), 'Sum')).toBe(1);
    const now = Date.now();
    const states = (hours: number) => world.cloud.cloudWatch.evaluateAlarms(now + hours * HOUR_MS);
    expect(states(0)).toMatchObject({ 'upload-relay-check-silent': 'OK', 'upload-relay-check-failed': 'OK' });
    expect(states(25)['upload-relay-check-silent']).toBe('OK');
    expect(states(27)['upload-relay-check-silent']).toBe('ALARM');
  });

  test('the upload of a large object is begun and finished, and orphaned when it is given up', async () => {
    const large = () =>
      (['largeUploadsBegun', 'largeUploadsFinished', 'orphanedUploads'] as const).map((name) =>
        statistic(world, own(name), 'Sum'),
      );
    const latencies = () => statistic(world, own('deliveryLatency'), 'SampleCount');
    const before = latencies()!;
    await putSparse(world, 'large', LARGE_BYTES);
    await eventually(async () => (await world.ledgerItem('large'))?.['status'] === 'delivered');
    await eventually(async () => latencies() === before + 1);
    await world.cloud.settled();
    expect(large()).toEqual([1, 1, 0]);
    // As long as it was under way, its age was told.
    expect(statistic(world, own('oldestLarge', {}), 'Maximum')).toBeGreaterThan(0);
    const denied: Rule = {
      name: 'denied',
      match: { operation: 'CompleteMultipartUpload' },
      when: { nth: 1 },
      fault: { kind: 'error', status: 403, code: 'AccessDenied' },
    };
    faults.add(denied);
    await putSparse(world, 'denied', LARGE_BYTES);
    await eventually(async () => (await world.ledgerItem('denied'))?.['status'] === 'failed');
    await world.cloud.settled();
    expect(large()).toEqual([2, 1, 1]);
    await world.deadLetters();
  });

  test('an object that is given up is counted, and raises the alarm on dead letters, which tells the topic', async () => {
    const [failedBefore, bytesBefore] = (['objectsFailed', 'bytesFailed'] as const).map((name) =>
      statistic(world, own(name), 'Sum'),
    );
    world.cloud.recordQueues();
    expect(world.cloud.cloudWatch.evaluateAlarms()['upload-relay-dead-letters']).toBe('OK');
    const object = { key: 'never-uploaded', size: 55 };
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: SOURCE_BUCKET }, object },
    };
    const body = JSON.stringify({ Records: [record] });
    await world.invoke({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', body }] });
    expect(statistic(world, own('objectsFailed'), 'Sum')).toBe(failedBefore! + 1);
    expect(statistic(world, own('bytesFailed'), 'Sum')).toBe(bytesBefore! + 55);
    world.cloud.recordQueues();
    expect(world.cloud.cloudWatch.evaluateAlarms()['upload-relay-dead-letters']).toBe('ALARM');
    const told = world.cloud.topics.get(TOPIC_ARN).published.map((message) => JSON.parse(message));
    expect(told.at(-1)).toMatchObject({
      AlarmName: 'upload-relay-dead-letters',
      AlarmDescription: expect.stringContaining('docs/runbook.md#alarm-dead-letters'),
    });
  });

  test('what waits for a role is sent anew, and its age is told', async () => {
    faults.add({
      name: 'expired',
      match: { operation: 'PutObject', key: /waits$/, bucket: DESTINATION_BUCKET },
      when: { times: 1 },
      fault: { kind: 'expire-credentials' },
    });
    // It let the relay in a moment ago, so it may well be that IAM hasn't settled.
    faults.add({
      name: 'refused',
      match: { service: 'sts', operation: 'AssumeRole' },
      when: { times: 1 },
      fault: { kind: 'error', status: 403, code: 'AccessDenied' },
    });
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'waits', Body: 'x' }));
    await eventually(async () => (await world.ledgerItem('waits'))?.['status'] === 'delivered');
    await world.cloud.settled();
    expect(statistic(world, own('oldestRequeued', {}), 'Maximum')).toBeGreaterThan(0);
  });

  test('a reconciliation that finds nothing missing says so, and its alarms are content', async () => {
    const arn = `arn:aws:scheduler:${REGION}:${ACCOUNT_A}:schedule/upload-relay/_reconciliation`;
    await world.cloud.scheduler.fire(arn);
    expect(statistic(world, own('objectsMissing', {}), 'Maximum')).toBe(0);
    // The one that failed since it was put.
    expect(statistic(world, own('objectsStillFailed', {}), 'Maximum')).toBe(1);
    expect(world.cloud.cloudWatch.evaluateAlarms()).toMatchObject({ 'upload-relay-objects-missing': 'OK' });
  });

  test('a canary that came across is told by the next one', async () => {
    const arrived = () => statistic(world, own('canaryArrived', {}), 'Sum');
    await fireCanary(world, `${CANARY_ARN}-drop`);
    await world.cloud.settled();
    expect(arrived()).toBeUndefined();
    await fireCanary(world, `${CANARY_ARN}-drop`);
    await world.cloud.settled();
    expect(arrived()).toBe(1);
  });

  test('late uploads raise the alarm on the objective, and end it; then the relay is no longer healthy', () => {
    const { cloudWatch } = world.cloud;
    const inTime = own('deliveredInTime', {});
    const now = Date.now();
    const put = (time: number, values: number[]) => cloudWatch.metrics.put({ ...inTime, unit: 'Count', time, values });
    const stateAt = (time: number) => {
      const { 'upload-relay-objective': objective, 'upload-relay-health': health } = cloudWatch.evaluateAlarms(time);
      return { objective, health };
    };
    const [first, second] = [now + 100 * HOUR_MS, now + 200 * HOUR_MS];
    // Five in a thousand are within what may burn for hours.
    put(first, [...Array(995).fill(1), ...Array(5).fill(0)]);
    expect(stateAt(first)).toMatchObject({ objective: 'OK' });
    put(second, [...Array(98).fill(1), 0, 0]);
    expect(stateAt(second)).toEqual({ objective: 'ALARM', health: 'ALARM' });
    const told = () => world.cloud.topics.get(TOPIC_ARN).published.map((message) => JSON.parse(message).AlarmName);
    expect(told()).toContain('upload-relay-objective');
    expect(told()).not.toContain('upload-relay-health');
    // The hour is still bad, but the last minutes are not.
    put(second + 31 * 60_000, Array(100).fill(1));
    expect(stateAt(second + 31 * 60_000)).toMatchObject({ objective: 'OK' });
  });

  test('a slow burn over six hours raises it, too, and nothing uploaded is nothing late', () => {
    const { cloudWatch } = world.cloud;
    const inTime = own('deliveredInTime', {});
    const start = Date.now() + 300 * HOUR_MS;
    const stateAt = (time: number) => cloudWatch.evaluateAlarms(time)['upload-relay-objective'];
    for (let minute = 0; minute < 360; minute += 20) {
      const values = [...Array(993).fill(1), ...Array(7).fill(0)];
      cloudWatch.metrics.put({ ...inTime, unit: 'Count', time: start + minute * 60_000, values });
    }
    expect(stateAt(start + 350 * 60_000)).toBe('ALARM');
    expect(stateAt(start + 24 * HOUR_MS)).toBe('OK');
  });

  test('every alarm listens to a metric that is really there, by name and by dimensions', () => {
    const { metrics } = world.cloud.cloudWatch;
    const alarms = world.cloud.cloudWatch.alarms();
    expect(alarms.length).toBeGreaterThan(6);
    for (const { name, metric } of alarms) {
      expect([name, metrics.statistic(metric, 'SampleCount', ALWAYS)]).toEqual([name, expect.any(Number)]);
    }
  });

  test('so does every graph of the dashboard', () => {
    const { cloudWatch } = world.cloud;
    const { metrics } = cloudWatch;
    const { widgets } = cloudWatch.dashboard('upload-relay') as {
      widgets: { type: string; properties: { metrics?: unknown[][] } }[];
    };
    const shown = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    expect(shown.length).toBeGreaterThan(10);
    const missing = shown.flatMap((entry) => {
      const [namespace, name, ...pairs] = entry.filter((part): part is string => typeof part === 'string');
      const dimensions: Record<string, string> = {};
      for (let at = 0; at < pairs.length; at += 2) dimensions[pairs[at]!] = pairs[at + 1]!;
      const id = { account: ACCOUNT_A, region: REGION, namespace: namespace!, name: name!, dimensions };
      return metrics.statistic(id, 'SampleCount', ALWAYS) === undefined ? [name] : [];
    });
    expect(missing).toEqual([]);
  });
});

test('a check that fails by night raises its alarm', async () => {
  const world = await startTwoAccounts({
    change: (stacks) => {
      writerTrust(stacks).Condition.StringEquals['sts:ExternalId'] = 'changed without telling';
    },
  });
  await fireCanary(world);
  expect(statistic(world, own('checkPassed', {}), 'Maximum')).toBe(0);
  expect(statistic(world, own('checkFailedLines', {}), 'Maximum')).toBe(1);
  expect(world.cloud.cloudWatch.evaluateAlarms()).toMatchObject({
    'upload-relay-check-failed': 'ALARM',
    'upload-relay-check-silent': 'ALARM',
  });
  // Nobody has mended anything.
  const hoursLater = world.cloud.cloudWatch.evaluateAlarms(Date.now() + 20 * HOUR_MS);
  expect(hoursLater['upload-relay-check-failed']).toBe('ALARM');
  await world.close();
});

test('Lambda’s throttles are counted', async () => {
  const world = await startTwoAccounts({
    change: (stacks) => {
      for (const properties of functionsOf(stacks)) properties['ReservedConcurrentExecutions'] = 0;
    },
  });
  await expect(world.invoke({ key: 'x' })).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  const id = { account: ACCOUNT_A, region: REGION, namespace: 'AWS/Lambda', name: 'Throttles' };
  expect(statistic(world, { ...id, dimensions: { FunctionName: 'upload-relay' } }, 'Sum')).toBeGreaterThan(0);
  await world.close();
});

test('EventBridge may invoke the check only as long as the check’s policy says so', async () => {
  const world = await startTwoAccounts({
    change: (stacks) => {
      changeProperties(stacks, 'AWS::Lambda::Permission', { SourceArn: `${CANARY_ARN}-of-somebody-else` });
    },
  });
  expect(() => world.cloud.scheduledRules.fire(CANARY_ARN)).toThrow('not authorized to perform: lambda:InvokeFunction');
  await world.close();
});

const ALWAYS = { from: 0, to: Number.MAX_SAFE_INTEGER };
const TEST_EVENT = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' });

function functionsOf(stacks: StackInput[]): Record<string, unknown>[] {
  const { template } = stacks.find(({ name }) => name === 'upload-relay-source')!;
  return Object.values(template.Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' ? [Properties as Record<string, unknown>] : [],
  );
}
