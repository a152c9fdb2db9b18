import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exceptionFor, isPermissive, LICENCES_PAGE, licencesPage, lockedPackages } from './licences.ts';

const packages = lockedPackages();

test('every dependency has a permissive licence, or a reason', () => {
  expect(packages.length).toBeGreaterThan(200);
  expect(packages.filter((each) => !isPermissive(each.licence) && exceptionFor(each) === undefined)).toEqual([]);
});

test.each([
  ['is in a function’s bundle', 'bundled', '@aws-sdk/client-s3'],
  ['is installed with the package', 'installed', 'commander'],
] as const)('what %s is permissive without exception', (_, kind, example) => {
  const shipping = packages.filter((each) => each[kind]);
  expect(shipping.map(({ name }) => name)).toContain(example);
  expect(shipping.filter(({ licence }) => !isPermissive(licence))).toEqual([]);
});

test('docs/licences.md lists what the lockfile has (npm run licences writes it)', () => {
  expect(readFileSync(LICENCES_PAGE, 'utf8')).toBe(licencesPage(packages));
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['MIT AND Apache-2.0', true],
  ['MIT AND GPL-3.0-only', false],
  ['AGPL-3.0-only', false],
  ['MPL-2.0', false],
  ['none', false],
  ['SEE LICENSE IN LICENSE.md', false],
])('%s: permissive is %s', (licence, permissive) => {
  expect(isPermissive(licence)).toBe(permissive);
});
