/** CloudWatch as a program asks it for alarms and for what was measured. */
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { IamAuthorizer } from '../../../authorization/authorizer.ts';
import type { ApiRequest, Principal } from '../../../core/api.ts';
import type { Alarm } from '../../../services/cloudwatch/alarm.ts';
import { parseAlarmRule } from '../../../services/cloudwatch/alarm-rule.ts';
import { CloudWatchService } from '../../../services/cloudwatch/service.ts';
import { CloudWatch } from '../../../services/cloudwatch/store.ts';
import { Directory } from '../../../services/iam/state/directory.ts';

const A = '111111111111';
const PLACE = { account: A, region: 'us-east-1' };
let service: CloudWatchService;
let now = 600_000;
let isFull = false;
const callers = new Map<string, Principal>();

beforeAll(() => {
  const clock = () => now;
  const directory = new Directory(clock);
  directory.addAccount(A);
  const Statement = {
    Effect: 'Allow' as const,
    Action: ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricStatistics'],
    Resource: '*',
  };
  directory.addUser({ account: A, name: 'reader', policies: [{ name: 'read', document: { Statement } }] });
  directory.addUser({ account: A, name: 'nobody', policies: [] });
  for (const user of ['reader', 'nobody']) {
    callers.set(user, directory.findAccessKey(directory.addAccessKey(A, user).accessKeyId)!.principal);
  }
  const topics = { get: () => undefined, publish: () => undefined };
  const cloudWatch = new CloudWatch({ clock, topics, onUnexpectedError: () => undefined });
  for (const name of ['x-full', 'x-other', 'y']) cloudWatch.putAlarm(alarmOf(name));
  const metric = { ...PLACE, region: 'eu-west-1', namespace: 'N', name: 'M', dimensions: {} };
  cloudWatch.putAlarm({ ...alarmOf('x-elsewhere'), metric });
  const rule = parseAlarmRule('ALARM("x-full") OR ALARM("y")');
  cloudWatch.putComposite({ ...PLACE, name: 'x-any', description: '', rule, actions: [] });
  const measure = () => {
    const id = { ...PLACE, namespace: 'N', name: 'x-full', dimensions: { Q: 'q' } };
    cloudWatch.metrics.put({ ...id, unit: 'Count', time: now, values: [isFull ? 1 : 0] });
  };
  service = new CloudWatchService({ cloudWatch, authorizer: new IamAuthorizer(directory), measure });
});

function alarmOf(name: string): Alarm {
  return {
    name,
    description: `about ${name}`,
    metric: { ...PLACE, namespace: 'N', name, dimensions: { Q: 'q' } },
    statistic: 'Maximum',
    periodSeconds: 60,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    treatMissingData: 'notBreaching',
    actions: ['arn:aws:sns:us-east-1:111111111111:t'],
  };
}

interface Answer {
  MetricAlarms: { AlarmName: string; StateValue: string; StateUpdatedTimestamp: number }[];
  CompositeAlarms: { AlarmName: string; StateValue: string }[];
  NextToken?: string;
}

async function ask(parameters: object, { user = 'reader', operation = 'DescribeAlarms' } = {}): Promise<Answer> {
  const { body } = await service.handle({
    caller: { principal: callers.get(user), context: {} },
    region: 'us-east-1',
    headers: { 'x-amz-target': `GraniteServiceVersion20100801.${operation}` },
    body: Readable.from([JSON.stringify(parameters)]),
  } as unknown as ApiRequest);
  return JSON.parse(String(body)) as Answer;
}

const BOTH = { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
const namesOf = ({ MetricAlarms, CompositeAlarms }: Answer) =>
  [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName);

test('alarms of this region, of a metric unless asked otherwise', async () => {
  expect(namesOf(await ask({}))).toEqual(['x-full', 'x-other', 'y']);
  expect(namesOf(await ask(BOTH))).toEqual(['x-full', 'x-other', 'y', 'x-any']);
  expect(namesOf(await ask({ ...BOTH, AlarmNamePrefix: 'x-' }))).toEqual(['x-full', 'x-other', 'x-any']);
  expect(namesOf(await ask({ ...BOTH, AlarmNames: ['y', 'x-any', 'z'] }))).toEqual(['y', 'x-any']);
});

test('a state is that of now, and says since when', async () => {
  expect(namesOf(await ask({ ...BOTH, StateValue: 'ALARM' }))).toEqual([]);
  isFull = true;
  now = 660_000;
  expect(namesOf(await ask({ ...BOTH, StateValue: 'ALARM' }))).toEqual(['x-full', 'x-any']);
  now = 690_000;
  const [full] = (await ask({ StateValue: 'ALARM' })).MetricAlarms;
  expect(full).toMatchObject({
    AlarmName: 'x-full',
    AlarmArn: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:x-full',
    StateUpdatedTimestamp: 660,
    StateReason: 'Threshold: 1 of the last 1 datapoints were GreaterThanThreshold 0',
    Dimensions: [{ Name: 'Q', Value: 'q' }],
  });
});

test('pages follow each other', async () => {
  const { NextToken, ...first } = await ask({ ...BOTH, MaxRecords: 3 });
  expect(namesOf(first)).toEqual(['x-full', 'x-other', 'y']);
  const last = await ask({ ...BOTH, MaxRecords: 3, NextToken });
  expect(namesOf(last)).toEqual(['x-any']);
  expect(last.NextToken).toBeUndefined();
});

test.each<[object, object, string]>([
  [{}, { user: 'nobody' }, 'is not authorized to perform: cloudwatch:DescribeAlarms'],
  [{ ActionPrefix: 'arn' }, {}, 'ActionPrefix'],
  [{ AlarmTypes: ['LogAlarm'] }, {}, 'AlarmTypes.0'],
  [{}, { operation: 'PutMetricAlarm' }, 'PutMetricAlarm'],
])('%j %j is refused', async (parameters, as, words) => {
  await expect(ask(parameters, as)).rejects.toThrow(words);
});

describe('statistics', () => {
  const FULL = { Namespace: 'N', MetricName: 'x-full', Dimensions: [{ Name: 'Q', Value: 'q' }], Period: 60 };
  const statistics = (parameters: object, as = {}) =>
    ask(
      { ...FULL, StartTime: 600, EndTime: 720, Statistics: ['Maximum'], ...parameters },
      { operation: 'GetMetricStatistics', ...as },
    );

  test('have a datapoint for each period in which something was measured', async () => {
    const { Datapoints } = (await statistics({ StartTime: 599 })) as unknown as { Datapoints: object[] };
    expect(Datapoints).toEqual([
      { Timestamp: 600, Unit: 'Count', Maximum: 0 },
      { Timestamp: 660, Unit: 'Count', Maximum: 1 },
    ]);
    expect(await statistics({ MetricName: 'unheard' })).toEqual({ Label: 'unheard', Datapoints: [] });
  });

  test.each<[object, object, string]>([
    [{}, { user: 'nobody' }, 'is not authorized to perform: cloudwatch:GetMetricStatistics'],
    [{ Unit: 'Count' }, {}, 'Unit'],
    [{ Period: 30 }, {}, 'Period'],
    [{ Statistics: ['p99'] }, {}, 'Statistics.0'],
    [{ EndTime: 600 }, {}, 'The parameter StartTime must be less than the parameter EndTime.'],
    [{ EndTime: 600 + 60 * 1441 }, {}, 'You have requested up to 1441 datapoints'],
  ])('%j %j is refused', async (parameters, as, words) => {
    await expect(statistics(parameters, as)).rejects.toThrow(words);
  });
});
