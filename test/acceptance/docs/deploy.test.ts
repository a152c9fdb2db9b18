/**
 * Every command of the documentation that deploys is typed beside `npm start -- --empty`, in the order of a relay's life. Only the first
 * deployments synthesize; the others take what those have left in cdk.out, which spares CPU.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI_MISSING, cliInstalled } from '../../support/aws-cli.ts';
import { type Checkout, makeCheckout } from '../../support/checkout.ts';
import { committedContext } from '../../support/stacks.ts';
import { type Started, startProgram } from '../../support/started.ts';
import { type Command, commandOf, type } from '../../support/terminal.ts';
import { elsewhereOf } from './elsewhere.ts';
import { type Block, blocksOf, deploys, pages } from './pages.ts';

const PATIENCE_MS = 180_000;
const README = 'README.md';
const OPERATIONS = 'docs/operations.md';
const LOCAL_AWS = 'docs/local-aws.md';

let checkout: Checkout;
let home: string;
let program: Started;
let isNew = true;

beforeAll(async () => {
  checkout = await makeCheckout();
  home = await mkdtemp(join(tmpdir(), 'upload-relay-home-'));
  program = startProgram(['--empty', '--port', '0'], checkout.folder);
  await program.printed('administrators:');
});

afterAll(async () => {
  program.child.kill('SIGINT');
  expect(await program.exitCode).toBe(130);
  await checkout.remove();
  await rm(home, { recursive: true });
});

/** Each command with what it must say. */
async function typed(commands: Command[], more: NodeJS.ProcessEnv = {}): Promise<void> {
  const answersOfPeople = { CDK_YES: 'true', CDK_FORCE: 'true' };
  const quiet = { CI: 'true', NO_COLOR: '1', CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: 'true' };
  const environment = { HOME: home, PATH: process.env['PATH'], ...answersOfPeople, ...quiet, ...more };
  await type(commands, { environment, cwd: checkout.folder }, !isNew);
  isNew = false;
}

const SYNTHESIZED = { CDK_APP: 'cdk.out' };
const blocks = new Map([README, OPERATIONS, LOCAL_AWS].map((page) => [page, blocksOf(page).filter(mine)]));

function mine(block: Block): boolean {
  return !block.needsAws && deploys(block);
}

/** The commands of the block in which this one stands, without those that are run elsewhere. */
function blockWith(page: string, begin: string): Command[] {
  const found = blocks.get(page)!.find(({ commands }) => commands.some((command) => command.startsWith(begin)));
  return found!.commands.filter((command) => elsewhereOf(command) === undefined).map(commandOf);
}

/** Changes the template that the next commands take. */
async function changeDestination(change: (text: string) => string): Promise<void> {
  const file = join(checkout.folder, 'cdk.out', 'Destination.template.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
}

test('no other page deploys, unless it says that it needs AWS', () => {
  const others = pages().filter((page) => !blocks.has(page));
  expect(others.flatMap((page) => blocksOf(page).filter(mine))).toEqual([]);
});

describe('from two empty accounts', { timeout: PATIENCE_MS }, () => {
  test.skipIf(!cliInstalled)(`the AWS CLI deploys account B's template${CLI_MISSING}`, async () => {
    const [synth, source, deploy, status, events] = blockWith(LOCAL_AWS, 'aws cloudformation deploy');
    await typed([
      synth!,
      source!,
      { ...deploy!, answers: 'Successfully created/updated stack - upload-relay-destination' },
      // Versions of the CLI differ in the exit code.
      { line: `${deploy!.line} || true`, answers: 'No changes to deploy' },
      { ...status!, answers: 'CREATE_COMPLETE' },
      { ...events!, answers: '"ResourceStatusReason": "Resource creation Initiated"' },
    ]);
  });

  test("README's commands deploy both sides, and a dropped file is delivered", async () => {
    const [bootstrap, destination, source] = blockWith(README, 'npx cdk deploy Source');
    await typed([
      { line: 'source .local/aws.sh' },
      { ...bootstrap!, answers: '✅  Environment aws://111111111111/us-east-1 bootstrapped.' },
      { ...destination!, answers: '✅  Destination (upload-relay-destination)' },
      { ...source!, answers: 'Source.RelayFunctionName = upload-relay' },
      { line: 'npm run try -- drop LICENSE', answers: 'delivered' },
      { line: 'npm run try -- intrude', refusal: 'There is no profile relay: npm start -- --empty makes those of' },
    ]);
  });

  test('the first page for those who operate it has the same commands', () => {
    expect(blockWith(OPERATIONS, 'npx cdk bootstrap')).toEqual(blockWith(README, 'npx cdk bootstrap'));
  });

  test('a second relay is deployed beside the first', async () => {
    const { source, routes } = committedContext() as { source: object; routes: object[] };
    const partner = {
      source: { ...source, bucket: 'partner-source', relayRoleName: 'partner-relay' },
      routes: routes.map((route) => ({ ...route, writerRoleName: 'partner-writer' })),
      relay: { name: 'partner' },
    };
    await writeFile(join(checkout.folder, 'partner.json'), JSON.stringify(partner));
    const [deploy] = blockWith(OPERATIONS, 'npx cdk deploy Source --profile a --context');
    await typed([{ ...deploy!, answers: 'Source.RelayFunctionName = partner' }], { CDK_OUTPUT: 'cdk.partner' });
  });

  test('an update shows its difference, and each step of its deployment', async () => {
    await changeDestination((text) => text.replaceAll('incoming/*', 'arriving/*'));
    const [source, destination] = blockWith(OPERATIONS, 'npx cdk diff');
    const [, again] = blockWith(README, 'npx cdk deploy');
    await typed(
      [
        { ...source!, answers: 'There were no differences' },
        { ...destination!, answers: 'upload-relay-destination-222222222222/arriving/*' },
        { ...again!, answers: 'UPDATE_COMPLETE         | AWS::IAM::Role' },
      ],
      SYNTHESIZED,
    );
  });

  test('an update that fails says why, and is rolled back', async () => {
    const Failing = { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: ['nobody'], PolicyDocument: policy } };
    await changeDestination((text) => {
      const template = JSON.parse(text.replaceAll('arriving/*', 'elsewhere/*'));
      template.Resources.Failing = { ...Failing, DependsOn: Object.keys(template.Resources) };
      return JSON.stringify(template);
    });
    const [, deploy] = blockWith(README, 'npx cdk deploy');
    await typed([{ ...deploy!, refusal: 'The role with name nobody cannot be found.' }], SYNTHESIZED);
    await changeDestination((text) => {
      const template = JSON.parse(text.replaceAll('elsewhere/*', 'arriving/*'));
      delete template.Resources.Failing;
      return JSON.stringify(template);
    });
    const [, diff] = blockWith(OPERATIONS, 'npx cdk diff');
    await typed([{ ...diff!, answers: 'There were no differences' }], SYNTHESIZED);
  });

  test('both stacks are taken down, and account B takes over what stayed', async () => {
    const [source, destination] = blockWith(OPERATIONS, 'npx cdk destroy');
    const [again] = blockWith(OPERATIONS, 'npx cdk deploy Destination --profile b --import-existing-resources');
    await typed(
      [
        { ...source!, answers: '✅  Source (upload-relay-source): destroyed' },
        { ...destination!, answers: '✅  Destination (upload-relay-destination): destroyed' },
        { ...again!, answers: 'IMPORT_COMPLETE' },
      ],
      SYNTHESIZED,
    );
  });
});

const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
