import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { anchorOf } from '../support/anchor.ts';
import { type CommittedContext, committedContext, manyRoutes, templatesOf } from '../support/stacks.ts';

const { source } = templatesOf(committedContext());
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

interface AlarmProperties {
  AlarmName: string;
  AlarmDescription: string;
  AlarmActions: unknown[];
  OKActions: unknown[];
}

function alarmsOf(template: typeof source): AlarmProperties[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
}

function compositesOf(template: typeof source): (AlarmProperties & { AlarmRule: unknown })[] {
  return Object.values(template.findResources('AWS::CloudWatch::CompositeAlarm')).map(({ Properties }) => Properties);
}

/** The ids of the alarms that a rule names, by how it joins them. */
function ruleOf({ AlarmRule }: { AlarmRule: unknown }): string {
  const parts = (AlarmRule as { 'Fn::Join': ['', (string | { 'Fn::GetAtt': [string, 'Arn'] })[]] })['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : part['Fn::GetAtt'][0])).join('');
}

/** Only the alarm on the objective as a whole tells anybody. */
const isWindow = ({ AlarmName }: AlarmProperties) => /-objective-\d+[mh]$/.test(AlarmName);

/** The runbook's sections by their anchors. */
function sections(): Map<string, string> {
  const parts = runbook.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [anchorOf(part.slice(0, part.indexOf('\n'))), part]));
}

/** The committed relay, of a bucket that is there already. */
function ofExistingBucket(): typeof source {
  const context = committedContext();
  context.source.existingBucket = true;
  return templatesOf(context).source;
}

describe('alarms', () => {
  const alarms = alarmsOf(source);
  const ofRule = alarmsOf(ofExistingBucket()).filter(({ AlarmName }) => AlarmName.includes('rule'));

  test('an existing bucket’s rule has its own', () => {
    expect(ofRule.map(({ AlarmName }) => AlarmName)).toEqual([
      'upload-relay-rule-failed',
      'upload-relay-rule-failed-for-good',
    ]);
  });

  test('without a canary none is missed', () => {
    const names = alarmsOf(templatesOf({ ...committedContext(), relay: { canary: false } }).source);
    expect(names).toHaveLength(alarms.length - 1);
  });

  test('there is one for everything that somebody must act upon', () => {
    expect(alarms.map(({ AlarmName }) => AlarmName).toSorted()).toEqual([
      'upload-relay-canary',
      'upload-relay-check-failed',
      'upload-relay-check-silent',
      'upload-relay-dead-letters',
      'upload-relay-errors',
      'upload-relay-latency',
      'upload-relay-objective-1h',
      'upload-relay-objective-30m',
      'upload-relay-objective-5m',
      'upload-relay-objective-6h',
      'upload-relay-objects-missing',
      'upload-relay-oldest-message',
      'upload-relay-oldest-message-requeued',
      'upload-relay-reconciliation-silent',
      'upload-relay-throttles',
    ]);
  });

  test('docs/cost.md counts them', () => {
    const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
    const [, count] = /^\| alarms \| (\d+),/m.exec(page)!;
    expect(alarms).toHaveLength(Number(count));
    const [, composites] = /^\| composite alarms: .* \| (\d+) \|/m.exec(page)!;
    expect(compositesOf(source)).toHaveLength(Number(composites));
  });

  test('each route has its own alarm on latency where that is asked for', () => {
    const context: CommittedContext = { ...committedContext(), relay: { routeAlarms: true } };
    const [main] = context.routes;
    const destination = { ...main!.destination, bucket: 'another-bucket' };
    context.routes.push({ ...main!, name: 'second', writerRoleName: 'second-writer', destination });
    const names = alarmsOf(templatesOf(context).source).map(({ AlarmName }) => AlarmName);
    expect(names).toEqual(expect.arrayContaining(['upload-relay-latency-main', 'upload-relay-latency-second']));
    expect(names).toHaveLength(alarms.length + 2);
  });

  const telling = [
    ...alarms.filter((alarm) => !isWindow(alarm)),
    ...compositesOf(source).filter(({ AlarmName }) => AlarmName !== 'upload-relay-health'),
  ];
  test.each([...telling, ...ofRule].map((alarm) => [alarm.AlarmName, alarm] as const))(
    '%s tells the topic, and has a section in the runbook: meaning, first command, fix',
    (_, { AlarmDescription, AlarmActions, OKActions }) => {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmsTopic/) }]);
      expect(OKActions).toEqual(AlarmActions);
      const [, named] = /docs\/runbook\.md#(\S+)$/.exec(AlarmDescription)!;
      const section = sections().get(named!);
      for (const part of ['**Meaning**', '**First command**', '**Fix**']) expect(section).toContain(part);
    },
  );

  test('the runbook has no section for an alarm that does not exist', () => {
    const kinds = new Set(
      [...alarms, ...ofRule, ...compositesOf(source)].map(({ AlarmDescription }) => AlarmDescription.split('#')[1]),
    );
    const inRunbook = [...sections().keys()].filter((each) => each.startsWith('alarm-'));
    expect(new Set(inRunbook)).toEqual(kinds);
  });

  test('silence counts like failure', () => {
    source.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'upload-relay-check-silent',
      TreatMissingData: 'breaching',
      Period: 3600,
      EvaluationPeriods: 26,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
    });
  });

  test('what a reconciliation has found is told until the next one', () => {
    source.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'upload-relay-objects-missing',
      MetricName: 'ObjectsMissing',
      Period: 3600,
      EvaluationPeriods: 24,
      DatapointsToAlarm: 1,
    });
  });

  test.each<[object, string[]]>([
    [{ reconciliation: { schedule: 'rate(7 days)' } }, ['upload-relay-objects-missing']],
    [{ reconciliation: false }, []],
    [{ replay: false }, []],
  ])('of %j nobody says that it is late', (relay, names) => {
    const found = alarmsOf(templatesOf({ ...committedContext(), relay }).source).map(({ AlarmName }) => AlarmName);
    expect(found.filter((name) => /missing|reconciliation/.test(name))).toEqual(names);
  });

  test('the objective is missed where its budget burns fast in a long and in a short window', () => {
    const thresholds = alarms.filter(isWindow).map(({ AlarmName, ...properties }) => [AlarmName, properties]);
    const window = (Period: number, Threshold: number) => ({
      Period,
      Threshold,
      MetricName: 'DeliveredInTime',
      Statistic: 'Average',
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
    expect(Object.fromEntries(thresholds)).toMatchObject({
      'upload-relay-objective-1h': window(3600, 0.9856),
      'upload-relay-objective-5m': window(300, 0.9856),
      'upload-relay-objective-6h': window(21_600, 0.994),
      'upload-relay-objective-30m': window(1800, 0.994),
    });
    for (const alarm of alarms.filter(isWindow)) expect(alarm.AlarmActions).toBeUndefined();
    const objective = compositesOf(source).find(({ AlarmName }) => AlarmName === 'upload-relay-objective')!;
    expect(ruleOf(objective).replaceAll(/AlarmsObjective(\d+[mh])\w+/g, '$1')).toBe(
      '((ALARM("1h") AND ALARM("5m")) OR (ALARM("6h") AND ALARM("30m")))',
    );
  });

  test('the objective is the configuration’s', () => {
    const relay = { objectiveSeconds: 60, objectivePercent: 99 };
    const own = alarmsOf(templatesOf({ ...committedContext(), relay }).source);
    const thresholdOf = (name: string) => own.find(({ AlarmName }) => AlarmName === `upload-relay-${name}`);
    expect(thresholdOf('objective-1h')).toMatchObject({ Threshold: 0.856 });
    expect(thresholdOf('latency')).toMatchObject({ Threshold: 60_000 });
  });

  test('the relay is healthy as long as no alarm is on that tells somebody', () => {
    const health = compositesOf(source).find(({ AlarmName }) => AlarmName === 'upload-relay-health')!;
    const under = ruleOf(health).match(/ALARM\("\w+"\)/g)!;
    expect(ruleOf(health)).toBe(`(${under.join(' OR ')})`);
    expect(under).toHaveLength(telling.length);
    expect(health.AlarmActions).toBeUndefined();
  });

  test('however many alarms there are, no rule names too many, and every one counts', () => {
    const context = manyRoutes(130, (index) => ({ filter: { prefix: `${index}/` } }));
    const { source: large } = templatesOf({ ...context, relay: { routeAlarms: true } });
    const resources = large.findResources('AWS::CloudWatch::CompositeAlarm');
    const named = (id: string): string[] =>
      [...ruleOf(resources[id]!.Properties as never).matchAll(/"(\w+)"/g)].map(([, name]) => name!);
    for (const id of Object.keys(resources)) expect(named(id).length).toBeLessThanOrEqual(100);
    const [top] = Object.keys(resources).filter((id) => resources[id]!.Properties.AlarmName === 'upload-relay-health');
    const all = named(top!).flatMap(named);
    expect(new Set(all).size).toBe(telling.length + 130);
    for (const { Properties } of Object.values(resources)) {
      const arn = `arn:aws:cloudwatch:us-east-1:111111111111:alarm:${'x'.repeat(85)}`;
      expect(ruleOf(Properties as never).replaceAll(/"\w+"/g, `"${arn}"`).length).toBeLessThanOrEqual(10_240);
    }
  });

  test('only CloudWatch of this account may tell the topic anything', () => {
    source.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
          },
        ],
      },
    });
  });

  test('a mailbox gets them only if it is named', () => {
    source.resourceCountIs('AWS::SNS::Subscription', 0);
    const named = templatesOf({ ...committedContext(), relay: { alarmEmail: 'on-call@example.com' } }).source;
    named.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@example.com' });
  });
});

test('the canary is the check, once a day, and EventBridge may invoke it for that rule alone', () => {
  source.hasResourceProperties('AWS::Events::Rule', {
    Name: 'upload-relay-canary',
    ScheduleExpression: 'cron(0 6 * * ? *)',
  });
  source.resourceCountIs('AWS::Lambda::Permission', 2);
  source.hasResourceProperties('AWS::Lambda::Permission', {
    Principal: 'events.amazonaws.com',
    Action: 'lambda:InvokeFunction',
    SourceArn: { 'Fn::GetAtt': [scheduleId(), 'Arn'] },
  });
});

test('the canary is dropped twice an hour, and its silence counts like failure', () => {
  source.hasResourceProperties('AWS::Events::Rule', {
    Name: 'upload-relay-canary-drop',
    ScheduleExpression: 'rate(30 minutes)',
  });
  source.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'upload-relay-canary',
    TreatMissingData: 'breaching',
    Period: 1800,
    EvaluationPeriods: 2,
  });
});

test('the dashboard shows every alarm, and a graph of each thing worth seeing', () => {
  const [dashboard] = Object.values(source.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(dashboard!.Properties.DashboardBody);
  for (const title of TITLES) expect(body).toContain(`\\"title\\":\\"${title}\\"`);
  for (const [id, { Properties }] of [
    ...Object.entries(source.findResources('AWS::CloudWatch::Alarm')),
    ...Object.entries(source.findResources('AWS::CloudWatch::CompositeAlarm')),
  ]) {
    if (!isWindow(Properties as AlarmProperties)) expect(body).toContain(id);
  }
});

test('docs/dashboard.svg shows this dashboard, and every alarm', () => {
  const picture = readFileSync(new URL('../../docs/dashboard.svg', import.meta.url), 'utf8');
  for (const title of TITLES) expect(picture).toContain(`>${title}</text>`);
  const shown = [...alarmsOf(source).filter((alarm) => !isWindow(alarm)), ...compositesOf(source)];
  for (const { AlarmName } of shown) expect(picture).toContain(`>${AlarmName.slice('upload-relay-'.length)}</text>`);
});

const TITLES = [
  'Delivered within 300 s (share)',
  'Objects',
  'Bytes',
  'From drop to delivery (ms)',
  'Oldest unrelayed object (s)',
  'Dead letters',
  'Throttles and errors',
  'Uploads of large objects',
  'Canary',
  'Invocations of the relay',
];

function scheduleId(): string {
  const rules = Object.entries(source.findResources('AWS::Events::Rule'));
  return rules.find(([, { Properties }]) => Properties.Name === 'upload-relay-canary')![0];
}
