import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../../../services/s3/key-encoding.ts';
import { listPage, type PageRequest } from '../../../../services/s3/listing.ts';
import { compareUtf8, lowerBound } from '../../../../services/s3/utf8-order.ts';

const KEYS = ['', 'a', 'a/', 'a/1', 'a/2', 'a/b/3', 'a0', 'b/1', 'b/2', 'c', 'z', '\ue000', '\uffff', '🐘', '🐘/x'];

function list(request: Partial<PageRequest>): {
  keys: string[];
  prefixes: string[];
  last: string | undefined;
  more: boolean;
} {
  const page = listPage(KEYS.slice(1), (key) => [key], { prefix: '', delimiter: '', maxItems: 1000, ...request });
  return { keys: page.items, prefixes: page.commonPrefixes, last: page.last, more: page.isTruncated };
}

describe('the order of keys', () => {
  test('is that of their UTF-8 bytes, beyond the basic plane too', () => {
    for (const a of KEYS) {
      for (const b of KEYS) {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }
    }
  });

  test('a key is found by bisection', () => {
    for (const [index, key] of KEYS.entries()) expect(lowerBound(KEYS, key)).toBe(index);
    expect(lowerBound(KEYS, 'bb')).toBe(KEYS.indexOf('c'));
    expect(lowerBound(KEYS, '\u{10ffff}')).toBe(KEYS.length);
  });
});

describe('a page of a listing', () => {
  test.each<[Partial<PageRequest>, string[], string[]]>([
    [{ prefix: 'a/' }, ['a/', 'a/1', 'a/2', 'a/b/3'], []],
    [{ prefix: 'a/', delimiter: '/' }, ['a/', 'a/1', 'a/2'], ['a/b/']],
    [{ delimiter: '/' }, ['a', 'a0', 'c', 'z', '\ue000', '\uffff', '🐘'], ['a/', 'b/', '🐘/']],
    [{ prefix: 'a', delimiter: '/' }, ['a', 'a0'], ['a/']],
    [{ prefix: 'b', delimiter: '/1' }, ['b/2'], ['b/1']],
    [{ prefix: 'nothing' }, [], []],
    [{ after: 'b/1' }, ['b/2', 'c', 'z', '\ue000', '\uffff', '🐘', '🐘/x'], []],
    [{ after: 'b/1', delimiter: '/' }, ['c', 'z', '\ue000', '\uffff', '🐘'], ['b/', '🐘/']],
    [{ after: 'b/', delimiter: '/' }, ['c', 'z', '\ue000', '\uffff', '🐘'], ['🐘/']],
    [{ after: 'a', prefix: 'b/' }, ['b/1', 'b/2'], []],
    [{ after: 'zz', prefix: 'b/' }, [], []],
    [{ after: 'a/1', delimiter: '/' }, ['a0', 'c', 'z', '\ue000', '\uffff', '🐘'], ['a/', 'b/', '🐘/']],
    [
      { after: 'a/1', delimiter: '/', skipsPrefixOfAfter: true },
      ['a0', 'c', 'z', '\ue000', '\uffff', '🐘'],
      ['b/', '🐘/'],
    ],
    [{ after: 'a/1', prefix: 'a/', delimiter: '/', skipsPrefixOfAfter: true }, ['a/2'], ['a/b/']],
    [{ maxItems: 0 }, [], []],
  ])('%j', (request, keys, prefixes) => {
    expect(list(request)).toMatchObject({ keys, prefixes, more: false });
  });

  test.each(['', '/'])('pages of any size add up to the whole (delimiter %j)', (delimiter) => {
    const whole = list({ delimiter });
    for (let maxItems = 1; maxItems <= KEYS.length; maxItems++) {
      const keys: string[] = [];
      const prefixes: string[] = [];
      let after: string | undefined;
      for (let more = true; more; ) {
        const page = list({ delimiter, maxItems, after });
        keys.push(...page.keys);
        prefixes.push(...page.prefixes);
        expect(page.keys.length + page.prefixes.length).toBeLessThanOrEqual(maxItems);
        ({ more, last: after } = page);
      }
      expect({ keys, prefixes }).toEqual({ keys: whole.keys, prefixes: whole.prefixes });
    }
  });

  test('keys whose objects are deleted neither show nor count', () => {
    const visible = (key: string) => (key.startsWith('a/') ? [] : [key]);
    const page = listPage(KEYS, visible, { prefix: 'a', delimiter: '/', maxItems: 2 });
    expect(page).toMatchObject({ items: ['a', 'a0'], commonPrefixes: [], isTruncated: false });
  });
});

test.each([
  ['a/b c', 'a/b+c'],
  ['100%+(1)', '100%25%2B%281%29'],
  ['é\n', '%C3%A9%0A'],
])('the listed key %j is encoded as %s', (key, encoded) => {
  expect(encodeKey(key)).toBe(encoded);
  expect(decodeURIComponent(encoded.replaceAll('+', ' '))).toBe(key);
});
