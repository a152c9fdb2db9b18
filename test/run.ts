/**
 * `npm test`: lint, types, copies, then all tests; the last line is `N passed, N failed`, whatever happens.
 * Lint, types and copies count as one each. Arguments go to vitest: `npm test -- test/unit`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Count {
  passed: number;
  failed: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
}

const folder = mkdtempSync(join(tmpdir(), 'upload-relay-test-'));
const counts = [
  step('lint', ['biome', 'check', '.']),
  step('types', ['tsc']),
  step('copies', ['jscpd']),
  tests(process.argv.slice(2)),
];
rmSync(folder, { recursive: true, force: true });

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function step(name: string, command: string[]): Count {
  const ok = run(command);
  process.stdout.write(`${name}: ${ok ? 'ok' : 'FAILED'}\n`);
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A run that ends without a report, or badly although no test failed, counts as a failure: silence is not success. */
function tests(filters: string[]): Count {
  const report = join(folder, 'report.json');
  const ok = run(['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters]);
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
function run([command, ...args]: string[]): boolean {
  return spawnSync(command!, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;
}
