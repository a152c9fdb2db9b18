import { writeFile } from 'node:fs/promises';

export interface Profile {
  name: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * Writes a configuration file for the AWS CLI and SDKs. Keys stand in it too, so that one variable, AWS_CONFIG_FILE, is enough.
 * Only its owner may read it.
 */
export async function writeProfiles(path: string, url: string, caFile: string, profiles: Profile[]): Promise<void> {
  const sections = profiles.map(({ name, region, accessKeyId, secretAccessKey }) =>
    [
      `[profile ${name}]`,
      `region = ${region}`,
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      `endpoint_url = ${url}`,
      `ca_bundle = ${caFile}`,
      // Version 2 of the CLI takes payloads as base64 otherwise.
      'cli_binary_format = raw-in-base64-out',
      '',
    ].join('\n'),
  );
  await writeFile(path, sections.join('\n'), { mode: 0o600 });
}
