/**
 * What the client that users have says when something goes wrong: each test goes on from the one before.
 * test/acceptance/docs/deploy.test.ts has the life of a relay in which all goes well.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { LocalCloud } from '../../../emulator/index.ts';
import { cdk } from '../../support/cdk-cli.ts';
import { ACCOUNT_A, ACCOUNT_B, DESTINATION_BUCKET, REGION } from '../../support/two-accounts.ts';

const DESTINATION = 'upload-relay-destination';
const NO_QUESTIONS = ['--require-approval', 'never'];

let cloud: LocalCloud;
let folder: string;

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
  });

  test('of a template that fails says why, ends with an error, and leaves nothing', async () => {
    await assemblyWith('failing', withFailure);
    const { code, output } = await as(ACCOUNT_B, ['deploy', 'Destination', ...NO_QUESTIONS], 'failing');
    expect(output).toContain('The role with name nobody cannot be found.');
    expect(code).not.toBe(0);
    expect(cloud.stack(DESTINATION).status).toBe('ROLLBACK_COMPLETE');
    expect(await cloud.inventory()).toEqual([]);
  });

  test('takes the second try, needs no bootstrap in account B, and says by which steps it goes', async () => {
    const { code, output } = await as(ACCOUNT_B, ['deploy', 'Destination', ...NO_QUESTIONS]);
    expect(code).toBe(0);
    const steps = output.split('\n').filter((line) => line.startsWith(`${DESTINATION} |`));
    const told = steps.map((line) =>
      line
        .split('|')
        .slice(3, 5)
        .map((each) => each.trim())
        .join(' '),
    );
    // The CDK shows what happens after its own deployment has begun, which is another second for a machine that is busy.
    expect(told.filter((each) => each !== 'REVIEW_IN_PROGRESS AWS::CloudFormation::Stack')[0]).toBe(
      'CREATE_IN_PROGRESS AWS::CloudFormation::Stack',
    );
    expect(told.at(-1)).toBe('CREATE_COMPLETE AWS::CloudFormation::Stack');
    expect(told.filter((each) => each.endsWith('AWS::S3::Bucket'))).toEqual([
      'CREATE_IN_PROGRESS AWS::S3::Bucket',
      'CREATE_IN_PROGRESS AWS::S3::Bucket',
      'CREATE_COMPLETE AWS::S3::Bucket',
    ]);
  });

  test('again by force changes nothing', async () => {
    const { code, output } = await as(ACCOUNT_B, ['deploy', 'Destination', '--force', ...NO_QUESTIONS]);
    // By force the client asks with a change set, and is told so; otherwise it compares the templates.
    expect(code).toBe(0);
    expect(output).toContain('(no changes)');
  });

  test('of an update that fails goes back', async () => {
    const { code, output } = await as(ACCOUNT_B, ['deploy', 'Destination', ...NO_QUESTIONS], 'failing');
    expect(code).not.toBe(0);
    expect(output).toContain('The role with name nobody cannot be found.');
    expect(cloud.stack(DESTINATION).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(cloud.stack(DESTINATION).events.map(({ reason }) => reason)).toContain(
      'The following resource(s) failed to create: [Failing]. ',
    );
  });

  test("of another relay's stack of the same name is refused: the client keeps whom the stack serves", async () => {
    await assemblyWith('other', (template) => template.replaceAll(`iam::${ACCOUNT_A}`, 'iam::333333333333'));
    const { code, output } = await as(ACCOUNT_B, ['deploy', 'Destination', ...NO_QUESTIONS], 'other');
    expect(code).not.toBe(0);
    expect(output).toContain("The stack is another relay's, and arn:aws:iam::333333333333:role/upload-relay");
    expect(cloud.stack(DESTINATION)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
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
  test('leaves the bucket, as docs/operations.md says', async () => {
    expect(await as(ACCOUNT_B, ['destroy', 'Destination', '--force'])).toMatchObject({ code: 0 });
    expect(cloud.stack(DESTINATION).status).toBe('DELETE_COMPLETE');
    expect(await cloud.inventory()).toEqual([
      `arn:aws:iam::${ACCOUNT_B}:user/nobody`,
      `arn:aws:s3:::${DESTINATION_BUCKET}`,
    ]);
  });

  test('and nothing went wrong unseen', () => {
    expect(cloud.unexpectedErrors).toEqual([]);
  });
});
