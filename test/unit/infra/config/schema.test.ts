/** What one field may hold, apart from everything else. */
import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../../../functions/core/nearest.ts';
import { whyNoBucket, whyNoNewBucket } from '../../../../infra/config/bucket-name.ts';
import {
  whyNoKeyText,
  whyNoPrefix,
  whyUnusual,
  whyUnusualPattern,
  whyUnusualSuffix,
} from '../../../../infra/config/key-text.ts';
import { whyNoSchedule } from '../../../../infra/config/schedule-expression.ts';

describe('a bucket name', () => {
  test.each([
    'abc',
    'my.bucket.example',
    '192.168.5.4a',
    '1.2.3',
    'a--b',
    'team-s3alias-logs',
    'x-s3',
    'mrap',
    'a'.repeat(63),
    'my-bucket-111111111111-us-east-1-an',
  ])('%s may be one', (name) => expect(whyNoBucket(name)).toBeUndefined());

  test.each([
    ['ab', '3 to 63'],
    ['a'.repeat(64), '3 to 63'],
    ['Upper', 'lower-case'],
    ['under_score', 'lower-case'],
    ['-abc', 'a letter or digit at both ends'],
    ['abc-', 'a letter or digit at both ends'],
    ['abc.', 'a letter or digit at both ends'],
    ['ümlaut', 'lower-case'],
    ['my..bucket', 'no dot stands beside another dot or a hyphen'],
    ['my.-bucket', 'no dot stands beside another dot or a hyphen'],
    ['my-.bucket', 'no dot stands beside another dot or a hyphen'],
    ['192.168.5.4', 'not an IP address'],
    ['999.1.1.1', 'not an IP address'],
    ['xn--bucket', '"xn--"'],
    ['sthree-bucket', '"sthree-"'],
    ['sthree-configurator', '"sthree-"'],
    ['amzn-s3-demo-bucket', '"amzn-s3-demo-"'],
    ['in-abcdefghijklmnopqrstuvwxyz12345678-s3alias', 'names an access point'],
    ['in-abc-ext-s3alias', 'names an access point'],
    ['in--ol-s3', 'names an Object Lambda access point'],
    ['in-o01ac5d28a6a232904--op-s3', 'names an access point on Outposts'],
    ['mfzwi23gnjvgw.mrap', 'names a Multi-Region access point'],
    ['in--use1-az4--x-s3', 'names a directory bucket'],
    ['in--use1-az4--xa-s3', 'names an access point of a directory bucket'],
    ['in--table-s3', 'names a table bucket'],
  ])('%s can be none', (name, reason) => expect(whyNoBucket(name)).toContain(reason));

  test('of an account’s regional namespace is one that the stack can’t create', () => {
    expect(whyNoNewBucket('my-bucket-111111111111-us-east-1-an')).toContain('"existingBucket": true');
    expect(whyNoNewBucket('my-bucket-an-other')).toBeUndefined();
  });
});

describe('a prefix', () => {
  test.each(['', 'in/', 'Übergröße/', 'ÿ', 'a\\b"c/', "it's (1)/", 'x'.repeat(512)])(
    '%j may stand in policies',
    (text) => expect(whyNoPrefix(text)).toBeUndefined(),
  );

  test.each([
    ['日本語/', '"日" (U+65E5)'],
    ['Ā/', '"Ā" (U+0100)'],
    ['🚚/', '(U+1F69A)'],
    ['in/*', '*, ? or $'],
    ['in?', '*, ? or $'],
    ['${aws:username}/', '*, ? or $'],
    ['a\nb/', 'U+000A'],
    ['a\r', 'U+000D'],
    ['a\tb', 'U+0009'],
    ['a\u0000', 'U+0000'],
    ['a\u007f', 'U+007F'],
    ['a\u0085', 'U+0085'],
    ['x'.repeat(513), 'at most 512 characters'],
  ])('%j can’t', (text, reason) => expect(whyNoPrefix(text)).toContain(reason));
});

describe('a suffix', () => {
  test.each(['', '.csv', '日本.csv', 'é'.repeat(512)])('%j may be one', (text) =>
    expect(whyNoKeyText(text)).toBeUndefined(),
  );

  test.each([
    ['é'.repeat(513), "at most 1024 bytes, as S3's keys have, and it has 1026"],
    ['a\n', 'U+000A'],
    ['\ud800', 'half of a surrogate pair'],
  ])('%j can’t', (text, reason) => expect(whyNoKeyText(text)).toContain(reason));
});

describe('a text of keys that is hardly meant', () => {
  test.each(['', 'in/', 'a/b/', '.hidden/', 'a..b/', '...', 'a b'])('%j is usual', (text) =>
    expect(whyUnusual(text)).toBeUndefined(),
  );

  test.each([
    ['/in/', 'begins with "/"'],
    ['a//b/', 'holds "//"'],
    ['./a', '"." or ".."'],
    ['a/../b', '"." or ".."'],
    [' in/', 'a space at one of its ends'],
    ['in ', 'a space at one of its ends'],
  ])('%j isn’t', (text, reason) => {
    expect(whyUnusual(text)).toContain(reason);
    expect(whyUnusualPattern(text)).toContain(reason);
  });

  test.each(['*.csv', 'a?'])('%j looks like a pattern and is none', (text) => {
    expect(whyUnusualPattern(text)).toContain('is no wildcard');
    expect(whyUnusualSuffix(text)).toContain('is no wildcard');
  });

  test('a file of one name in whatever folder has a suffix with a slash in front', () => {
    expect(whyUnusualSuffix('/manifest.json')).toBeUndefined();
    expect(whyUnusualSuffix('//manifest.json')).toContain('begins with "/"');
  });
});

describe('a schedule', () => {
  test.each([
    'rate(1 minute)',
    'rate(12 hours)',
    'cron(0 4 * * ? *)',
    'cron(0/15 8-18 ? * MON-FRI *)',
    'cron(0 22-2 ? * FRI-MON *)',
    'cron(59 23 31 12 ? 2199)',
    'cron(0 0 L * ? *)',
    'cron(0 0 LW * ? *)',
    'cron(0 0 15W JAN,JUL ? 2026-2028)',
    'cron(0 0 ? * 6L *)',
    'cron(0 0 ? * MON#2 *)',
    'cron(0 0 ? jan-mar sun *)',
    'cron(*/5 * * * ? *)',
    'at(2028-02-29T23:59:59)',
    'cron(0 0 29 2 ? *)',
    'cron(0 0 31 1-12/2 ? *)',
    'cron(0 0 29-31 2 ? 2028)',
    'cron(0 0 30W 2,3 ? *)',
    'rate(36500 days)',
  ])('%s is one', (text) => expect(whyNoSchedule(text)).toBeUndefined());

  test.each([
    ['every night', 'must be a rate such as'],
    ['rate(1 days)', 'so write "rate(1 day)"'],
    ['rate(2 hour)', 'so write "rate(2 hours)"'],
    ['rate(0 minutes)', 'from 1 on'],
    ['rate(01 minute)', 'without a zero in front'],
    ['rate(-1 minute)', 'must be a rate such as'],
    ['rate(1.5 hours)', 'must be a rate such as'],
    ['rate(36501 days)', 'at most 36,500 days'],
    ['rate(99999999999999999999 minutes)', 'at most 36,500 days'],
    ['cron(0 0 31 2 ? *)', 'or it never fires'],
    ['cron(0 0 30,31 FEB ? *)', 'or it never fires'],
    ['cron(0 0 31 4,6,SEP,11 ? *)', 'or it never fires'],
    ['cron(0 0 29 2 ? 2027,2100)', 'or it never fires'],
    ['cron(0 4 * * ? *', 'must be a rate such as'],
    ['cron(0 4  * * ? *)', 'must be a rate such as'],
    ['cron(0 4 * * ?)', 'must be a rate such as'],
    ['at(2026-12-01)', 'must be a rate such as'],
    ['cron(99 99 * * ? *)', 'minutes from 0 to 59 in field 1, and "99" is not'],
    ['cron(0 24 * * ? *)', 'hours from 0 to 23'],
    ['cron(0 0 32 * ? *)', 'day-of-month from 1 to 31'],
    ['cron(0 0 0 * ? *)', 'day-of-month from 1 to 31'],
    ['cron(0 0 32W * ? *)', 'day-of-month from 1 to 31'],
    ['cron(0 0 1 13 ? *)', 'month from 1 to 12'],
    ['cron(0 0 1 FOO ? *)', 'month from 1 to 12'],
    ['cron(0 0 ? * 0 *)', 'day-of-week from 1 to 7'],
    ['cron(0 0 ? * 8 *)', 'day-of-week from 1 to 7'],
    ['cron(0 0 ? * MON#6 *)', 'day-of-week from 1 to 7'],
    ['cron(0 0 1 1 ? 1969)', 'year from 1970 to 2199'],
    ['cron(0/0 0 1 1 ? *)', 'minutes from 0 to 59'],
    ['cron(0, 0 1 1 ? *)', 'minutes from 0 to 59'],
    ['cron(0 0 1-99 1 ? *)', 'day-of-month from 1 to 31'],
    ['cron(0 0 ? * ? *)', '"?" in one of day-of-month and day-of-week'],
    ['cron(0 0 1 * MON *)', '"?" in one of day-of-month and day-of-week'],
    ['cron(0 0 * * * *)', '"?" in one of day-of-month and day-of-week'],
    ['at(2026-13-45T25:61:61)', '"2026-13-45T25:61:61" is none'],
    ['at(2026-02-29T00:00:00)', 'is none'],
    ['at(2026-01-01T24:00:00)', 'is none'],
    ['at(2026-06-30T23:59:60)', 'is none'],
  ])('%s is none', (text, reason) => expect(whyNoSchedule(text)).toContain(reason));
});

describe('what was meant', () => {
  test.each([
    ['abc', 'abc', 0],
    ['esat', 'east', 1],
    ['destinaton', 'destination', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ])('%s is so many letters from %s', (one, other, edits) => {
    expect(editDistance(one, other)).toBe(edits);
    expect(editDistance(other, one)).toBe(edits);
  });

  test.each([
    ['us-esat-1', ['us-west-1', 'us-east-1'], 'us-east-1'],
    ['Bucket', ['bucket', 'region'], 'bucket'],
    ['colour', ['bucket', 'region'], undefined],
    ['x', ['ab'], undefined],
    ['anything', [], undefined],
  ])('by %s among %j', (text, candidates, meant) => expect(nearest(text, candidates)).toBe(meant));
});
