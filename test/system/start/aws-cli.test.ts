/** The real AWS CLI against `npm start`, with the commands and the profile that it prints. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI_MISSING, cliInstalled as installed, REPOSITORY, shell } from '../../support/aws-cli.ts';
import { type Checkout, makeCheckout } from '../../support/checkout.ts';
import { eventNames } from '../../support/events.ts';
import { type Started, startProgram } from '../../support/started.ts';
import {
  DESTINATION_BUCKET,
  EXTERNAL_ID,
  eventually,
  PREFIX,
  SOURCE_BUCKET,
  WRITER_ROLE_ARN,
} from '../../support/two-accounts.ts';

let folder: string;
let checkout: Checkout;
let program: Started;
/** Lines to paste, as printed. */
let hints: string[];

beforeAll(async () => {
  if (!installed) return;
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-cli-'));
  await writeFile(join(folder, 'empty.bin'), '');
  checkout = await makeCheckout();
  program = startProgram(['--port', '0', 'README.md', 'LICENSE', join(folder, 'empty.bin')], checkout.folder);
  await program.printed("The relay's log:");
  hints = program
    .output()
    .split('\n')
    .filter((line) => /^ {2}(source|aws) /.test(line))
    .map((line) => line.trim());
});

afterAll(async () => {
  if (!installed) return;
  program.child.kill('SIGINT');
  expect(await program.exitCode).toBe(130);
  await rm(folder, { recursive: true });
  await checkout.remove();
});

/** In the folder where `npm start` runs; the CLI keeps its sessions of roles apart from those of this machine's user. */
const inCheckout = (command: string) => shell(command, { HOME: folder }, checkout.folder);

/** Runs `aws` with one of the profiles: a is the source's account, b the destination's. */
async function aws(profile: string, command: string) {
  return inCheckout(`${hints[0]}; aws --profile ${profile} ${command}`);
}

describe.skipIf(!installed)(`with the real AWS CLI${CLI_MISSING}`, () => {
  test('every printed line can be pasted', async () => {
    expect(hints).toHaveLength(4);
    // Into a file: /dev/stdout cannot be opened where it is a socket, as in a child process of Node.
    const screen = join(folder, 'screen.txt');
    const { code, stderr } = await inCheckout(`{ ${hints.join(' && ')}; } > ${screen}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await readFile(screen, 'utf8')).toContain('"receipts":[{"status":"delivered","route":"main"');
  });

  test('aws s3 cp of a file, then the object is at the destination', async () => {
    const { code } = await aws('a', `s3 cp LICENSE 's3://${SOURCE_BUCKET}/copied with the CLI.txt'`);
    expect(code).toBe(0);
    await eventually(async () => {
      const listing = await aws('b', `s3 ls 's3://${DESTINATION_BUCKET}/${PREFIX}copied'`);
      return listing.stdout.includes('copied with the CLI.txt');
    });
  });

  test('aws sts get-caller-identity', async () => {
    const { stdout } = await aws('a', 'sts get-caller-identity --output text');
    expect(stdout.trim()).toMatch(/^111111111111\tarn:aws:iam::111111111111:user\/operator\tAIDA/);
  });

  test('aws lambda invoke with each fixture answers', { timeout: 180_000 }, async () => {
    const answers = await eachOf(eventNames(), async (name) => {
      const { code, stdout, stderr } = await aws(
        'a',
        `lambda invoke --function-name upload-relay --payload file://events/${name}.json ${join(folder, `${name}.out`)} --query StatusCode`,
      );
      return `${name}: ${code} ${stdout.trim()}${stderr}`;
    });
    expect(answers).toEqual(eventNames().map((name) => `${name}: 0 200`));
  });

  test('a user’s mistake is told by AWS’s words', async () => {
    const { code, stderr } = await aws(
      'a',
      `sts assume-role --role-session-name someone --external-id ${EXTERNAL_ID} --role-arn ${WRITER_ROLE_ARN}`,
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      `An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111111111111:user/operator is not authorized to perform: sts:AssumeRole on resource: ${WRITER_ROLE_ARN}`,
    );
  });

  test.each(['a', 'relay', 'writer'])('profile %s reads nothing of account B', async (profile) => {
    const { code, stderr } = await aws(profile, `s3 ls s3://${DESTINATION_BUCKET}/`);
    expect(code).not.toBe(0);
    expect(stderr).toContain('AccessDenied');
  });
});

/** The commands of "Play the intruder", as they stand in the documentation for people to type. */
describe.skipIf(!installed)(`an intruder with account A’s keys and the real AWS CLI${CLI_MISSING}`, () => {
  const NOT_AUTHORIZED = `is not authorized to perform: sts:AssumeRole on resource: ${WRITER_ROLE_ARN}`;
  const SESSIONS_OF_A = 'arn:aws:sts::111111111111:assumed-role';
  let page: Record<'functions' | 'becomeWriter' | 'allowed' | 'refused' | 'makeOthers' | 'doorsShut', string>;

  beforeAll(async () => {
    const [functions, becomeWriter, allowed, refused, makeOthers, doorsShut, ...rest] = await intruderCommands();
    expect(rest).toEqual([]);
    page = {
      functions: functions!,
      becomeWriter: becomeWriter!,
      allowed: allowed!,
      refused: refused!,
      makeOthers: makeOthers!,
      doorsShut: doorsShut!,
    };
  });

  test('who becomes the writer can put objects under the prefix, and nothing else', {
    timeout: 180_000,
  }, async () => {
    const before = [page.functions, page.becomeWriter];
    const [put, ...others] = await outcomes(before, [page.allowed, ...page.refused.split('\n')]);
    expect(put).toMatchObject({ code: 0, output: expect.stringContaining('"ETag"') });
    expect(others.map(({ command }) => /s3api (\S+)/.exec(command)?.[1])).toEqual([
      'get-object',
      'head-object',
      'list-objects-v2',
      'delete-object',
      'put-object-acl',
      'put-object',
    ]);
    for (const { command, code, output } of others) {
      expect(code, command).not.toBe(0);
      expect(output, command).toMatch(/An error occurred \((AccessDenied|403)\) when calling/);
    }
    const listing = await aws('b', `s3 ls --recursive s3://${DESTINATION_BUCKET}/`);
    expect(listing.stdout).toContain(`${PREFIX}intruder.md`);
    expect(listing.stdout).toContain(`${PREFIX}README.md`);
    expect(listing.stdout).not.toContain('elsewhere');
  });

  test('a wrong external id, another role and a user without rights are refused', { timeout: 180_000 }, async () => {
    const before = [page.functions, page.becomeWriter, page.makeOthers];
    const refused = await outcomes(before, page.doorsShut.split('\n'));
    const expected = [
      `User: ${SESSIONS_OF_A}/upload-relay/intruder ${NOT_AUTHORIZED}`,
      `User: ${SESSIONS_OF_A}/another/intruder ${NOT_AUTHORIZED}`,
      `User: arn:aws:iam::111111111111:user/nobody ${NOT_AUTHORIZED}`,
    ];
    for (const { code } of refused) expect(code).not.toBe(0);
    expect(refused.map(({ output }) => output.trim())).toEqual(
      expected.map((words) => `An error occurred (AccessDenied) when calling the AssumeRole operation: ${words}`),
    );
  });
});

/** The code blocks of that section, in their order. */
async function intruderCommands(): Promise<string[]> {
  const text = await readFile(join(REPOSITORY, 'docs/local-aws.md'), 'utf8');
  const section = /^## Play the intruder$(.*?)^## /ms.exec(text)?.[1] ?? '';
  return [...section.matchAll(/^```bash\n(.*?)\n```$/gms)].map(([, block]) => block!);
}

/** Runs lines one after the other, in one terminal where all that comes before them has succeeded. */
async function outcomes(before: string[], commands: string[]) {
  const each = commands.map((command) => `output=$(${command} 2>&1); printf '%s\\0%s\\0' $? "$output"`);
  const script = [hints[0], 'set -e', ...before.map((block) => `{\n${block}\n} >/dev/null`), 'set +e', ...each];
  const { code, stdout, stderr } = await inCheckout(script.join('\n'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const parts = stdout.split('\0');
  return commands.map((command, index) => ({
    command,
    code: Number(parts[2 * index]),
    output: parts[2 * index + 1]!,
  }));
}

/** Two at a time: each call of the CLI keeps one core busy for a second. */
async function eachOf<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await act(item);
  };
  await Promise.all([worker(), worker()]);
  return results;
}
