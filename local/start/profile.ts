/** The profiles that `npm start` leaves for the AWS CLI and SDKs, and the file that leads a terminal to them. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FOLDER_VARIABLE, type Place } from './place.ts';

/** Settings by profile, as they stand in the file. Keys are among them, so that one variable, AWS_CONFIG_FILE, is enough. */
export type Profiles = Record<string, Record<string, string>>;

/** Only their owner may read the files. */
export async function writeProfiles(place: Place, profiles: Profiles): Promise<void> {
  await writeAnew(place.profileFile, textOf(profiles));
  await writeAnew(place.shellFile, shellText(place, profiles));
  // Those of an earlier npm start lead nowhere.
  await writeAnew(place.credentialsFile, '');
}

/** In place of the ones written before; profiles that people have added stay. */
export async function renewProfiles({ profileFile }: Place, before: Profiles, profiles: Profiles): Promise<void> {
  const present = await readFile(profileFile, 'utf8').catch(() => '');
  const added = present.startsWith(textOf(before)) ? present.slice(textOf(before).length) : '';
  await writeAnew(profileFile, textOf(profiles) + added);
}

/** @throws the system's own error, e.g. with code `ENOENT` */
export async function readProfiles({ profileFile }: Place): Promise<Profiles> {
  const profiles: Profiles = {};
  let settings: Record<string, string> = {};
  for (const line of (await readFile(profileFile, 'utf8')).split('\n')) {
    const [, name] = /^\[profile (.*)\]$/.exec(line) ?? [];
    if (name !== undefined) profiles[name] = settings = {};
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (key !== undefined) settings[key] = value!;
  }
  return profiles;
}

/** Removes the file first, since an existing file would keep its mode. */
async function writeAnew(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o600 });
}

/** Environment variables take precedence over a profile, so those for the real AWS are unset or replaced. */
function shellText({ folder, profileFile, credentialsFile }: Place, profiles: Profiles): string {
  const [[first, { endpoint_url: url, ca_bundle: caFile }]] = Object.entries(profiles) as [[string, Profiles[string]]];
  const set = {
    AWS_CONFIG_FILE: resolve(profileFile),
    AWS_SHARED_CREDENTIALS_FILE: resolve(credentialsFile),
    AWS_PROFILE: first,
    AWS_CA_BUNDLE: caFile!,
    AWS_ENDPOINT_URL: url!,
    AWS_PAGER: '',
    [FOLDER_VARIABLE]: resolve(folder),
  };
  const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  return [
    '# Made by npm start: the AWS CLI of this terminal talks to the two accounts on this machine.',
    `unset ${[...keys, 'AWS_REGION', 'AWS_DEFAULT_REGION'].join(' ')}`,
    ...Object.entries(set).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    '# Version 1 of the CLI would ask the real SQS all the same: https://github.com/aws/aws-cli/issues/8737',
    'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }',
    '',
  ].join('\n');
}

/** In single quotes where it needs any. */
export function shellWord(text: string): string {
  return /^[\w./:-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function textOf(profiles: Profiles): string {
  const sections = Object.entries(profiles).map(([name, settings]) =>
    [`[profile ${name}]`, ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`), ''].join('\n'),
  );
  return sections.join('\n');
}
