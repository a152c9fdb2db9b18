import { describe, expect, test } from 'vitest';
import { mergeContext } from '../../../authorization/context.ts';
import { matchesAction, matchesArn } from '../../../authorization/match.ts';

const variables = mergeContext({
  'aws:PrincipalAccount': '111111111111',
  'aws:username': 'ann*',
  'aws:TagKeys': ['a', 'b'],
});

describe('actions', () => {
  test.each([
    ['s3:PutObject', 's3:PutObject', true],
    ['S3:putobject', 's3:PutObject', true],
    ['s3:Put*', 's3:PutObjectTagging', true],
    ['s3:PutObject', 's3:PutObjectTagging', false],
    ['s3:*Object', 's3:GetObject', true],
    ['s3:?etObject', 's3:GetObject', true],
    ['sqs:*', 's3:PutObject', false],
    ['*', 'kms:Decrypt', true],
  ])('%s and %s: %s', (pattern, action, expected) => {
    expect(matchesAction(pattern, action)).toBe(expected);
  });
});

describe('resources', () => {
  test.each([
    ['everything', '*', 'arn:aws:s3:::b/k', true],
    ['an exact key', 'arn:aws:s3:::b/k', 'arn:aws:s3:::b/k', true],
    ['another case of the key', 'arn:aws:s3:::b/k', 'arn:aws:s3:::b/K', false],
    ['a star spans slashes and colons of the key', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/x/y:z', true],
    ['a star in the middle', 'arn:aws:s3:::b/*/out/*.csv', 'arn:aws:s3:::b/a/b/out/c.csv', true],
    ['a star in the middle, other suffix', 'arn:aws:s3:::b/*/out/*.csv', 'arn:aws:s3:::b/a/out/c.csv.gz', false],
    ['the bucket is not its objects', 'arn:aws:s3:::b', 'arn:aws:s3:::b/k', false],
    ['the objects are not their bucket', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b', false],
    ['a longer bucket name', 'arn:aws:s3:::b/*', 'arn:aws:s3:::bb/k', false],
    ['a star in the request is a character', 'arn:aws:s3:::b/secret', 'arn:aws:s3:::b/*', false],
    ['a question mark in the request is a character', 'arn:aws:s3:::b/k', 'arn:aws:s3:::b/?', false],
    ['one character of any kind', 'arn:aws:s3:::b/?', 'arn:aws:s3:::b/😀', true],
    ['a star in the region stays there', 'arn:aws:sqs:*:q', 'arn:aws:sqs:us-east-1:111111111111:q', false],
    ['stars part by part', 'arn:aws:sqs:*:*:q', 'arn:aws:sqs:us-east-1:111111111111:q', true],
    ['a hostile pattern ends', `arn:aws:s3:::b/${'*a'.repeat(40)}`, `arn:aws:s3:::b/${'a'.repeat(900)}b`, false],
    ['a variable', 'arn:aws:sqs:*:${aws:PrincipalAccount}:q', 'arn:aws:sqs:us-east-1:111111111111:q', true],
    ['a star in a value is a character', 'arn:aws:s3:::b/${aws:username}', 'arn:aws:s3:::b/anna', false],
    ['a star in a value meets itself', 'arn:aws:s3:::b/${AWS:UserName}', 'arn:aws:s3:::b/ann*', true],
    ['an escaped star', 'arn:aws:s3:::b/${*}', 'arn:aws:s3:::b/k', false],
    ['an escaped dollar', 'arn:aws:s3:::b/${$}', 'arn:aws:s3:::b/$', true],
    ['a default', "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}", 'arn:aws:s3:::b/none', true],
    ['a variable without a value', 'arn:aws:s3:::b/${aws:PrincipalTag/team}*', 'arn:aws:s3:::b/x', undefined],
    ['a variable with several values', 'arn:aws:s3:::b/${aws:TagKeys}', 'arn:aws:s3:::b/a', undefined],
  ])('%s: %s', (_, pattern, arn, expected) => {
    expect(matchesArn(pattern, arn, variables)).toBe(expected);
  });

  test('policies of before 2012-10-17 have no variables', () => {
    expect(matchesArn('arn:aws:s3:::b/${aws:username}', 'arn:aws:s3:::b/${aws:username}', undefined)).toBe(true);
    expect(matchesArn('arn:aws:s3:::b/${aws:username}', 'arn:aws:s3:::b/ann*', undefined)).toBe(false);
    // Not even those for characters: a star is a star.
    expect(matchesArn('arn:aws:s3:::b/a${*}', 'arn:aws:s3:::b/a${x}', undefined)).toBe(true);
  });
});
