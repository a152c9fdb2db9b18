import { expect, test } from 'vitest';
import { compilePattern } from '../../../../services/eventbridge/event-pattern.ts';

const EVENT = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  resources: ['arn:aws:s3:::drop', 'arn:aws:s3:::other'],
  empty: null,
  flag: false,
  detail: {
    bucket: { name: 'Drop' },
    object: { key: 'in/a*b\\c.csv', size: 5 },
    parts: [
      { number: 1, state: 'done' },
      { number: 2, state: 'open' },
    ],
  },
};
const key = (condition: unknown) => ({ detail: { object: { key: [condition] } } });
const size = (...condition: unknown[]) => ({ detail: { object: { size: [{ numeric: condition }] } } });

test.each<[string, Record<string, unknown>, boolean]>([
  ['an exact value', { source: ['aws.s3'] }, true],
  ['one of several values', { source: ['aws.ec2', 'aws.s3'] }, true],
  ['another value', { source: ['aws.ec2'] }, false],
  ['all fields must match', { source: ['aws.s3'], 'detail-type': ['Object Deleted'] }, false],
  ['null and false are values', { empty: [null], flag: [false] }, true],
  ['a number is not its text', { detail: { object: { size: ['5'] } } }, false],
  ['a list matches by any element', { resources: ['arn:aws:s3:::other'] }, true],
  ['an absent field', { nothing: ['x'] }, false],
  ['an inherited property is absent', { toString: [{ exists: true }] }, false],
  ['prefix', key({ prefix: 'in/' }), true],
  ['prefix, other', key({ prefix: 'out/' }), false],
  ['prefix ignoring case', key({ prefix: { 'equals-ignore-case': 'IN/' } }), true],
  ['suffix', key({ suffix: '.csv' }), true],
  ['suffix, other', key({ suffix: '.CSV' }), false],
  ['suffix ignoring case', key({ suffix: { 'equals-ignore-case': '.CSV' } }), true],
  ['prefix of a number never matches', { detail: { object: { size: [{ prefix: '5' }] } } }, false],
  ['equals-ignore-case', { detail: { bucket: { name: [{ 'equals-ignore-case': 'dROP' }] } } }, true],
  ['wildcard', key({ wildcard: 'in/*.csv' }), true],
  ['wildcard is anchored', key({ wildcard: 'n/*' }), false],
  ['wildcard: the dot is a dot', key({ wildcard: 'in/*xcsv' }), false],
  ['wildcard with escapes', key({ wildcard: 'in/a\\*b\\\\c*' }), true],
  ['wildcard escape is not a wildcard', key({ wildcard: 'in\\*' }), false],
  ['exists', key({ exists: true }), true],
  ['exists on a branch does not match', { detail: { object: [{ exists: true }] } }, false],
  ['exists: false', { detail: { object: { 'version-id': [{ exists: false }] } } }, true],
  ['exists: false below an absent branch', { detail: { nothing: { deeper: [{ exists: false }] } } }, true],
  ['exists: false on what is there', key({ exists: false }), false],
  ['anything-but', { source: [{ 'anything-but': 'aws.ec2' }] }, true],
  ['anything-but, the value', { source: [{ 'anything-but': ['aws.ec2', 'aws.s3'] }] }, false],
  ['anything-but an absent field', { nothing: [{ 'anything-but': 'x' }] }, false],
  ['anything-but prefix', key({ 'anything-but': { prefix: 'in/' } }), false],
  ['anything-but several suffixes', key({ 'anything-but': { suffix: ['.tmp', '.part'] } }), true],
  ['anything-but wildcard', key({ 'anything-but': { wildcard: '*.csv' } }), false],
  ['numeric =', size('=', 5), true],
  ['numeric range', size('>', 0, '<=', 5), true],
  ['numeric range, outside', size('>', 5), false],
  ['numeric on text', key({ numeric: ['>', 0] }), false],
  ['$or, second', { $or: [{ source: ['x'] }, { flag: [false] }] }, true],
  ['$or and a sibling are both needed', { $or: [{ source: ['aws.s3'] }, { flag: [false] }], source: ['x'] }, false],
  ['$or, none', { detail: { $or: [key('x').detail, { bucket: { name: ['y'] } }] } }, false],
  ['fields of one object in a list', { detail: { parts: { number: [1], state: ['done'] } } }, true],
  ['not fields of different objects', { detail: { parts: { number: [1], state: ['open'] } } }, false],
])('%s', (_, pattern, expected) => {
  expect(compilePattern(pattern)(EVENT)).toBe(expected);
});

test.each<[string, Record<string, unknown>]>([
  ['Unrecognized match type cidr at detail.ip', { detail: { ip: [{ cidr: '10.0.0.0/8' }] } }],
  ['Unrecognized match type glob at a', { a: [{ 'anything-but': { glob: 'x' } }] }],
  ['Unrecognized match type wildcard in prefix at a', { a: [{ prefix: { wildcard: 'x' } }] }],
  ['Unrecognized numeric range operator != at a', { a: [{ numeric: ['!=', 1] }] }],
  ['exists takes true or false at a', { a: [{ exists: 'yes' }] }],
  ['consecutive * are not allowed at a', { a: [{ wildcard: 'x**' }] }],
  ['expected an object at a', { a: 'text' }],
  ['an empty list is not allowed at a', { a: [] }],
  ['expected one operator', { a: [{ prefix: 'x', suffix: 'y' }] }],
  ['expected a list of two or more patterns at $or', { $or: [{ a: ['x'] }] }],
  ['an empty object is not allowed at the pattern', {}],
])('a pattern that is not understood is refused: %s', (message, pattern) => {
  expect(() => compilePattern(pattern)).toThrow(message);
  expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ name: 'InvalidEventPatternException' }));
});
