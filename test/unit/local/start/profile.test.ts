/** The profiles that a running `npm start` keeps in its folder. */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  PROFILE_FILE,
  type Profiles,
  readProfiles,
  removeProfiles,
  renewProfiles,
  writeProfiles,
} from '../../../../local/start/profile.ts';

const cwd = process.cwd();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-profile-'));
  process.chdir(folder);
});

afterEach(async () => {
  process.chdir(cwd);
  await rm(folder, { recursive: true });
});

const withToken = (token: string, url = 'https://127.0.0.1:1'): Profiles => ({
  a: { endpoint_url: url, ca_bundle: 'ca.pem' },
  relay: { aws_session_token: token },
});

test('a renewal keeps the profiles that people have added', async () => {
  await writeProfiles(withToken('old'));
  await appendFile(PROFILE_FILE, '\n[profile drop]\nsource_profile = relay\n');
  await renewProfiles(withToken('old'), withToken('new'));
  expect(await readProfiles()).toEqual({ ...withToken('new'), drop: { source_profile: 'relay' } });
  await removeProfiles(withToken('new'));
  expect(await readFile(PROFILE_FILE).catch(({ code }) => code)).toBe('ENOENT');
});

test('a renewal leaves alone what another npm start has written, and takes its place when that has ended', async () => {
  const another = withToken('another', 'https://127.0.0.1:2');
  await writeProfiles(another);
  await renewProfiles(withToken('old'), withToken('new'));
  expect(await readProfiles()).toEqual(another);
  await removeProfiles(another);
  await renewProfiles(withToken('new'), withToken('newer'));
  expect(await readProfiles()).toEqual(withToken('newer'));
});
