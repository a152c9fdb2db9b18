import { describe, expect, test } from 'vitest';
import { readMetadata } from '../../../../services/s3/metadata.ts';
import { decodeHeaderValue, encodeHeaderValue } from '../../../../services/s3/rfc2047.ts';
import { checkTags, parseTaggingHeader } from '../../../../services/s3/tags.ts';

describe('metadata', () => {
  test.each([
    ['plain', 'plain'],
    ['=?UTF-8?B?w6TDtsO8?=', 'äöü'],
    ['=?utf-8?q?caf=C3=A9_au_lait?=', 'café au lait'],
    ['=?ISO-8859-1?Q?caf=E9?=', 'café'],
    ['=?UTF-8?B?w6Q=?= =?UTF-8?B?w7Y=?=', 'äö'],
    [Buffer.from('naïve').toString('latin1'), 'naïve'],
    ['na\u00efve', 'naïve'],
    ['=?x-unknown?B?AAAA?=', '=?x-unknown?B?AAAA?='],
    ['a = b?', 'a = b?'],
  ])('the header value %j is stored as %j', (header, text) => {
    expect(decodeHeaderValue(header)).toBe(text);
  });

  test.each(['plain', 'äöü', '🐘', '=?UTF-8?B?w6Q=?=', 'a\tb', ''])('%j survives the way out and in again', (text) => {
    const header = encodeHeaderValue(text);
    expect(header).toMatch(/^[\x20-\x7e]*$/);
    expect(decodeHeaderValue(header)).toBe(text);
  });

  test('the transfer encoding is not part of the object', () => {
    const encodingOf = (value: string) =>
      readMetadata(new Map([['content-encoding', value]])).system['content-encoding'];
    expect(encodingOf('aws-chunked')).toBeUndefined();
    expect(encodingOf('gzip,aws-chunked')).toBe('gzip');
    expect(encodingOf('aws-chunked, gzip')).toBe('gzip');
  });

  test.each([
    ['exactly 2 KB', 2048 - 'name'.length, undefined],
    ['one byte more', 2049 - 'name'.length, 'MetadataTooLarge'],
  ])('user metadata of %s', (_, length, code) => {
    const read = () => readMetadata(new Map([['x-amz-meta-name', 'v'.repeat(length)]]));
    if (code === undefined) expect(read).not.toThrow();
    else expect(read).toThrow(expect.objectContaining({ code }));
  });

  test('an unknown storage class is refused', () => {
    const read = () => readMetadata(new Map([['x-amz-storage-class', 'FROZEN']]));
    expect(read).toThrow(expect.objectContaining({ code: 'InvalidStorageClass' }));
  });

  test('tags are read from their header', () => {
    expect([...parseTaggingHeader('a=1&b+c=%C3%A9&d=')]).toEqual([
      ['a', '1'],
      ['b c', 'é'],
      ['d', ''],
    ]);
  });

  const tags = (count: number) => Array.from({ length: count }, (_, index): [string, string] => [`k${index}`, 'v']);
  test.each([
    ['eleven tags', tags(11), 'BadRequest'],
    ['an empty key', [['', 'v']], 'InvalidTag'],
    [
      'a key twice',
      [
        ['k', '1'],
        ['k', '2'],
      ],
      'InvalidTag',
    ],
    ['a key of AWS', [['aws:k', 'v']], 'InvalidTag'],
    ['a long value', [['k', 'v'.repeat(257)]], 'InvalidTag'],
    ['a strange character', [['k', '<']], 'InvalidTag'],
  ] as [string, [string, string][], string][])('%s are refused', (_, pairs, code) => {
    expect(() => checkTags(pairs)).toThrow(expect.objectContaining({ code }));
  });

  test('ten tags are fine', () => {
    expect(checkTags(tags(10)).size).toBe(10);
  });
});
