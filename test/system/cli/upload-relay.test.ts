/** `upload-relay` against the accounts of one npm start, with the profiles that it leaves. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../cli/run.ts';
import { nameOf } from '../../../cli/verb.ts';
import { REMOTE_VERBS } from '../../../cli/verbs.ts';
import { awsClients } from '../../../local/aws-clients.ts';
import { attempted, type Ended } from '../../support/attempted.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { type Started, startProgram } from '../../support/started.ts';

const BEFORE = process.cwd();
const MAIN = join(REPOSITORY, 'cli/main.ts');
/** A key that would move a terminal's cursor. */
const HOSTILE = 'ho\u001b[2Jstile.txt';

let folder: string;
let program: Started;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-cli-'));
  process.chdir(folder);
  await writeFile(join(folder, 'first.txt'), 'first');
  await writeFile(join(folder, HOSTILE), 'hostile');
  program = startProgram(['--port', '0', 'first.txt'], folder);
  await program.printed("The relay's log:");
  const { PATH, HOME } = process.env;
  environment = { PATH, HOME, AWS_CONFIG_FILE: join(folder, '.local/aws-config'), AWS_EC2_METADATA_DISABLED: 'true' };
});

afterAll(async () => {
  program.child.kill('SIGINT');
  await program.exitCode;
  process.chdir(BEFORE);
  await rm(folder, { recursive: true });
});

/** As the program does it. */
async function run(args: string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const before = process.env;
  process.env = { ...environment, ...more };
  try {
    return await attempted((screen) => runCommand(args, 'npx upload-relay', screen));
  } finally {
    process.env = before;
  }
}

/** A process of its own. */
function runProcess(args: string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...environment, ...more };
    execFile(process.execPath, [MAIN, ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** One after the other: each is how the ones before have left it. */
const TABLE: [args: string[], code: number, out: string | RegExp, err?: string][] = [
  [['doctor'], 0, 'All is as it must be.'],
  [
    ['status', '--json'],
    1,
    /^\{"queue":\{"waiting":0,.*"deadLetters":0,"lastHour":\{"settled":1,"inTime":1\},"alarms":\[\{"name":"upload-relay-canary"/,
  ],
  [['receipt', 'first.txt'], 0, '  "status": "delivered",'],
  [['receipt', 'first.txt', '--json', '--route', 'main'], 0, /^\{"status":"delivered","route":"main",.*\}\n$/],
  [['receipt', 'frist\u001b.txt'], 1, '', 'There is no receipt of frist\\u001b.txt on route main'],
  [['receipt', 'first.txt', '--route', 'mian'], 2, '', 'There is no route "mian". Did you mean main? There are: main.'],
  [['dead-letters'], 0, 'There are no dead letters.'],
  [['try', 'revoke'], 0, 'denies s3:PutObject to upload-relay-writer'],
  [['try', 'drop', HOSTILE, 'first.txt'], 1, 'failed DestinationDenied: '],
  [['doctor', '--json'], 1, /^\{"passed":false,"lines":\[.*\]\}\n$/],
  [['status'], 1, 'dead letters  2: npx upload-relay dead-letters'],
  [['dead-letters', '--limit', '1'], 0, /DestinationDenied: /, 'These are 1 of some 2: --limit N shows more.'],
  [['dead-letters', '--limit', '0'], 2, '', '--limit is "0": it must be a whole number from 1 to 10000.'],
  [['dead-letters', '--json'], 0, /^\[\{"keys":\[".*\}\]\n$/],
  [['dead-letters'], 0, /^ho\\u001b\[2Jstile\.txt\n {2}20\d\d-\S+Z, route main\n {2}DestinationDenied: PutObject on /m],
  [['redrive', '--json'], 1, '"deadLetters":2}'],
  [['try', 'restore'], 0, 'lets upload-relay-writer put objects again.'],
  [['replay', '--dry-run', '--prefix', 'ho'], 0, '"objects": 1'],
  [['replay', '--prefix', 'first', '--only', 'all', '--json'], 0, '"sent":1'],
  [
    ['replay', '--detach'],
    0,
    'The replay goes on in AWS: arn:aws:lambda:us-east-1:111111111111:function:upload-relay-replay',
  ],
  [['replay', '--route', 'mian'], 2, '', 'There is no route "mian". Did you mean main?'],
  [['replay', '--since', 'monday'], 2, '', '--since is "monday": it must be a day or a time of ISO 8601'],
  [['redrive'], 0, '"moved": 2'],
  [['audit', '--json'], 0, '"byStatus":{"delivered":2,'],
  [['logs', 'replay', '--since', '5'], 0, 'upload-relay-replay  INFO   scanned'],
  [['logs', '--json'], 0, '"message":"relayed"'],
  [['receipt', 'first.txt', '--relay', 'other'], 2, '', 'There is no relay "other" in region us-east-1'],
  [['status', '--relay', '9'], 2, '', '--relay is "9": it must be letters, digits and hyphens, a letter first.'],
  [['dead-letters', '--region', 'eu-west-1'], 2, '', 'There is no relay "upload-relay" in region eu-west-1'],
  [['status', '--profile', 'b'], 2, '', 'of the account of profile b'],
  [['status', '--profile', 'c'], 2, '', 'There is no profile "c" in '],
  [
    ['receipt', 'first.txt', '--profile', 'relay'],
    2,
    '',
    "AWS doesn't allow it: User: arn:aws:sts::111111111111:assumed",
  ],
];

test('what each command ends with and prints', { timeout: 240_000 }, async () => {
  for (const [args, code, out, err = ''] of TABLE) {
    const own = args.includes('--profile') ? args : [...args, ...(args[0] === 'try' ? [] : ['--profile', 'a'])];
    const ended = await run(own);
    expect(ended, args.join(' ')).toMatchObject({ code, err: expect.stringContaining(err) });
    expect(ended.err, args.join(' ')).not.toMatch(/^ {4}at /m);
    expect(ended.out + ended.err, args.join(' ')).not.toContain('\u001b');
    if (typeof out === 'string') expect(ended.out, args.join(' ')).toContain(out);
    else expect(ended.out, args.join(' ')).toMatch(out);
    if (out === '') expect(ended.out, args.join(' ')).toBe('');
    // With --json, nothing but JSON is on standard output.
    if (args.includes('--json')) for (const each of ended.out.trim().split('\n')) JSON.parse(each);
  }
});

test('whoever has no keys, strange keys, no network or no trust is told so in a sentence', async () => {
  const config = await readFile(join(folder, '.local/aws-config'), 'utf8');
  const [, url] = /endpoint_url = (\S+)/.exec(config)!;
  const [, bundle] = /ca_bundle = (\S+)/.exec(config)!;
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };
  const local = { AWS_ENDPOINT_URL: url, AWS_CA_BUNDLE: bundle };
  const nobody = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
  const cases: [NodeJS.ProcessEnv, number, string][] = [
    [{ ...nobody }, 2, 'No profile is named, and no region in /nowhere. Say --region REGION.'],
    [{ ...nobody, ...local, AWS_REGION: 'us-east-1' }, 2, 'There are no credentials for AWS: name a profile'],
    [{ ...nobody, ...local, ...keys }, 2, "AWS doesn't know the keys of this terminal (UnrecognizedClientException"],
    [{ ...nobody, ...keys, AWS_ENDPOINT_URL: url }, 2, "The server's certificate isn't trusted ("],
    [{ ...nobody, ...keys, AWS_ENDPOINT_URL: 'https://127.0.0.1:1' }, 1, "127.0.0.1:1 doesn't answer (ECONNREFUSED)"],
    [{ ...nobody, ...keys, ...local, AWS_CA_BUNDLE: '/no' }, 2, `AWS_CA_BUNDLE is "/no", and can't be read: ENOENT`],
  ];
  for (const [more, code, sentence] of cases) {
    const ended = await runProcess(['receipt', 'first.txt'], more);
    expect(ended, sentence).toEqual({ code, out: '', err: expect.stringContaining(sentence) });
    expect(ended.err, sentence).toMatch(/^[^\n]+\n$/);
  }
});

describe('an operator with the policy of docs/cli.md', () => {
  const USER = 'on-duty';
  const page = readFileSync(join(REPOSITORY, 'docs/cli.md'), 'utf8');
  const policy = JSON.parse(/^```json\n(.*?)\n```$/ms.exec(page)![1]!) as { Statement: { Sid: string }[] };
  /** Each with the statements that the page says it needs; the commands are refused before they change anything. */
  const rows = [...page.matchAll(/^\| (`[^|]+`) \| (`[^|]+) \|$/gm)].map(([, commands, needs]) => ({
    commands: [...commands!.matchAll(/`(\S+?)`/g)].map(([, name]) => name!),
    needs: [...needs!.matchAll(/`([A-Z]\w+)`/g)].map(([, sid]) => sid!),
  }));
  const ARGS: Record<string, string[]> = {
    receipt: ['first.txt'],
    replay: ['--dry-run', '--route', 'main'],
    audit: ['--route', 'main', '--detach'],
  };
  const pairs = rows.flatMap(({ commands, needs }) => commands.map((command) => ({ command, needs })));
  const once = pairs.filter(({ command }) => command !== 'watch');
  let keys: NodeJS.ProcessEnv;
  let allow: (sids: readonly string[]) => Promise<unknown>;

  beforeAll(async () => {
    const config = await readFile(join(folder, '.local/aws-config'), 'utf8');
    const setting = (name: string) => new RegExp(`${name} = (\\S+)`).exec(config)![1]!;
    const caPem = readFileSync(setting('ca_bundle'), 'utf8');
    const credentials = {
      accessKeyId: setting('aws_access_key_id'),
      secretAccessKey: setting('aws_secret_access_key'),
    };
    const { iam, sqs } = awsClients({ url: setting('endpoint_url'), caPem }, { region: 'us-east-1', credentials });
    // With none, nobody asks which routes there are.
    const QueueName = 'upload-relay-dead-letters';
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'of no known shape' }));
    await iam.send(new CreateUserCommand({ UserName: USER }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: USER }));
    keys = {
      AWS_CONFIG_FILE: '/nowhere',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: setting('endpoint_url'),
      AWS_CA_BUNDLE: setting('ca_bundle'),
      AWS_ACCESS_KEY_ID: AccessKey!.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey!.SecretAccessKey,
    };
    allow = (sids) => {
      const Statement = policy.Statement.filter(({ Sid }) => sids.includes(Sid));
      const PolicyDocument = JSON.stringify({ ...policy, Statement });
      return iam.send(new PutUserPolicyCommand({ UserName: USER, PolicyName: 'operates', PolicyDocument }));
    };
  });

  test('the page has a line for each command, and needs each statement', () => {
    expect(pairs.map(({ command }) => command).toSorted()).toEqual(REMOTE_VERBS.map(nameOf).toSorted());
    expect(new Set(pairs.flatMap(({ needs }) => needs))).toEqual(new Set(policy.Statement.map(({ Sid }) => Sid)));
  });

  test.each(once)('$command works with $needs, and with one less it does not', async ({ command, needs }) => {
    const args = [command, ...(ARGS[command] ?? [])];
    await allow(needs);
    expect((await run(args, keys)).err).not.toContain("doesn't allow");
    for (const missing of needs) {
      await allow(
        needs.length === 1
          ? ['Metrics', 'Logs'].filter((sid) => sid !== missing)
          : needs.filter((sid) => sid !== missing),
      );
      const { code, err } = await run(args, keys);
      expect({ code, err }, missing).toEqual({ code: 2, err: expect.stringContaining("AWS doesn't allow it: ") });
    }
  });
});

test('watch goes on until Ctrl-C, and then ends with 130', async () => {
  const child = spawn(process.execPath, [MAIN, 'watch', '--profile', 'a'], { env: environment, cwd: folder });
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
});
