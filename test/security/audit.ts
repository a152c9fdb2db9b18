/**
 * `npm run audit`: asks the registry for known vulnerabilities of what ships with a function. A registry that gives no answer
 * fails it: silence is not a clean bill.
 */
import { spawnSync } from 'node:child_process';
import { EXIT_FAILED, parseOptionsOf, runCli } from '../../local/cli.ts';

const EXIT_NO_ANSWER = 2;

const HELP = `Asks the npm registry for known vulnerabilities of the packages that ship with a function.

  npm run audit

Exit code: 0 none is known, 1 some are, 2 the registry gave no answer, or wrong usage.
`;

async function main(args: string[]): Promise<number> {
  parseOptionsOf('npm run audit', { args });
  const { status, stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=low', '--json'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const answer = parse(stdout);
  if (answer?.vulnerabilities === undefined) {
    const reason = answer?.error?.summary || answer?.message || stderr.trim() || stdout.trim();
    process.stderr.write(`The registry gave no answer, so nothing is known: ${reason}\n`);
    return EXIT_NO_ANSWER;
  }
  const found = Object.values(answer.vulnerabilities);
  for (const { name, severity } of found) process.stdout.write(`${severity}: ${name}\n`);
  process.stdout.write(`Packages with known vulnerabilities among what ships with a function: ${found.length}\n`);
  return status ?? EXIT_FAILED;
}

interface AuditAnswer {
  vulnerabilities?: Record<string, { name: string; severity: string }>;
  error?: { summary?: string };
  message?: string;
}

function parse(text: string): AuditAnswer | undefined {
  try {
    return JSON.parse(text) as AuditAnswer;
  } catch {
    return undefined;
  }
}

runCli(main, { help: HELP });
