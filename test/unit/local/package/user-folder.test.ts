import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { REPOSITORY } from '../../../../local/package/repository.ts';
import { UserFolder } from '../../../../local/package/user-folder.ts';

const parent = mkdtempSync(join(tmpdir(), 'upload-relay-user-'));
const folder = new UserFolder(join(parent, 'empty'));

afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(parent, { recursive: true }));

test('a registry that does not answer is told in a sentence', async () => {
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9/');
  vi.stubEnv('npm_config_fetch_retries', '0');
  vi.stubEnv('npm_config_cache', join(parent, 'cache'));
  await expect(folder.install(['constructs@10.8.1'])).rejects.toThrow(
    /^npm can't install constructs@10\.8\.1\. Its registry gave no answer, or not this one\.\n/,
  );
  expect(JSON.parse(readFileSync(join(folder.path, 'package.json'), 'utf8'))).toMatchObject({ name: 'empty' });
});

test('a program there knows nothing of this checkout, and of no account', async () => {
  vi.stubEnv('AWS_PROFILE', 'somebody');
  vi.stubEnv('npm_config_local_prefix', REPOSITORY);
  vi.stubEnv('OTHER', 'stays');
  const output = await folder.must('node', ['-p', 'JSON.stringify(process.env)'], { AWS_REGION: 'us-east-1' });
  const environment = JSON.parse(output) as NodeJS.ProcessEnv;
  expect(environment).toMatchObject({ AWS_REGION: 'us-east-1', OTHER: 'stays' });
  expect(environment).not.toHaveProperty('AWS_PROFILE');
  expect(JSON.stringify(environment['PATH'])).not.toContain(join(REPOSITORY, 'node_modules'));
  expect(environment).not.toHaveProperty('npm_config_local_prefix');
});

test('what fails there is told with what it has printed', async () => {
  await expect(folder.must('node', ['-e', 'console.error("words"); process.exit(3)'])).rejects.toThrow(
    /^node -e .* ended with 3:\nwords$/,
  );
});
