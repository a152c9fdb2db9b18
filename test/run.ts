/**
 * `npm test`: lint, types, copies, then all tests; the last line is `N passed, N failed`, whatever happens.
 * Lint, types and copies count as one each.
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDoing } from '../cli/terminal/ending.ts';
import { runHere } from '../local/child.ts';
import { EXIT_FAILED, runCli } from '../local/cli.ts';

interface Count {
  passed: number;
  failed: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
}

const HELP = `Runs lint, types, a search for copies, and all tests, without network or AWS account. The last line is "N passed, N failed".

  npm test                   everything, about ten minutes on two cores
  npm test -- test/unit      lint, types, copies, and the tests below a folder; whatever else is here goes to vitest
  npm run check              lint, types and copies only

Exit code: 0 all pass, 1 something fails, 130 Ctrl-C.
`;

async function main([first, ...others]: string[]): Promise<number> {
  const counts = [
    await step('lint', ['biome', 'check', '.']),
    await step('types', ['tsc']),
    await step('copies', ['jscpd']),
  ];
  if (first !== '--quick') counts.push(await tests(first === undefined ? [] : [first, ...others]));
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : EXIT_FAILED;
}

async function step(name: string, command: string[]): Promise<Count> {
  isDoing(name);
  const ok = await run(command);
  process.stdout.write(`${name}: ${ok ? 'ok' : 'FAILED'}\n`);
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A run that ends without a report, or badly although no test failed, counts as a failure: silence is not success. */
async function tests(filters: string[]): Promise<Count> {
  isDoing('the tests');
  const report = join(tmpdir(), 'report.json');
  const ok = await run([
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ]);
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as VitestReport;
    const failures = numFailedTests || numFailedTestSuites;
    return { passed: numPassedTests, failed: ok ? failures : Math.max(1, failures) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** The commands are the checkout's own: npm puts node_modules/.bin first in PATH. */
async function run([command, ...args]: string[]): Promise<boolean> {
  return (await runHere(command!, args, { shell: process.platform === 'win32' })) === 0;
}

runCli(main, { help: HELP, hasOwnFolder: true });
