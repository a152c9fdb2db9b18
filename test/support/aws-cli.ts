import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** Of what `global-setup.ts` sets, since it spares the commands of this project work that was done already. */
const SPARING = ['NODE_COMPILE_CACHE', 'UPLOAD_RELAY_BUNDLES', 'CDK_VALIDATION'];

/** Whether the real AWS CLI is on this machine. */
export const cliInstalled = spawnSync('aws', ['--version'], { env: machineEnvironment() }).status === 0;

/** For the names of tests that need it: they shall not look as if they had run. */
export const CLI_MISSING = cliInstalled ? '' : ' (skipped: there is no "aws" on this machine)';

export interface ShellOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a line, or a script, in bash, in the folder of the repository unless another is given. */
export async function shell(command: string, env: NodeJS.ProcessEnv = {}, cwd = REPOSITORY): Promise<ShellOutcome> {
  const options = { cwd, env: { ...machineEnvironment(), ...env } };
  return promisify(execFile)('bash', ['-c', command], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error) => error as ShellOutcome,
  );
}

/** The CLI is Python's, so nothing else of this project's environment is meant for it. */
function machineEnvironment(): NodeJS.ProcessEnv {
  const sparing = Object.entries(process.env).filter(([name]) => SPARING.includes(name));
  const { PATH, HOME } = process.env;
  return { PATH, HOME, AWS_PAGER: '', AWS_MAX_ATTEMPTS: '1', ...Object.fromEntries(sparing) };
}
