/** The stacks deployed by the client that users have, in the order of a project's life: each test goes on from the one before. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { bootstrap, LocalCloud } from '../../../emulator/index.ts';
import { relays } from '../../deploys/relays.ts';
import { cdk } from '../../support/cdk-cli.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  DESTINATION_BUCKET,
  LEDGER_TABLE,
  REGION,
  REPORT_BUCKET,
  SOURCE_BUCKET,
} from '../../support/two-accounts.ts';

const context = committedContext();
const DESTINATION = 'upload-relay-destination';
const SOURCE = 'upload-relay-source';
const NO_QUESTIONS = ['--require-approval', 'never'];

let cloud: LocalCloud;
let folder: string;
/** What bootstrapping made, which no test takes away. */
let before: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdk-cli-'));
  // The client puts its archives into the assembly, and the committed one is everybody's.
  await cp(inject('assembly'), join(folder, 'ours'), {
    recursive: true,
    filter: (path) => !path.endsWith('/compiled'),
  });
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [ACCOUNT_A, ACCOUNT_B] });
});

afterAll(async () => {
  await cloud.close();
  await rm(folder, { recursive: true });
});

const as = (account: string, args: string[], assembly = 'ours') =>
  cdk(args, { cloud, keys: cloud.operator(account), region: REGION, assembly: join(folder, assembly), home: folder });

/** What there is besides the bootstrap. */
async function present(): Promise<string[]> {
  return (await cloud.inventory()).filter((arn) => !before.includes(arn));
}

/** A copy of our assembly with another template of Destination, which goes along with the request and has no hash to keep. */
async function assemblyWith(name: string, change: (template: string) => string): Promise<void> {
  await cp(join(folder, 'ours'), join(folder, name), { recursive: true });
  const file = join(folder, name, 'Destination.template.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
}

/** Something that can't be made, after everything else. */
function withFailure(text: string): string {
  const template = JSON.parse(text);
  const PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  template.Resources.Failing = {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName: 'p', Roles: ['nobody'], PolicyDocument },
    DependsOn: Object.keys(template.Resources),
  };
  return JSON.stringify(template);
}

describe('cdk deploy', () => {
  test('of code into an account without a bootstrap is refused', async () => {
    const { code, output } = await as(ACCOUNT_A, ['deploy', 'Source', ...NO_QUESTIONS]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/has the environment been bootstrapped|cdk bootstrap/);
    await bootstrap(cloud, ACCOUNT_A, REGION);
    before = await cloud.inventory();
  });

  test('of a template that fails says why, ends with an error, and leaves nothing', async () => {
    await assemblyWith('failing', withFailure);
    const { code, output } = await as(ACCOUNT_B, ['deploy', 'Destination', ...NO_QUESTIONS], 'failing');
    expect(output).toContain('The role with name nobody cannot be found.');
    expect(code).not.toBe(0);
    expect(cloud.stack(DESTINATION).status).toBe('ROLLBACK_COMPLETE');
    expect(await present()).toEqual([]);
  });

  test('brings both sides up, whichever is first; account B needs no bootstrap and takes the second try', async () => {
    const [destination, source] = await Promise.all([
      as(ACCOUNT_B, ['deploy', 'Destination', ...NO_QUESTIONS]),
      as(ACCOUNT_A, ['deploy', 'Source', ...NO_QUESTIONS]),
    ]);
    expect(destination).toMatchObject({ code: 0, output: expect.stringContaining('✅') });
    expect(source).toMatchObject({
      code: 0,
      output: expect.stringContaining('Source.RelayFunctionName = upload-relay'),
    });
    expect(await relays(cloud, context, 'by the real client')).toBe(true);
  });

  test('again changes nothing, and cdk diff finds no difference', async () => {
    const runs = await Promise.all([
      as(ACCOUNT_B, ['deploy', 'Destination', '--force', ...NO_QUESTIONS]),
      as(ACCOUNT_A, ['deploy', 'Source', ...NO_QUESTIONS]),
      as(ACCOUNT_A, ['diff', 'Source', '--fail']),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [forced, deployed, diff] = runs.map(({ output }) => output);
    // By force the client asks with a change set, and is told so; otherwise it compares the templates.
    expect(forced).toContain('(no changes)');
    expect(deployed).toContain('(no changes)');
    expect(diff).toContain('There were no differences');
  });

  test("of another relay's stack of the same name is refused: the client keeps whom the stack serves", async () => {
    await assemblyWith('other', (template) => template.replaceAll(`iam::${ACCOUNT_A}`, 'iam::333333333333'));
    const { code, output } = await as(ACCOUNT_B, ['deploy', 'Destination', ...NO_QUESTIONS], 'other');
    expect(code).not.toBe(0);
    expect(output).toContain("The stack is another relay's, and arn:aws:iam::333333333333:role/upload-relay");
    expect(cloud.stack(DESTINATION)).toMatchObject({ status: 'CREATE_COMPLETE' });
  });

  test('by somebody without the right to it is refused in the words of IAM', async () => {
    cloud.directory.addUser({ account: ACCOUNT_B, name: 'nobody', policies: [] });
    const keys = cloud.directory.addAccessKey(ACCOUNT_B, 'nobody');
    const options = { cloud, keys, region: REGION, assembly: join(folder, 'ours'), home: folder };
    const { code, output } = await cdk(['deploy', 'Destination', ...NO_QUESTIONS], options);
    expect(code).not.toBe(0);
    expect(output).toMatch(
      /user\/nobody is not authorized to perform: cloudformation:DescribeStacks on resource: arn:/,
    );
  });
});

describe('cdk destroy', () => {
  test('leaves buckets and receipts, as docs/operations.md says', async () => {
    const runs = await Promise.all([
      as(ACCOUNT_B, ['destroy', 'Destination', '--force']),
      as(ACCOUNT_A, ['destroy', 'Source', '--force']),
    ]);
    expect(runs).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(cloud.stack(SOURCE).status).toBe('DELETE_COMPLETE');
    expect(await present()).toEqual([
      `arn:aws:dynamodb:${REGION}:${ACCOUNT_A}:table/${LEDGER_TABLE}`,
      `arn:aws:iam::${ACCOUNT_B}:user/nobody`,
      `arn:aws:s3:::${DESTINATION_BUCKET}`,
      `arn:aws:s3:::${REPORT_BUCKET}`,
      `arn:aws:s3:::${SOURCE_BUCKET}`,
    ]);
  });

  test('is followed by a deployment that takes over what stayed', async () => {
    const args = ['deploy', 'Destination', '--import-existing-resources', ...NO_QUESTIONS];
    expect(await as(ACCOUNT_B, args)).toMatchObject({ code: 0 });
    expect(cloud.stack(DESTINATION).events.map(({ status }) => status)).toContain('IMPORT_COMPLETE');
  });

  test('and nothing went wrong unseen', () => {
    expect(cloud.unexpectedErrors).toEqual([]);
  });
});
