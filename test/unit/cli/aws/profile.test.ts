/** `npm run verify-report` with a profile that isn't there, or says too little. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireProfile } from '../../../../cli/aws/profile.ts';
import { REPOSITORY } from '../../../support/aws-cli.ts';

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'upload-relay-profiles-'));
  environment = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
  writeFileSync(join(folder, 'config'), '[default]\nregion = us-east-1\n[profile vendor]\n[profile "with space"]\n');
  writeFileSync(join(folder, 'credentials'), '[keys]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(['default', 'vendor', 'with space', 'keys'])('%s is there', (profile) => {
  expect(() => requireProfile(profile, environment)).not.toThrow();
});

test('one that is not is named with both files, and the likely one', () => {
  const { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials } = environment;
  const where = `There is no profile "vedor" in ${config} or ${credentials}.`;
  expect(() => requireProfile('vedor', environment)).toThrow(
    `${where} Did you mean vendor? There are: default, vendor, with space, keys.`,
  );
  expect(() => requireProfile('a', { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/no' })).toThrow(
    'There is no profile "a" in /nowhere or /no.',
  );
});

test.each([
  [['s3://bucket/manifest.json', '--profile', 'nosuch'], {}, 'There is no profile "nosuch" in '],
  [['s3://bucket/manifest.json', '--profile', 'vendor'], {}, 'Profile "vendor" has no region in '],
  [['manifest.json'], { AWS_CA_BUNDLE: '/nowhere' }, `AWS_CA_BUNDLE is "/nowhere", and can't be read: ENOENT`],
])('%j is told in a sentence, and exit code 2', (args, more, sentence) => {
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(REPOSITORY, 'local/verify-report/main.ts'), ...args],
    { encoding: 'utf8', env: { PATH, HOME, ...environment, ...more } },
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^.*\n$/);
  expect(stderr).toContain(sentence);
});
