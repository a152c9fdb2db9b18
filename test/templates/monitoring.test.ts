import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { anchorOf } from '../support/anchor.ts';
import { type CommittedContext, committedContext, templatesOf } from '../support/stacks.ts';

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

/** The runbook's sections by their anchors. */
function sections(): Map<string, string> {
  const parts = runbook.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [anchorOf(part.slice(0, part.indexOf('\n'))), part]));
}

describe('alarms', () => {
  const alarms = alarmsOf(source);

  test('there is one for everything that somebody must act upon', () => {
    expect(alarms.map(({ AlarmName }) => AlarmName).toSorted()).toEqual([
      'upload-relay-check-failed',
      'upload-relay-check-silent',
      'upload-relay-dead-letters',
      'upload-relay-errors',
      'upload-relay-latency',
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

  test.each(alarms.map((alarm) => [alarm.AlarmName, alarm] as const))(
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
    const kinds = new Set(alarms.map(({ AlarmDescription }) => AlarmDescription.split('#')[1]));
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
  source.resourceCountIs('AWS::Lambda::Permission', 1);
  source.hasResourceProperties('AWS::Lambda::Permission', {
    Principal: 'events.amazonaws.com',
    Action: 'lambda:InvokeFunction',
    SourceArn: { 'Fn::GetAtt': [scheduleId(), 'Arn'] },
  });
});

test('the dashboard shows every alarm, and a graph of each thing worth seeing', () => {
  const [dashboard] = Object.values(source.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(dashboard!.Properties.DashboardBody);
  for (const title of TITLES) expect(body).toContain(`\\"title\\":\\"${title}\\"`);
  for (const name of Object.keys(source.findResources('AWS::CloudWatch::Alarm'))) expect(body).toContain(name);
});

test('docs/dashboard.svg shows this dashboard, and every alarm', () => {
  const picture = readFileSync(new URL('../../docs/dashboard.svg', import.meta.url), 'utf8');
  for (const title of TITLES) expect(picture).toContain(`>${title}</text>`);
  for (const { AlarmName } of alarmsOf(source))
    expect(picture).toContain(`>${AlarmName.slice('upload-relay-'.length)}</text>`);
});

const TITLES = [
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
  return rules.find(([, { Properties }]) => Properties.ScheduleExpression !== undefined)![0];
}
