import { describe, expect, test } from 'vitest';
import { parseCopySource } from '../../../../services/s3/copy-source.ts';
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
    ['/source/a%20b+c', 'a b c', undefined],
    ['source/a%2Bb', 'a+b', undefined],
    ['source%2Fa+b%2Fc', 'a b/c', undefined],
    ['%2Fsource%2Fa', 'a', undefined],
    ['source/a%252Fb', 'a%2Fb', undefined],
    ['source%2Fa%2Bb?versionId=v1', 'a+b', 'v1'],
    ['source/a/b?versionId=v1', 'a/b', 'v1'],
    ['source/what%3FversionId=x', 'what?versionId=x', undefined],
  ])('the copy source %s', (header, key, versionId) => {
    expect(parseCopySource(header)).toEqual({ bucketName: 'source', key, versionId });
  });

  test.each(['', 'source', 'source/', 'source/%zz'])('the copy source %j is refused', (header) => {
    expect(() => parseCopySource(header)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});
