import { expect, test } from 'vitest';
import { readDocument, writeDocument } from '../../../keeping/document.ts';

test.each([
  ['what JSON has', { text: 'a', number: 1.5, none: null, yes: true, list: [1, [2]], nested: { a: {} } }],
  ['a map of maps', new Map<unknown, unknown>([['a', new Map([[1, new Set(['x'])]])]])],
  ['a date', { at: new Date(1_700_000_000_123) }],
  ['bytes', { bytes: Buffer.from([0, 255, 1]) }],
  ['numbers that are not finite', [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
  ['names that look like marks', { $map: [['a', 1]], $other: { $date: 'x' }, plain: 1 }],
  ['the name of a prototype', JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}')],
  ['half of a surrogate pair', { '\ud83d': '\ud83d' }],
])('%s is read as it was written', (_, value) => {
  const read = readDocument(writeDocument(value));
  expect(read).toEqual(value);
  expect(Object.getOwnPropertyNames(read)).toEqual(Object.getOwnPropertyNames(value));
});

test.each([
  ['a function', () => 1],
  ['an object of a class', new URL('http://x')],
  ['a symbol', Symbol('x')],
])('%s is refused when it is written', (_, value) => {
  expect(() => writeDocument({ value })).toThrow(/Nothing reads .+ back from JSON/);
});

test('a mark that nobody writes is refused', () => {
  expect(() => readDocument('{"$regexp": "x"}')).toThrow('$regexp stands for nothing that is known');
});
