/** Names and texts at their limit, and one step beyond it. */
import { describe, expect, test } from 'vitest';
import * as texts from '../../../templates/texts.ts';

const schemas = { ...texts };

type Name = {
  [K in keyof typeof schemas]: (typeof schemas)[K] extends { safeParse: unknown } ? K : never;
}[keyof typeof schemas];

const x = (length: number) => 'x'.repeat(length);

describe.each<[Name, taken: string[], refused: string[]]>([
  ['roleName', ['a', 'A_b+c=d,e.f@g-h', x(64)], ['', x(65), 'a b', 'a/b', 'ä']],
  ['userName', ['ann@example', x(64)], ['', x(65), 'a b']],
  ['policyName', ['p', x(128)], ['', x(129), 'a/b']],
  ['iamPath', ['/', '/jobs/', `/${x(510)}/`], ['', 'jobs/', '/jobs', `/${x(511)}/`]],
  ['iamDescription', ['', 'tab\tline\nÿ', x(1000)], [x(1001), '日', '\u0080']],
  ['keyAlias', ['alias/a_b/c-d', `alias/${x(250)}`], ['alias/', 'key', 'alias/aws/s3', 'alias/a b', `alias/${x(251)}`]],
  ['keyDescription', ['', x(8192)], [x(8193)]],
  ['queueName', ['a_b-C', x(80)], ['', x(81), 'a.fifo', 'a b']],
  ['topicName', ['a_b-C', x(256)], ['', x(257), 'a.fifo']],
  ['topicDisplayName', ['', x(100)], [x(101)]],
  ['ruleName', ['a.b-c_D', x(64)], ['', x(65), 'a/b']],
  ['ruleDescription', ['', x(512)], [x(513)]],
  ['targetId', ['Target0', x(64)], ['', x(65), 'a b']],
  ['targetInput', ['{}', x(8192)], [x(8193)]],
  ['scheduleName', ['a.b-c_D', x(64)], ['', x(65), 'a/b']],
  ['scheduleGroupName', ['a.b-c_D', x(64)], ['', x(65), 'a b']],
  ['scheduleDescription', ['', x(512)], [x(513)]],
  ['scheduleInput', ['{}'], ['']],
  ['scheduleExpression', ['rate(1 day)', x(256)], ['', x(257)]],
  ['functionName', ['a_b-C', x(64)], ['', x(65), 'a.b']],
  ['aliasName', ['live', 'v1', x(128)], ['', '1', '42', x(129), 'a.b']],
  ['lambdaDescription', ['', x(256)], [x(257)]],
  ['alarmName', ['a b/c', x(255)], ['', x(256)]],
  ['alarmDescription', ['', x(1024)], [x(1025)]],
  ['dashboardName', ['a_b-C', x(255)], ['', x(256), 'a b']],
  ['logGroupName', ['/aws/lambda/a.b_c#1', x(512)], ['', x(513), 'a b', 'a:b']],
  ['tableName', ['abc', 'a.b-c_D', x(255)], ['', 'ab', x(256), 'a b']],
])('%s', (name, taken, refused) => {
  test.each(taken)('takes %j', (text) => {
    expect(schemas[name].safeParse(text).success).toBe(true);
  });
  test.each(refused)('refuses %j', (text) => {
    expect(schemas[name].safeParse(text).success).toBe(false);
  });
});
