/** Whatever the CDK makes of an error, a person reads what to mend. */
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../../infra/config/mistakes.ts';
import { sentenceFor } from '../../../../infra/config/sentences.ts';

const bundling = (error: unknown) =>
  new Error(`Failed to bundle asset Source/Code/Stage, bundle output is located at /out/bundling-temp: ${error}`);

test('a mistake keeps its words', () => {
  const mistake = new ConfigError('run "npm ci".');
  expect(sentenceFor(mistake, undefined)).toBe('run "npm ci".');
});

test.each([
  ['by itself', (error: unknown) => error],
  ['as the CDK reports it', bundling],
])('a folder that can’t be made: %s', (_, told) => {
  let failed: unknown;
  try {
    mkdirSync(new URL('sentences.test.ts/below', import.meta.url));
  } catch (error) {
    failed = error;
  }
  expect(sentenceFor(told(failed), undefined)).toMatch(
    /^The stacks can't be written \(ENOTDIR: .*\): name another folder by --output, or make room or leave to write there\.$/,
  );
});

test('a defect is none of the user’s', () => {
  expect(sentenceFor(new TypeError('x is not a function'), undefined)).toBeUndefined();
});
