import { describe, expect, test } from 'vitest';
import type { AlarmState } from '../../../../services/cloudwatch/alarm.ts';
import { parseAlarmRule } from '../../../../services/cloudwatch/alarm-rule.ts';

const STATES: Record<string, AlarmState> = {
  red: 'ALARM',
  green: 'OK',
  grey: 'INSUFFICIENT_DATA',
  'two words': 'ALARM',
};
const stateOf = (name: string) => STATES[name];

test.each([
  ['ALARM("red")', true],
  ['ALARM(red)', true],
  ['ALARM( "two words" )', true],
  ['ALARM(two words)', true],
  ['OK("red")', false],
  ['OK("green")', true],
  ['INSUFFICIENT_DATA("grey")', true],
  ['ALARM("gone") OR OK("gone")', false],
  ['NOT ALARM("red")', false],
  ['NOT(ALARM("red"))', false],
  ['NOT NOT ALARM("red")', true],
  ['NOT ( TRUE )', false],
  ['ALARM("red") AND ALARM("green")', false],
  ['ALARM("red") AND NOT ALARM("green")', true],
  ['(ALARM("red") OR FALSE)AND(TRUE)', true],
  ['TRUE OR TRUE AND FALSE', true],
  ['(TRUE OR TRUE) AND FALSE', false],
  ['NOT FALSE OR TRUE', true],
  ['ALARM("arn:aws:cloudwatch:eu-west-1:111111111111:alarm:red")\n OR\tALARM("red")', true],
])('%s is %s', (rule, expected) => expect(parseAlarmRule(rule).holds(stateOf)).toBe(expected));

test('the alarms of a rule are named once each', () => {
  expect(parseAlarmRule('ALARM("a") OR (ALARM(b) AND NOT OK("a"))').alarms).toEqual(['a', 'b']);
});

const many = (count: number) => Array.from({ length: count }, (_, index) => `ALARM(a${index})`).join(' OR ');

describe('refused:', () => {
  test.each([
    ['nothing', '', 'it ends too early'],
    ['a state that does not exist', 'RED("red")', 'RED("red") is not understood'],
    ['a function of its own', 'AT_LEAST(2, ALARM, (a, b))', 'is not understood'],
    ['an alarm without a name', 'ALARM("")', 'is not understood'],
    ['a name without a state', '"red"', 'is not understood'],
    ['a word that is unknown', 'TRUE XOR TRUE', 'nobody expects XOR there'],
    ['a bracket too few', '(TRUE', 'a bracket is not closed'],
    ['a bracket too many', 'TRUE)', 'nobody expects ) there'],
    ['an operator that ends it', 'TRUE AND', 'it ends too early'],
    ['an operator that begins it', 'OR TRUE', 'nobody expects OR there'],
    ['lower case', 'alarm("red")', 'is not understood'],
    ['more than a hundred alarms', many(101), 'it names 101 alarms'],
    ['more than 500 elements', Array(251).fill('TRUE').join(' AND '), 'it has 501 elements'],
  ])('%s', (_, rule, words) => expect(() => parseAlarmRule(rule)).toThrow(words));

  test('a hundred alarms are not', () => expect(parseAlarmRule(many(100)).alarms).toHaveLength(100));
});
