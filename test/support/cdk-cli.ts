/** The CDK's own client, as a person of one account runs it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LocalCloud } from '../../emulator/index.ts';
import type { Keys } from './two-accounts.ts';

const CDK = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));

export interface CdkOutcome {
  code: number;
  /** Both streams, as they came. */
  output: string;
}

export interface CdkOptions {
  cloud: LocalCloud;
  keys: Keys;
  region: string;
  /** A cloud assembly that was made already. */
  assembly: string;
  /** Where the client keeps what it remembers: accounts by key, mostly. */
  home: string;
}

/** Runs `cdk` with nothing of this process's environment, and without asking anything of the internet. */
export function cdk(args: readonly string[], { cloud, keys, region, assembly, home }: CdkOptions): Promise<CdkOutcome> {
  const env = {
    HOME: home,
    CI: 'true',
    NO_COLOR: '1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: cloud.url,
    AWS_CA_BUNDLE: cloud.caFile,
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  return new Promise((resolve) => {
    const command = [CDK, ...args, '--app', assembly, '--no-notices'];
    execFile(process.execPath, command, { env, cwd: home }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}
