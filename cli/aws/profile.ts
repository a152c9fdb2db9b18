/** Finds a profile in the files of the AWS CLI: its settings, and a sentence for one that isn't there. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { didYouMean } from '../terminal/program.ts';
import { UserError } from '../terminal/user-error.ts';

/** By section, as its heading has it: `default`, `profile a`, `services local`. */
type Sections = Map<string, Record<string, string>>;

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html */
function filesOf(environment: NodeJS.ProcessEnv): string[] {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = environment;
  const folder = join(homedir(), '.aws');
  return [AWS_CONFIG_FILE || join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials')];
}

/** @throws UserError for a profile that neither file has */
export function requireProfile(profile: string, environment: NodeJS.ProcessEnv): void {
  const files = filesOf(environment);
  const known = files.flatMap((file) => [...sectionsOf(file).keys()].flatMap(profileNamed));
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

export interface ProfileSettings {
  ca_bundle?: string;
  endpoint_url?: string;
  /** Names a section with the endpoints of single services. */
  services?: string;
}

/** What a profile says of the connection; the SDK reads the rest by itself. */
export function settingsOf(profile: string | undefined, environment: NodeJS.ProcessEnv): ProfileSettings {
  const sections = sectionsOf(filesOf(environment)[0]!);
  return (profile === undefined ? undefined : sections.get(`profile ${profile}`)) ?? sections.get('default') ?? {};
}

/** The endpoint that a section of services has for one of them: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
export function endpointIn(services: string, service: string, environment: NodeJS.ProcessEnv): string | undefined {
  return sectionsOf(filesOf(environment)[0]!).get(`services ${services}`)?.[`${service}.endpoint_url`];
}

function profileNamed(section: string): string[] {
  if (/^(services|sso-session|plugins)\b/.test(section)) return [];
  return [section.replace(/^profile\s+/, '')];
}

/** None of a file that isn't there. */
function sectionsOf(file: string): Sections {
  const sections: Sections = new Map();
  let settings: Record<string, string> = {};
  let parent = '';
  for (const line of linesOf(file)) {
    const [, heading] = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    if (heading !== undefined) {
      const name = heading.replace(/\s+/, ' ').replace(/(["'])(.*)\1$/, '$2');
      settings = sections.get(name) ?? {};
      sections.set(name, settings);
    }
    const [, indent, key, value] = /^(\s*)([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) continue;
    if (indent === '') parent = key;
    settings[indent === '' ? key : `${parent}.${key}`] = value!;
  }
  return sections;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
