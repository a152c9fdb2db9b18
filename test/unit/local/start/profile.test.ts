/** The profiles that a running `npm start` keeps. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Place, placeIn } from '../../../../local/start/place.ts';
import { type Profiles, readProfiles, renewProfiles, writeProfiles } from '../../../../local/start/profile.ts';

let place: Place;

beforeEach(async () => {
  place = placeIn(await mkdtemp(join(tmpdir(), 'upload-relay-profile-')));
});

afterEach(() => rm(place.folder, { recursive: true }));

const withToken = (token: string): Profiles => ({
  a: { endpoint_url: 'https://127.0.0.1:1', ca_bundle: 'ca.pem' },
  relay: { aws_session_token: token },
});

test('a renewal keeps the profiles that people have added', async () => {
  await writeProfiles(place, withToken('old'));
  await appendFile(place.profileFile, '\n[profile drop]\nsource_profile = relay\n');
  await renewProfiles(place, withToken('old'), withToken('new'));
  expect(await readProfiles(place)).toEqual({ ...withToken('new'), drop: { source_profile: 'relay' } });
});

test('a renewal makes the file again that somebody has taken away', async () => {
  await writeProfiles(place, withToken('old'));
  await rm(place.profileFile);
  await renewProfiles(place, withToken('old'), withToken('new'));
  expect(await readProfiles(place)).toEqual(withToken('new'));
});
