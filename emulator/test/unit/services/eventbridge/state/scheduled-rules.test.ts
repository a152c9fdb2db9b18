import { describe, expect, test } from 'vitest';
import { ScheduledRules } from '../../../../../services/eventbridge/state/scheduled-rules.ts';

const PLACE = { account: '111111111111', region: 'us-east-1' };

describe('a schedule', () => {
  const schedules = new ScheduledRules({ clock: () => 0, invoke: async () => undefined });
  const rule = { ...PLACE, name: 'r', enabled: true, targets: [] };

  test.each(['rate(1 day)', 'rate(12 hours)', 'cron(0 6 * * ? *)'])('may be %s', (expression) => {
    expect(schedules.put({ ...rule, expression }).arn).toBe('arn:aws:events:us-east-1:111111111111:rule/r');
  });

  test.each(['rate(1 days)', 'rate(2 day)', 'cron(0 6 * *)', 'daily'])('may not be %s', (expression) => {
    expect(() => schedules.put({ ...rule, expression })).toThrow('ScheduleExpression is not valid');
  });

  test('fires only if there is one and it is enabled', () => {
    const { arn } = schedules.put({ ...rule, enabled: false, expression: 'rate(1 day)' });
    expect(() => schedules.fire(arn)).toThrow('There is no schedule');
    expect(() => schedules.fire('arn:aws:events:us-east-1:111111111111:rule/none')).toThrow('There is no schedule');
  });
});
