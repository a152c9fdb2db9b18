/**
 * Every command of the documentation is typed into a terminal beside `npm start`, as a reader would, unless the page says
 * that it needs AWS or it is run elsewhere. A block that is neither marked nor works here fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { cliInstalled, REPOSITORY } from '../../support/aws-cli.ts';
import { type Checkout, makeCheckout } from '../../support/checkout.ts';
import { type Started, startProgram } from '../../support/started.ts';
import { type Command, commandOf, type } from '../../support/terminal.ts';
import { elsewhereOf, PAGES_RUN_BY } from './elsewhere.ts';
import { type Block, blocksOf, deploys, pages } from './pages.ts';

/** Each call of the AWS CLI keeps a core busy for a second. */
const PATIENCE_MS = 120_000;
const TOOLS = { aws: cliInstalled, jq: spawnSync('jq', ['--version']).status === 0 };

/** What a page takes for granted: for the runbook, that something has gone wrong. */
const BEFORE: Record<string, Command[]> = {
  'docs/runbook.md': [
    { line: 'aws s3 cp LICENSE s3://upload-relay-source-111111111111/archived --storage-class GLACIER' },
  ],
};

let checkout: Checkout;
let home: string;
let program: Started;

beforeAll(async () => {
  checkout = await makeCheckout();
  home = await mkdtemp(join(tmpdir(), 'upload-relay-home-'));
  program = startProgram(['--port', '0', 'README.md', 'LICENSE'], checkout.folder);
  await program.printed("The relay's log:");
});

afterAll(async () => {
  program.child.kill('SIGINT');
  await program.exitCode;
  await checkout.remove();
  await rm(home, { recursive: true });
});

/** Where a reader begins: what it says to do first is taken for granted on the other pages, and it finds everything as it was. */
const FIRST = 'docs/tour.md';
const PAGES = [FIRST, ...pages().filter((page) => page !== FIRST && !(page in PAGES_RUN_BY))];
/** What deploys is typed by deploy.test.ts. */
const isRunHere = (block: Block) => !block.needsAws && !deploys(block) && !block.commands.every(isRunElsewhere);

describe.each(
  PAGES.map((page) => ({ page, blocks: blocksOf(page).filter(isRunHere) })).filter(({ blocks }) => blocks.length > 0),
)('$page', ({ page, blocks }) => {
  let isNew = true;
  const terminal = () => ({ environment: environment(), cwd: checkout.folder });

  beforeAll(async () => {
    if (page === FIRST) return;
    await type([{ line: 'source .local/aws.sh' }], terminal(), false);
    if (cliInstalled) await type(BEFORE[page] ?? [], terminal(), true);
    isNew = false;
  });

  for (const block of blocks) {
    const missing = missingTools(block);
    const without = missing.length === 0 ? '' : ` (skipped: there is no "${missing.join('", "')}" on this machine)`;
    const title = `line ${block.line}: ${titleOf(block)}${without}`;
    test.skipIf(missing.length > 0)(title, { timeout: PATIENCE_MS }, async () => {
      const commands = block.commands.filter((each) => !isRunElsewhere(each));
      await type(commands.map(fromSources).map(commandOf), terminal(), !isNew);
      isNew = false;
    });
  }
});

/** The package's command as it is here; .ci/run types the package's own. */
function fromSources(command: string): string {
  return command.replaceAll('npx upload-relay ', `node ${join(REPOSITORY, 'cli/main.ts')} `);
}

function environment(): NodeJS.ProcessEnv {
  return { HOME: home, PATH: process.env['PATH'] };
}

function missingTools({ commands }: Block): string[] {
  const used = (tool: string) => commands.some((command) => new RegExp(`(^|[\\s(|])${tool} `).test(command));
  return Object.entries(TOOLS).flatMap(([tool, installed]) => (installed || !used(tool) ? [] : [tool]));
}

/** Each of a line's commands. */
function isRunElsewhere(line: string): boolean {
  const commands = line.replace(/\s#.*$/, '').split('&&');
  return commands.every((command) => elsewhereOf(command.trim()) !== undefined);
}

function titleOf({ commands: [first] }: Block): string {
  return first!.split('\n')[0]!.slice(0, 80);
}
