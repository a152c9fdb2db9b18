/** A program that begins as the tools of this repository do, and whose end depends on its argument. */
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnding, endingSignal, isDoing, untilTheEnd } from '../../cli/terminal/ending.ts';
import { runQuietly } from '../../local/child.ts';
import { runCli } from '../../local/cli.ts';

/** Where to write the exit code, which nobody can ask for when the terminal has closed. */
const exitFile = process.env['EXIT_FILE'];
process.once('exit', (code) => exitFile && writeFileSync(exitFile, String(code)));

/** Before it ends by itself, and long after a second Ctrl-C. */
const LATE_MS = 1_200;
/** With a child of its own. */
const DEAF = "trap '' INT TERM HUP; while :; do sleep 1; done";

async function main([how]: string[]): Promise<void> {
  if (how !== 'shows-only') {
    isDoing('the test');
    mkdirSync(join(tmpdir(), 'deep', 'deeper'), { recursive: true });
    writeFileSync(join(tmpdir(), 'deep', 'deeper', 'file'), 'of the test');
  }
  if (how === 'orderly') atEnding(async () => undefined, 'It is closed.');
  if (how === 'never-closes') {
    atEnding(untilTheEnd);
    endingSignal.addEventListener('abort', () => setTimeout(() => writeSync(1, 'it waits'), LATE_MS));
  }
  if (how === 'fails-meanwhile') atEnding(() => Promise.reject(new Error('can not be closed')));
  if (how === 'fails-meanwhile')
    endingSignal.addEventListener('abort', () => Promise.reject(new Error('of no interest')));
  if (how === 'deaf-child') void runQuietly('sh', ['-c', DEAF], { cwd: tmpdir() });
  process.stdout.write('ready\n');
  setInterval(() => process.stdout.write('still here\n'), 20);
  await untilTheEnd();
}

runCli(main, { help: 'none', hasOwnFolder: process.argv[2] !== 'shows-only' });
