/** A folder of somebody who installs the package: nothing of the checkout is around it, in PATH, or in the environment. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Failure } from '../../cli/terminal/user-error.ts';
import { REPOSITORY } from './repository.ts';

export interface Ran {
  code: number;
  /** Both streams. */
  output: string;
}

const WINDOWS = process.platform === 'win32';
/** Of the script that runs this, and of whoever has started it. */
const NOT_THEIRS = /^(npm_(package|lifecycle|config_local_prefix|command|execpath|node_execpath)|INIT_CWD$|NODE$|AWS_)/;
const MOST_BYTES = 64 * 1024 ** 2;

export class UserFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** `npm init -y && npm install …` @throws Failure when npm can't */
  async install(packages: readonly string[]): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await this.must('npm', ['init', '-y']);
    const { code, output } = await this.run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      ...packages,
    ]);
    if (code === 0) return;
    const why = /npm error code (E\w+)/.exec(output)?.[1];
    const hint = why === undefined || why === 'ERESOLVE' ? '' : ' Its registry gave no answer, or not this one.';
    throw new Failure(`npm can't install ${packages.join(' ')}.${hint}\n${output.trim()}`);
  }

  write(name: string, content: string): Promise<void> {
    return writeFile(join(this.path, name), content);
  }

  /** @throws Failure with what it has printed, unless it ends well */
  async must(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, output } = await this.run(command, args, environment);
    if (code === 0) return output;
    throw new Failure(`${command} ${args.join(' ')} ended with ${code}:\n${output.trim()}`);
  }

  run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const options = {
      cwd: this.path,
      env: { ...ownEnvironment(), ...environment },
      shell: WINDOWS,
      maxBuffer: MOST_BYTES,
    };
    return new Promise((resolve) => {
      execFile(command, [...args], options, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });
  }
}

function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !NOT_THEIRS.test(name) && name.toUpperCase() !== 'PATH');
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.startsWith(REPOSITORY));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}
