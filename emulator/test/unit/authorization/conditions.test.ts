import { expect, test } from 'vitest';
import { type ConditionResult, evaluateCondition } from '../../../authorization/conditions.ts';
import { mergeContext } from '../../../authorization/context.ts';
import type { ConditionValue, OneOrMany } from '../../../core/policy-document.ts';

const context = mergeContext({
  text: 'Abc',
  size: '10',
  time: '2026-01-02T03:04:05Z',
  epoch: '1767323045',
  secure: 'true',
  ip: '10.1.2.3',
  ip6: 'fd00::1:2',
  arn: 'arn:aws:iam::111111111111:role/relay-x',
  tags: ['a', 'b'],
  empty: [],
  junk: 'ten',
});

type Row = [string, string, OneOrMany<ConditionValue>, ConditionResult];
const rows: Row[] = [
  ['StringEquals', 'text', 'Abc', 'holds'],
  ['StringEquals', 'TEXT', 'Abc', 'holds'],
  ['StringEquals', 'text', 'abc', 'fails'],
  ['StringEquals', 'text', 'A*', 'fails'],
  ['StringEquals', 'text', ['x', 'Abc'], 'holds'],
  ['StringEquals', 'text', '${text}', 'holds'],
  ['StringEquals', 'text', '${nothing}', 'fails'],
  ['StringEquals', 'nothing', 'Abc', 'fails'],
  ['StringNotEquals', 'text', 'Abc', 'fails'],
  ['StringNotEquals', 'text', ['x', 'Abc'], 'fails'],
  ['StringNotEquals', 'text', 'x', 'holds'],
  ['StringNotEquals', 'text', '${nothing}', 'holds'],
  ['StringNotEquals', 'text', ['${nothing}', 'Abc'], 'fails'],
  ['StringNotEqualsIfExists', 'text', '${nothing}', 'holds'],
  ['StringNotEquals', 'nothing', 'x', 'holds'],
  ['StringNotEqualsIgnoreCase', 'text', '${nothing}', 'holds'],
  ['StringNotLike', 'text', '${nothing}*', 'holds'],
  ['StringLike', 'text', '${nothing}*', 'fails'],
  ['StringLikeIfExists', 'text', '${nothing}*', 'fails'],
  ['StringEquals', 'text', ['${nothing}', 'Abc'], 'holds'],
  ['ArnNotEquals', 'arn', 'arn:aws:iam::${nothing}:role/relay-x', 'holds'],
  ['ArnNotLike', 'arn', 'arn:aws:iam::${nothing}:role/*', 'holds'],
  ['ArnLike', 'arn', 'arn:aws:iam::${nothing}:role/*', 'fails'],
  ['StringEqualsIgnoreCase', 'text', 'aBC', 'holds'],
  ['StringNotEqualsIgnoreCase', 'text', 'aBC', 'fails'],
  ['StringLike', 'text', 'A?c', 'holds'],
  ['StringLike', 'text', 'a*', 'fails'],
  ['StringNotLike', 'text', 'A*', 'fails'],
  ['StringNotLike', 'nothing', '*', 'holds'],
  ['StringEqualsIfExists', 'nothing', 'x', 'holds'],
  ['StringEqualsIfExists', 'text', 'x', 'fails'],
  ['NumericEquals', 'size', 10, 'holds'],
  ['NumericNotEquals', 'size', '10.0', 'fails'],
  ['NumericLessThan', 'size', '9', 'fails'],
  ['NumericLessThanEquals', 'size', '10', 'holds'],
  ['NumericGreaterThan', 'size', '9', 'holds'],
  ['NumericGreaterThanEquals', 'size', '11', 'fails'],
  ['NumericLessThan', 'junk', '11', 'fails'],
  ['NumericNotEquals', 'size', 'ten', 'unknown'],
  ['DateEquals', 'time', '1767323045', 'holds'],
  ['DateLessThan', 'epoch', '2026-01-02T03:04:06Z', 'holds'],
  ['DateGreaterThan', 'time', '2027-01-01', 'fails'],
  ['DateNotEquals', 'time', '2026-01-02T03:04:05Z', 'fails'],
  ['DateEquals', 'time', '2026-01-02T04:04:05+01:00', 'holds'],
  ['DateGreaterThan', 'time', '2026-01-02T03:04Z', 'holds'],
  ['DateGreaterThan', 'time', '2026-01-02', 'holds'],
  // A time of day without a zone would mean another moment on each machine.
  ['DateGreaterThan', 'time', '2026-01-01T00:00:00', 'unknown'],
  ['DateLessThanIfExists', 'nothing', '2026-01-01T00:00', 'unknown'],
  ['DateNotEquals', 'time', '2026-01-02T03:04:05+0100', 'unknown'],
  ['Bool', 'secure', true, 'holds'],
  ['Bool', 'secure', 'false', 'fails'],
  ['Bool', 'nothing', 'false', 'fails'],
  ['BoolIfExists', 'nothing', 'false', 'holds'],
  ['Bool', 'secure', 'yes', 'unknown'],
  ['BinaryEquals', 'text', 'Abc', 'holds'],
  ['IpAddress', 'ip', '10.0.0.0/8', 'holds'],
  ['IpAddress', 'ip', '10.1.2.3', 'holds'],
  ['IpAddress', 'ip', ['192.168.0.0/16', 'fd00::/8'], 'fails'],
  ['IpAddress', 'ip6', 'fd00::/8', 'holds'],
  ['NotIpAddress', 'ip', '10.1.0.0/16', 'fails'],
  ['NotIpAddress', 'nothing', '10.1.0.0/16', 'holds'],
  ['NotIpAddress', 'ip', '10.1.0.0/99', 'unknown'],
  ['ArnEquals', 'arn', 'arn:aws:iam::*:role/relay-*', 'holds'],
  ['ArnLike', 'arn', 'arn:aws:iam::*', 'fails'],
  ['ArnNotEquals', 'arn', 'arn:aws:iam::111111111111:role/relay-x', 'fails'],
  ['ArnNotLike', 'arn', 'arn:aws:iam::222222222222:role/*', 'holds'],
  ['Null', 'nothing', 'true', 'holds'],
  ['Null', 'empty', 'true', 'holds'],
  ['Null', 'text', true, 'fails'],
  ['Null', 'text', 'false', 'holds'],
  ['ForAnyValue:StringEquals', 'tags', ['b', 'c'], 'holds'],
  ['ForAnyValue:StringEquals', 'tags', 'c', 'fails'],
  ['ForAnyValue:StringEquals', 'nothing', 'c', 'fails'],
  ['ForAnyValue:StringNotEquals', 'tags', 'a', 'holds'],
  ['ForAllValues:StringEquals', 'tags', ['a', 'b', 'c'], 'holds'],
  ['ForAllValues:StringEquals', 'tags', 'a', 'fails'],
  ['ForAllValues:StringLike', 'nothing', 'a', 'holds'],
  ['ForAnyValue:StringNotEquals', 'tags', '${nothing}', 'holds'],
  ['ForAllValues:StringNotEquals', 'tags', '${nothing}', 'holds'],
  ['ForAllValues:StringNotLike', 'tags', ['${nothing}', 'a'], 'fails'],
  ['ForAllValues:StringEquals', 'tags', ['${nothing}', 'a', 'b'], 'holds'],
  ['ForAnyValue:StringEquals', 'tags', '${nothing}', 'fails'],
  ['ForAnyValue:StringNotEquals', 'nothing', 'c', 'fails'],
  ['ForAnyValue:StringEqualsIfExists', 'nothing', 'c', 'holds'],
  // Several values are compared by a set operator, or can't be.
  ['StringEquals', 'tags', 'a', 'unknown'],
  ['StringNotEquals', 'tags', 'c', 'unknown'],
  ['StringLikeIfExists', 'tags', '*', 'unknown'],
  ['StringEquals', 'text', '${tags}', 'fails'],
  ['StringNotEquals', 'text', '${tags}', 'holds'],
  ['Null', 'tags', 'false', 'holds'],
  ['StringSounds', 'text', 'Abc', 'unknown'],
  ['NullIfExists', 'text', 'true', 'unknown'],
  ['constructor', 'text', 'Abc', 'unknown'],
  ['ForSomeValues:StringEquals', 'tags', 'a', 'unknown'],
];

test.each(rows)('%s %s %s %s', (operator, key, values, expected) => {
  expect(evaluateCondition({ [operator]: { [key]: values } }, context, context)).toBe(expected);
});

test('all keys of all operators must hold', () => {
  const both = { StringEquals: { text: 'Abc', size: '10' }, Bool: { secure: 'true' } };
  expect(evaluateCondition(both, context, context)).toBe('holds');
  expect(evaluateCondition({ ...both, Bool: { secure: 'false' } }, context, context)).toBe('fails');
  expect(evaluateCondition({ StringEquals: { text: 'Abc', size: '11' } }, context, context)).toBe('fails');
});

test('what is unknown outweighs what fails, so that a Deny still applies', () => {
  const block = { StringEquals: { text: 'other' }, StringSounds: { text: 'Abc' } };
  expect(evaluateCondition(block, context, context)).toBe('unknown');
});
