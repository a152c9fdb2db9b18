/** A program of `local/` on a real pseudo-terminal. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';

export interface OnTerminal {
  output(): string;
  resize(columns: number): void;
  exitCode: Promise<number>;
}

/** Root that may not read everything any more: without this, no file is unreadable to it. */
const WITHOUT_PRIVILEGES = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all'];

/** Whether a file can be unreadable to a program that the tests start. */
export const canBeUnreadable =
  process.geteuid?.() !== 0 || spawnSync(WITHOUT_PRIVILEGES[0]!, [...WITHOUT_PRIVILEGES.slice(1), 'true']).status === 0;

export function startOnTerminal(program: string, args: string[], cwd: string, columns: number): OnTerminal {
  const file = fileURLToPath(new URL(`../../local/${program}`, import.meta.url));
  const own = process.geteuid?.() === 0 && canBeUnreadable ? WITHOUT_PRIVILEGES : [];
  const [command, ...rest] = [...own, process.execPath, file, ...args] as [string, ...string[]];
  const env = { ...process.env, TERM: 'xterm-256color', TMPDIR: cwd };
  const terminal = spawn(command, rest, { name: env.TERM, cols: columns, rows: 40, cwd, env });
  let output = '';
  terminal.onData((data) => {
    output += data;
  });
  return {
    output: () => output,
    resize: (width) => terminal.resize(width, 40),
    exitCode: new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode))),
  };
}
