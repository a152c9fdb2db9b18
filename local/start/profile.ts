/** What `npm start` leaves in the folder while it is up: a configuration for the AWS CLI and SDKs, which `npm run try` reads too. */
import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Settings by profile, as they stand in the file. Keys are among them, so that one variable, AWS_CONFIG_FILE, is enough. */
export type Profiles = Record<string, Record<string, string>>;

/** Below the folder that npm runs in: always the same, so that the documentation can name it. */
export const FOLDER = '.local';
export const PROFILE_FILE = join(FOLDER, 'aws-config');
/** For bash and zsh: it points the CLI at the local accounts, and unsets what the terminal has set for the real AWS. */
export const SHELL_FILE = join(FOLDER, 'aws.sh');
/** Where `aws configure` puts the keys of profiles that people make themselves. */
export const CREDENTIALS_FILE = join(FOLDER, 'aws-credentials');

/** Only their owner may read the files. */
export async function writeProfiles(profiles: Profiles): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeAnew(PROFILE_FILE, textOf(profiles));
  await writeAnew(SHELL_FILE, shellText(profiles));
}

/** In place of the ones written before. Profiles that people have added stay, and so do those of another `npm start`. */
export async function renewProfiles(before: Profiles, profiles: Profiles): Promise<void> {
  const present = await readFile(PROFILE_FILE, 'utf8').catch(() => undefined);
  // The other one, which had taken over, has ended.
  if (present === undefined) await writeProfiles(profiles);
  else if (present.startsWith(textOf(before))) {
    await writeAnew(PROFILE_FILE, textOf(profiles) + present.slice(textOf(before).length));
  }
}

/** Those of an earlier `npm start` lead nowhere. */
export async function clearCredentials(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeAnew(CREDENTIALS_FILE, '');
}

/** @throws the system's own error, e.g. with code `ENOENT` */
export async function readProfiles(): Promise<Profiles> {
  const profiles: Profiles = {};
  let settings: Record<string, string> = {};
  for (const line of (await readFile(PROFILE_FILE, 'utf8')).split('\n')) {
    const [, name] = /^\[profile (.*)\]$/.exec(line) ?? [];
    if (name !== undefined) profiles[name] = settings = {};
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (key !== undefined) settings[key] = value!;
  }
  return profiles;
}

/** Does nothing if another `npm start` has written its own profiles meanwhile. */
export async function removeProfiles(profiles: Profiles): Promise<void> {
  const present = await readFile(PROFILE_FILE, 'utf8').catch(() => undefined);
  // People may have added profiles of their own.
  if (!present?.startsWith(textOf(profiles))) return;
  for (const file of [PROFILE_FILE, SHELL_FILE, CREDENTIALS_FILE]) await rm(file, { force: true });
  // The folder stays if it holds anything else.
  await rmdir(FOLDER).catch(() => undefined);
}

/** Removes the file first, since an existing file would keep its mode. */
async function writeAnew(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o600 });
}

/** Environment variables take precedence over a profile, so those for the real AWS are unset or replaced. */
function shellText(profiles: Profiles): string {
  const [[first, { endpoint_url: url, ca_bundle: caFile }]] = Object.entries(profiles) as [[string, Profiles[string]]];
  const set = {
    AWS_CONFIG_FILE: resolve(PROFILE_FILE),
    AWS_SHARED_CREDENTIALS_FILE: resolve(CREDENTIALS_FILE),
    AWS_PROFILE: first,
    AWS_CA_BUNDLE: caFile!,
    AWS_ENDPOINT_URL: url!,
    AWS_PAGER: '',
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
