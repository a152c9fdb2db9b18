/** Runs a program that writes into a folder, and kills it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

/** @returns the lines that it has printed, the first of which came before its `lifeMs` began */
export async function linesUntilKilled(program: string, folder: string, lifeMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const printed = createInterface(child.stdout).on('line', (line) => lines.push(line));
  await once(printed, 'line');
  await wait(lifeMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return lines;
}
