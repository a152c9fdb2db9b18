/** The CI workflow runs what a person runs, with the Node that ships. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';

const text = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

test('CI runs .ci/run, in which is the command of the README', () => {
  const commands = [...text('.github/workflows/ci.yml').matchAll(/\brun: (.*)/g)].map(([, command]) => command);
  expect(commands).toEqual(['.ci/run']);
  expect(text('.ci/run')).toMatch(/\nnpm ci\nnpm run prove:iam\n([^\n]+\n)*npm test\n$/);
  expect(text('README.md')).toContain('\nnpm ci && npm test\n');
});

test('.nvmrc names the Node that npm ci brings along', () => {
  const { optionalDependencies } = JSON.parse(text('emulator/package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  const majors = Object.values(optionalDependencies).map((version) => version.split('.')[0]);
  expect(new Set(majors)).toEqual(new Set([text('.nvmrc').trim()]));
});
