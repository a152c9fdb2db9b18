/**
 * `npm run audit`: asks the registry for known vulnerabilities of what ships, in a function or with the package. A registry that gives no answer
 * fails it: silence is not a clean bill.
 */
import { spawnSync } from 'node:child_process';
import { EXIT_FAILED, parseOptionsOf, runCli } from '../../local/cli.ts';
import { lockedPackages } from './licences/licences.ts';

const EXIT_NO_ANSWER = 2;

const HELP = `Asks the npm registry for known vulnerabilities of the packages that ship: in a function, or with upload-relay.

  npm run audit

Exit code: 0 none is known, 1 some are, 2 the registry gave no answer, or wrong usage.
`;

async function main(args: string[]): Promise<number> {
  parseOptionsOf('npm run audit', { args });
  const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const answer = parse(stdout);
  if (answer?.vulnerabilities === undefined) {
    const reason = answer?.error?.summary || answer?.message || stderr.trim() || stdout.trim();
    process.stderr.write(`The registry gave no answer, so nothing is known: ${reason}\n`);
    return EXIT_NO_ANSWER;
  }
  const ships = new Set(lockedPackages().flatMap(({ name, bundled, installed }) => (bundled || installed ? name : [])));
  const found = Object.values(answer.vulnerabilities).filter(({ name }) => ships.has(name));
  for (const { name, severity } of found) process.stdout.write(`${severity}: ${name}\n`);
  process.stdout.write(`Packages with known vulnerabilities among what ships: ${found.length}\n`);
  return found.length === 0 ? 0 : EXIT_FAILED;
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
