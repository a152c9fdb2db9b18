import { describe, expect, test } from 'vitest';
import { checkReadConditions, checkWriteConditions } from '../../../../services/s3/conditional.ts';
import { parseCopySource } from '../../../../services/s3/copy-source.ts';
import { readMetadata } from '../../../../services/s3/metadata.ts';
import { parseCopyRange, parseRange } from '../../../../services/s3/range.ts';
import { decodeHeaderValue, encodeHeaderValue } from '../../../../services/s3/rfc2047.ts';
import type { ObjectVersion } from '../../../../services/s3/state/model.ts';
import { checkTags, parseTaggingHeader } from '../../../../services/s3/tags.ts';
import { resolveTarget } from '../../../../services/s3/target.ts';

describe('the bucket and the key of a request', () => {
  test.each([
    ['127.0.0.1', '/', undefined, undefined],
    ['127.0.0.1', '/uploads', 'uploads', undefined],
    ['127.0.0.1', '/uploads/', 'uploads', undefined],
    ['127.0.0.1', '/uploads/a/b', 'uploads', 'a/b'],
    ['127.0.0.1', '/uploads//a', 'uploads', '/a'],
    ['127.0.0.1', '/uploads/a%252F+b%20c', 'uploads', 'a%2F+b c'],
    ['127.0.0.1', '/uploads/../secrets/', 'uploads', '../secrets/'],
    ['localhost', '/uploads/%F0%9F%90%98', 'uploads', '🐘'],
    ['s3.localhost', '/uploads/a', 'uploads', 'a'],
    ['s3.eu-central-1.localhost', '/uploads/a', 'uploads', 'a'],
    ['uploads.localhost', '/a', 'uploads', 'a'],
    ['uploads.localhost', '/', 'uploads', undefined],
    ['uploads.localhost', '//a', 'uploads', '/a'],
    ['uploads.s3.localhost', '/a', 'uploads', 'a'],
    ['my.uploads.s3.eu-central-1.localhost', '/a', 'my.uploads', 'a'],
    ['uploads.s3.amazonaws.com', '/a', 'uploads', 'a'],
    ['uploads.s3.us-gov-west-1.amazonaws.com', '/a', 'uploads', 'a'],
    ['s3.us-east-1.amazonaws.com', '/uploads/a', 'uploads', 'a'],
    ['uploads.s3.cn-north-1.amazonaws.com.cn', '/a', 'uploads', 'a'],
    ['s3.cn-north-1.amazonaws.com.cn', '/uploads/a', 'uploads', 'a'],
    ['uploads.s3.us-iso-east-1.c2s.ic.gov', '/a', 'uploads', 'a'],
    ['uploads.s3.eusc-de-east-1.amazonaws.eu', '/a', 'uploads', 'a'],
  ])('https://%s%s', (hostname, rawPath, bucketName, key) => {
    expect(resolveTarget({ hostname, rawPath })).toEqual({
      ...(bucketName === undefined ? {} : { bucketName }),
      ...(key === undefined ? {} : { key }),
    });
  });

  test.each([
    ['/uploads/%zz', 'InvalidURI'],
    ['/uploads/%ff', 'InvalidURI'],
    [`/uploads/${'é'.repeat(513)}`, 'KeyTooLongError'],
  ])('%s is refused', (rawPath, code) => {
    expect(() => resolveTarget({ hostname: 'localhost', rawPath })).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['/source/a%20b+c', 'a b+c', undefined],
    ['source/a/b?versionId=v1', 'a/b', 'v1'],
    ['source/what%3FversionId=x', 'what?versionId=x', undefined],
  ])('the copy source %s', (header, key, versionId) => {
    expect(parseCopySource(header)).toEqual({ bucketName: 'source', key, versionId });
  });

  test.each(['', 'source', 'source/', 'source/%zz'])('the copy source %j is refused', (header) => {
    expect(() => parseCopySource(header)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});

describe('ranges', () => {
  test.each([
    ['bytes=0-0', 10, { start: 0, end: 0 }],
    ['bytes=2-5', 10, { start: 2, end: 5 }],
    ['bytes=2-', 10, { start: 2, end: 9 }],
    ['bytes=2-99', 10, { start: 2, end: 9 }],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-30', 10, { start: 0, end: 9 }],
    [undefined, 10, undefined],
    ['bytes=-', 10, undefined],
    ['bytes=5-2', 10, undefined],
    ['bytes=0-1,3-4', 10, undefined],
    ['lines=0-1', 10, undefined],
  ])('%s of %i bytes', (header, sizeBytes, range) => {
    expect(parseRange(header, sizeBytes)).toEqual(range);
  });

  test.each([
    ['bytes=10-', 10],
    ['bytes=10-12', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
  ])('%s of %i bytes can not be satisfied', (header, sizeBytes) => {
    expect(() => parseRange(header, sizeBytes)).toThrow(expect.objectContaining({ code: 'InvalidRange', status: 416 }));
  });

  test.each(['bytes=0-10', 'bytes=5-2', 'bytes=5-', 'bytes=-5', '0-1'])(
    'a copy of %s out of 10 bytes is refused',
    (header) => {
      expect(() => parseCopyRange(header, 10)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
    },
  );
});

describe('conditions', () => {
  const object = { eTag: 'abc', lastModified: new Date('2026-01-02T03:04:05.678Z') } as ObjectVersion;
  const same = 'Fri, 02 Jan 2026 03:04:05 GMT';
  const before = 'Fri, 02 Jan 2026 03:04:04 GMT';

  test.each([
    [{}, 'send'],
    [{ 'if-match': '"abc"' }, 'send'],
    [{ 'if-match': 'abc' }, 'send'],
    [{ 'if-match': '"x", "abc"' }, 'send'],
    [{ 'if-match': '*' }, 'send'],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-match': '"abc"', 'if-unmodified-since': before }, 'send'],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': same }, 'send'],
    [{ 'if-unmodified-since': 'yesterday or so' }, 'send'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'send'],
    [{ 'if-none-match': '"x"', 'if-modified-since': same }, 'send'],
    [{ 'if-modified-since': same }, 'not-modified'],
    [{ 'if-modified-since': before }, 'send'],
  ])('reading with %j', (headers, expected) => {
    const check = () => checkReadConditions(new Map(Object.entries(headers)), object);
    if (expected === 412) expect(check).toThrow(expect.objectContaining({ code: 'PreconditionFailed' }));
    else expect(check()).toBe(expected);
  });

  test.each([
    [{ 'if-none-match': '*' }, undefined, undefined],
    [{ 'if-none-match': '*' }, object, 'PreconditionFailed'],
    [{ 'if-none-match': '"abc"' }, object, 'NotImplemented'],
    [{ 'if-match': '"abc"' }, object, undefined],
    [{ 'if-match': '"x"' }, object, 'PreconditionFailed'],
    [{ 'if-match': '"abc"' }, undefined, 'NoSuchKey'],
    [{ 'if-match': '"abc"', 'if-none-match': '*' }, object, 'NotImplemented'],
    [{ 'if-modified-since': same }, object, 'NotImplemented'],
  ])('writing with %j over %o: %s', (headers, current, code) => {
    const check = () => checkWriteConditions(new Map(Object.entries(headers)), 'key', current);
    if (code === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code }));
  });
});

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
