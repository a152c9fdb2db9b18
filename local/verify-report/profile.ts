/** Finds a profile in the files of the AWS CLI, so that a mistyped one is told by its name. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../cli/terminal/user-error.ts';
import { didYouMean } from '../cli.ts';

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html */
function filesOf(environment: NodeJS.ProcessEnv): string[] {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = environment;
  const folder = join(homedir(), '.aws');
  return [AWS_CONFIG_FILE || join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials')];
}

/** @throws UserError for a profile that neither file has */
export function requireProfile(profile: string, environment: NodeJS.ProcessEnv): void {
  const files = filesOf(environment);
  const known = files.flatMap(profilesIn);
  if (known.includes(profile)) return;
  const names = known.length === 0 ? '' : ` There are: ${[...new Set(known)].join(', ')}.`;
  throw new UserError(
    `There is no profile "${profile}" in ${files.join(' or ')}.${didYouMean(profile, known)}${names}`,
  );
}

/** What the SDK's "Region is missing" is about. */
export function regionMissing(profile: string | undefined, environment: NodeJS.ProcessEnv): UserError {
  const where = profile === undefined ? 'No profile is named, and no region' : `Profile "${profile}" has no region`;
  return new UserError(`${where} in ${filesOf(environment)[0]}. Say --region REGION.`);
}

/** None of a file that isn't there. */
function profilesIn(file: string): string[] {
  try {
    const sections = readFileSync(file, 'utf8').matchAll(/^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/gm);
    return [...sections].map(([, name]) => name!.replace(/^(["'])(.*)\1$/, '$2'));
  } catch {
    return [];
  }
}
