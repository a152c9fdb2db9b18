/** Adds profiles to those that `npm start` has made, as a person would by hand: they go with it. */
import { appendFile, readFile } from 'node:fs/promises';
import type { Place } from '../start/place.ts';

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** @returns whether the profile has keys now that it had not before */
export async function addKeys(
  { credentialsFile }: Place,
  profile: string,
  makeKeys: () => Promise<Keys>,
): Promise<boolean> {
  if ((await textOf(credentialsFile)).includes(`[${profile}]\n`)) return false;
  const { accessKeyId, secretAccessKey } = await makeKeys();
  const section = `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  await appendFile(credentialsFile, section, { mode: 0o600 });
  return true;
}

/** Settings as they would stand in `~/.aws/config`; a profile that is there stays as it is. */
export async function addSettings({ profileFile }: Place, settings: string): Promise<void> {
  const present = await textOf(profileFile);
  const sections = settings.split(/^(?=\[)/m).filter((section) => !present.includes(section.split('\n')[0]!));
  if (sections.length > 0) await appendFile(profileFile, `\n${sections.join('').trimEnd()}\n`);
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
