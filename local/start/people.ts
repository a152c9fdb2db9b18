/** The profiles of the two accounts: their administrators, the relay with its own keys, and the writer that these keys lead to. */
import { randomBytes } from 'node:crypto';
import { relayRoleArn, writerRoleArn } from '../../infra/arns.ts';
import { relayNames } from '../../infra/names.ts';
import type { Place } from './place.ts';
import { type Profiles, renewProfiles, writeProfiles } from './profile.ts';
import type { LocalSession } from './session.ts';

/** The duration of the relay's session: role chaining allows an hour at most. */
const SESSION_SECONDS = 3600;
const RENEW_EVERY_MS = 1_800_000;

/** The profiles of the keys that a function of the relay has, and of the writer in the first route's account. */
export const RELAY_PROFILE = 'relay';
export const WRITER_PROFILE = 'writer';

/** Writes all profiles, and renews the relay's before its keys expire. */
export async function keepProfiles(session: LocalSession, place: Place): Promise<void> {
  // The CLI caches sessions of assumed roles by name, and those of an earlier npm start are invalid.
  const intruder = `intruder-${randomBytes(4).toString('hex')}`;
  let written = profilesOf(session, intruder);
  await writeProfiles(place, written);
  setInterval(() => {
    const before = written;
    written = profilesOf(session, intruder);
    void renewProfiles(place, before, written);
  }, RENEW_EVERY_MS).unref();
}

/** The profiles of the accounts' administrators. */
export function administrators({
  cloud,
  profiles,
  regions,
}: Pick<LocalSession, 'cloud' | 'profiles' | 'regions'>): Profiles {
  const result: Profiles = {};
  for (const [account, name] of profiles) {
    const { accessKeyId, secretAccessKey } = cloud.operator(account);
    const keys = { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey };
    result[name] = { ...settings(cloud, regions.get(account)!), ...keys };
  }
  return result;
}

function settings({ url, caFile }: LocalSession['cloud'], region: string) {
  return {
    region,
    endpoint_url: url,
    ca_bundle: caFile,
    // Without this, version 2 of the CLI expects payloads in base64.
    cli_binary_format: 'raw-in-base64-out',
  };
}

function profilesOf(session: LocalSession, intruder: string): Profiles {
  const { cloud, config } = session;
  const result = administrators(session);
  const stolen = cloud.sts.assumeRoleAsService({
    roleArn: relayRoleArn(config),
    service: 'lambda.amazonaws.com',
    sessionName: relayNames(config).relayFunction,
    durationSeconds: SESSION_SECONDS,
  });
  result[RELAY_PROFILE] = {
    ...settings(cloud, config.source.region),
    aws_access_key_id: stolen.accessKeyId,
    aws_secret_access_key: stolen.secretAccessKey,
    aws_session_token: stolen.sessionToken,
  };
  const route = config.routes[0]!;
  result[WRITER_PROFILE] = {
    ...settings(cloud, route.destination.region),
    role_arn: writerRoleArn(route),
    external_id: route.externalId,
    role_session_name: intruder,
    source_profile: RELAY_PROFILE,
  };
  return result;
}
