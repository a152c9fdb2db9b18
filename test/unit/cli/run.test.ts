/** What `upload-relay` answers by itself: help, mistakes, templates, policies and what shells complete. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operatorPolicy } from '../../../cli/operator-policy.ts';
import { runCommand } from '../../../cli/run.ts';
import { nameOf } from '../../../cli/verb.ts';
import { LOCAL_VERBS, REMOTE_VERBS } from '../../../cli/verbs.ts';
import { attempted } from '../../support/attempted.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';

const VERBS = [...LOCAL_VERBS, ...REMOTE_VERBS];
const CONFIG = join(REPOSITORY, 'cdk.json');
const run = (...args: string[]) => attempted((screen) => runCommand(args, 'npx upload-relay', screen));
const file = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

test.each([[[]], [['--help']], [['-h']]])('%j is answered by all that there is', async (args) => {
  const { code, out, err } = await run(...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const verb of VERBS) expect(out).toMatch(new RegExp(`^ {2}${nameOf(verb)} `, 'm'));
});

test.each(VERBS.map((verb) => [nameOf(verb), verb] as const))(
  '%s --help has each option, and examples that are typed so',
  async (name, verb) => {
    const { code, out } = await run(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Usage: upload-relay ${verb.usage} [OPTIONS]`);
    for (const { usage } of Object.values(verb.options ?? {})) expect(out).toContain(usage.split(' ')[0]);
    for (const [line] of verb.examples ?? []) {
      expect(out).toContain(`npx upload-relay ${line}`);
      expect(line.split(' ')[0]).toBe(name);
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(out).toContain(option);
    }
  },
);

test('the version is that of the package', async () => {
  expect((await run('--version')).out).toBe(`${JSON.parse(file('package.json')).version}\n`);
});

test.each<[string[], string]>([
  [['recipt'], 'There is no command "recipt". Did you mean receipt? What there is: npx upload-relay --help'],
  [['\u001b[2J'], 'There is no command "\\u001b[2J". What there is: npx upload-relay --help'],
  [['replay', '--dryrun'], "Unknown option '--dryrun'. Did you mean --dry-run? Try: npx upload-relay replay --help"],
  [['replay', '--prefix'], "Option '--prefix <PREFIX>' argument missing. Try: npx upload-relay replay --help"],
  [['replay', '--since', ''], '--since is "": it must have a value, or be left out.'],
  [['template', 'reader', '--output='], '--output is "": it must have a value, or be left out.'],
  [['--profile', '', 'status'], '--profile is "": it must have a value, or be left out.'],
  [['replay', '--prefix', ''], 'No profile is named, and no region in /nowhere. Say --region REGION.'],
  [['--json', '--region=x', 'doctor', 'now'], 'doctor has no use for "now". Try: npx upload-relay doctor --help'],
  [['replay', '--only', 'al'], '--only is "al": it must be missing or all. Did you mean all?'],
  [['doctor', 'now'], 'doctor has no use for "now". Try: npx upload-relay doctor --help'],
  [['receipt'], 'Of which key? For example: npx upload-relay receipt README.md'],
  [['receipt', ''], 'No profile is named, and no region in /nowhere. Say --region REGION.'],
  [['template'], 'Of which side? For example: npx upload-relay template destination'],
  [['template', 'source'], 'SIDE is "source": it must be destination or reader.'],
  [['policy', 'riter'], 'ROLE is "riter": it must be writer or reader or relay or operator. Did you mean writer?'],
  [['policy', 'writer', '--config', '/nowhere.json'], '/nowhere.json: there is no such file.'],
  [['policy', 'writer', '--config', CONFIG, '--route', 'x'], 'There is no route "x". There are: main.'],
  [['policy', 'reader', '--config', CONFIG], `No route of ${CONFIG} pulls, so there is no reader role.`],
  [
    ['completion', 'csh'],
    "Command-argument value 'csh' is invalid for argument 'shell'. Allowed choices are zsh, bash",
  ],
])('%j is a mistake, told in one sentence', async (args, sentence) => {
  const { env } = process;
  process.env = { PATH: env['PATH'], AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
  const { code, out, err } = await run(...args).finally(() => {
    process.env = env;
  });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(sentence);
  expect(err.trimEnd()).not.toContain('\n');
});

test('what was typed does not reach the terminal as it is', () => {
  const args = ['template', 'reader', '--output', '/nowhere/\u001b[2J'];
  const { status, stderr } = spawnSync(process.execPath, [join(REPOSITORY, 'cli/main.ts'), ...args], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('/nowhere/\\u001b[2J') });
  expect(stderr).not.toContain('\u001b');
});

test.each(['destination', 'reader'])('template %s is the one in the repository', async (side) => {
  const { out } = await run('template', side);
  expect(out).toBe(file(`infra/templates/upload-relay-${side}.template.json`));
  expect(JSON.parse((await run('template', side, '--json')).out)).toEqual(JSON.parse(out));
});

describe('policy', () => {
  test('prints a role for each route, with trust and statements', async () => {
    const { code, out } = await run('policy', 'writer', '--config', CONFIG, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      roleArn: 'arn:aws:iam::222222222222:role/upload-relay-writer',
      trust: { Statement: [{ Condition: { StringEquals: { 'sts:ExternalId': expect.any(String) } } }] },
      policy: { Statement: [{ Action: 's3:PutObject' }] },
    });
  });

  test("the relay's own role may assume the writer", async () => {
    const { out } = await run('policy', 'relay', '--config', CONFIG);
    expect(JSON.parse(out).policy.Statement).toContainEqual(expect.objectContaining({ Action: 'sts:AssumeRole' }));
  });

  test('an operator has the policy of docs/cli.md', () => {
    const { context } = JSON.parse(file('cdk.json'));
    const written = JSON.parse(/^```json\n(.*?)\n```$/ms.exec(file('docs/cli.md'))![1]!);
    expect(operatorPolicy({ ...context.relay, relay: { name: 'upload-relay' } })).toEqual(written);
  });
});

describe('shells', () => {
  const complete = (...words: string[]) =>
    spawnSync(process.execPath, [join(REPOSITORY, 'cli/main.ts'), 'complete', '--', ...words], { encoding: 'utf8' })
      .stdout.split('\n')
      .map((line) => line.split('\t')[0]);

  test('complete commands, options and what they may be', () => {
    expect(complete('re')).toEqual(expect.arrayContaining(['receipt', 'redrive', 'replay']));
    expect(complete('replay', '--only', '')).toEqual(expect.arrayContaining(['missing', 'all']));
  });

  test.each(['bash', 'zsh', 'fish', 'powershell'])('%s has a script', (shell) => {
    const script = spawnSync(process.execPath, [join(REPOSITORY, 'cli/main.ts'), 'completion', shell], {
      encoding: 'utf8',
    });
    expect({ status: script.status, stderr: script.stderr }).toEqual({ status: 0, stderr: '' });
    expect(script.stdout).toContain('upload-relay');
    if (shell === 'bash') expect(spawnSync('bash', ['-n'], { input: script.stdout }).status).toBe(0);
  });
});
