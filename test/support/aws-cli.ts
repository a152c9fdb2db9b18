import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

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

/** The CLI is Python's, so nothing of this project's environment is meant for it. */
function machineEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], AWS_PAGER: '', AWS_MAX_ATTEMPTS: '1' };
}
