import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LOCAL = new URL('../../local/', import.meta.url);

/** The program behind `npm start`, or another of `local/`, in a process of its own. */
export interface Started {
  child: ChildProcess;
  /** Standard output and error so far, as on a screen. */
  output(): string;
  /** Resolves when the text has been printed. */
  printed(text: string): Promise<void>;
  exitCode: Promise<number | null>;
}

/** @param cwd where it leaves, or finds, what other terminals need: a folder of the test's own */
export function startProgram(args: string[], cwd: string, env: NodeJS.ProcessEnv = {}, program = 'main.ts'): Started {
  const file = fileURLToPath(new URL(program, LOCAL));
  const child = spawn(process.execPath, [file, ...args], { cwd, env: { ...process.env, ...env } });
  let output = '';
  const exitCode = new Promise<number | null>((resolve) => child.on('close', resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(text) && resolve();
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`ended without printing "${text}":\n${output}`)));
      look();
    });
  return { child, output: () => output, printed, exitCode };
}
