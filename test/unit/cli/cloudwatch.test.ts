/** Which alarms are a relay's own, where another one's name begins alike. */
import { expect, test } from 'vitest';
import { ownOf } from '../../../cli/cloudwatch.ts';

const ARN = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:';
const NAMES = ['relay-canary', 'relay-dead-letters', 'relay-two-canary', 'relay-two-health'];
const plain = NAMES.map((AlarmName) => ({ AlarmName }));
const health = {
  AlarmName: 'relay-health',
  AlarmRule: `ALARM("${ARN}relay-canary") OR ALARM("${ARN}relay-dead-letters")`,
};
const nested = { AlarmName: 'relay-health', AlarmRule: `ALARM("${ARN}relay-health-1")` };

test.each([
  [
    'those that the alarm on its health names',
    [...plain, health],
    ['relay-canary', 'relay-dead-letters', 'relay-health'],
  ],
  [
    'those that it names by way of others',
    [...plain, { AlarmName: 'relay-health-1', AlarmRule: `ALARM("${ARN}relay-canary")` }, nested],
    ['relay-canary', 'relay-health-1', 'relay-health'],
  ],
  ['all, without such an alarm', plain, NAMES],
])('%s', (_, alarms, names) => {
  expect(ownOf(alarms, 'relay-health').map(({ AlarmName }) => AlarmName)).toEqual(names);
});
