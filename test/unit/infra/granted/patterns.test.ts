import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyNoBucket } from '../../../../infra/config/bucket-name.ts';
import { account, externalId, kmsKeyArn, roleName, rolePath } from '../../../../infra/config/fields.ts';
import { whyNoPrefix, whyUnusual } from '../../../../infra/config/key-text.ts';
import {
  ACCOUNT_PATTERN,
  BUCKET_PATTERN,
  EXTERNAL_ID_PATTERN,
  KEY_ID_PATTERN,
  PREFIX_PATTERN,
  ROLE_NAME_PATTERN,
  ROLE_PATH_PATTERN,
} from '../../../../infra/granted/patterns.ts';

const takes = (pattern: string, text: string) => new RegExp(`^(?:${pattern})$`).test(text);
const isArn = (id: string) => kmsKeyArn.safeParse(`arn:aws:kms:us-east-1:111111111111:key/${id}`).success;
/** Texts that are nearly right: pieces in any order. */
const made = (...pieces: string[]) => fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((all) => all.join(''));

/** A parameter of a template takes what cdk.json takes without an acknowledgement, and nothing else. */
describe('a pattern of a template is the rule of cdk.json', () => {
  test.each<[string, string, fc.Arbitrary<string>, (text: string) => boolean]>([
    [
      'prefix',
      PREFIX_PATTERN,
      fc.oneof(
        made('a', '/', '.', '..', ' ', '\u00a0'),
        made('a', '\u00e9', '[', '&&', '=', '*', '?', '$', '\u0100', '\u{1f600}', '\n', '\u0085'),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
      (text) => whyNoPrefix(text) === undefined && whyUnusual(text) === undefined,
    ],
    [
      'bucket',
      BUCKET_PATTERN,
      fc.oneof(
        made('192', '.168', '.1'),
        made('a', 'b1', '.', '-'),
        made('abc', 'xn--', 'sthree-', 'amzn-s3-demo-', '-s3alias', '--ol-s3', '.mrap', '--x-s3'),
        made('abc', 'A', '_', '*'),
      ),
      (text) => whyNoBucket(text) === undefined,
    ],
    ['role', ROLE_NAME_PATTERN, made('a', 'Z9', '+=,.@-_', '/', '*', ' '), (text) => roleName.safeParse(text).success],
    [
      'path',
      ROLE_PATH_PATTERN,
      fc.oneof(made('/', '/a/', '*'), made('/', '?', '$'), made('/', '~', ' ', '[', '\u00e9')),
      (text) => rolePath.safeParse(text).success,
    ],
    [
      'account',
      ACCOUNT_PATTERN,
      made('0', '1234', '12345678', '-', ' ', '*'),
      (text) => account.safeParse(text).success,
    ],
    [
      'external id',
      EXTERNAL_ID_PATTERN,
      made('a', 'Z9', '+=,.@:/-', '$', ' ', '*'),
      (text) => externalId.safeParse(text).success,
    ],
    [
      'key',
      KEY_ID_PATTERN,
      made('mrk-', '0123456789abcdef', '11111111', '-1111', '-111111111111', 'alias/', 'A'),
      isArn,
    ],
  ])('%s', (_, pattern, texts, isRight) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(takes(pattern, text)).toBe(isRight(text));
      }),
      { numRuns: 500 },
    );
  });
});
