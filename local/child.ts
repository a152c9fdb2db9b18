/** Runs another program, which never outlives this one. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { atEnding, endingSignal } from '../cli/terminal/ending.ts';

const HAS_GROUPS = process.platform !== 'win32';

/**
 * Runs a program that asks nobody anything, in a process group of its own: whatever it has started ends with it.
 * @throws Error with what it wrote to stderr, or that it couldn't be started
 */
export async function runQuietly(file: string, args: readonly string[], options: SpawnOptions): Promise<void> {
  endingSignal.throwIfAborted();
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'], detached: HAS_GROUPS });
  const kill = () => killGroup(child);
  process.once('exit', kill);
  try {
    const [code, stderr] = await Promise.all([exitCodeOf(child), text(child.stderr!)]);
    if (code !== 0) throw new Error(stderr.trim() || `${file} ${args.join(' ')} ended with ${code}`);
  } finally {
    process.off('exit', kill);
  }
}

/**
 * Runs a program in this terminal, and passes on that it shall end.
 * @returns its exit code
 */
export async function runHere(file: string, args: readonly string[], options: SpawnOptions): Promise<number> {
  const child = spawn(file, args, { ...options, stdio: 'inherit' });
  const exitCode = exitCodeOf(child);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const leave = atEnding(() => {
    child.kill('SIGTERM');
    return exitCode;
  });
  try {
    return await exitCode;
  } finally {
    process.off('exit', kill);
    if (!endingSignal.aborted) void leave();
  }
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(HAS_GROUPS ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
