/** The command lines of this repository, each as a process of its own. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../cli/terminal/user-error.ts';
import { decimalNumber, parseOptionsOf, wholeNumber } from '../../../local/cli.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';

const run = (program: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(REPOSITORY, program), ...args], { encoding: 'utf8', cwd: REPOSITORY });

const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(Object.entries(scripts))('npm run %s -- --help says how it is called, and starts nothing', (name, script) => {
  // As npm runs it, which takes half a second for that itself.
  const { status, stdout, stderr } = spawnSync(`${script} --help`, {
    shell: true,
    encoding: 'utf8',
    cwd: REPOSITORY,
    env: { ...process.env, PATH: `${join(REPOSITORY, 'node_modules/.bin')}${delimiter}${process.env['PATH']}` },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(script.startsWith('node ') ? new RegExp(`npm (run )?${name}`) : /usage|options/i);
});

test.each(['local/acts.ts', 'local/try/main.ts'])('%s without a word says what there is', (program) => {
  const { status, stdout, stderr } = run(program);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe(run(program, '--help').stdout);
});

test.each([
  [['wait'], '"wait" takes one word.'],
  [['sign-in', '111111111111'], '"sign-in" takes three or four words.'],
  [['root', '111111111111', '--region', 'eu-west-1'], '"root" has no --region.'],
])('npm run local -- %j is a mistake', (args, sentence) => {
  const { status, stderr } = run('local/acts.ts', ...args);
  expect({ status, stderr }).toEqual({ status: 2, stderr: `${sentence} Try: npm run local -- --help\n` });
});

test('a mistake is a sentence without a stack, and exit code 2', () => {
  const { status, stdout, stderr } = run('test/security/licences/main.ts', '--loud');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe("Unknown option '--loud'. Try: npm run licences -- --help\n");
});

test('whoever stops reading, as head does, makes no error', () => {
  const command = `set -o pipefail; ${process.execPath} local/acts.ts --help | true`;
  const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', cwd: REPOSITORY });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

const OPTIONS = { seed: { type: 'string' }, only: { type: 'string', multiple: true } } as const;
const parse = (...args: string[]) => parseOptionsOf('npm run x', { args, options: OPTIONS });

test.each([
  [['--seed'], "Option '--seed <value>' argument missing. Try: npm run x -- --help"],
  [['--seed', '--only', 'a'], "Option '--seed' argument missing. Try: npm run x -- --help"],
  [['--sede', '1'], "Unknown option '--sede'. Did you mean --seed? Try: npm run x -- --help"],
  [['a'], "Unexpected argument 'a'. Try: npm run x -- --help"],
])('%j is named', (args, sentence) => {
  expect(() => parse(...args)).toThrow(new UserError(sentence));
});

test('a negative number is the value of the option before it', () => {
  expect(parse('--seed', '-1', '--only', '-2', '--only', 'a').values).toEqual({ seed: '-1', only: ['-2', 'a'] });
});

test.each([
  ['-1', 'it must be a whole number from 0 to 9.'],
  ['10', 'it must be a whole number from 0 to 9.'],
  ['1e0', 'it must be a whole number from 0 to 9.'],
  ['', 'it must be a whole number from 0 to 9.'],
])('"%s" is no whole number within limits', (text, reason) => {
  expect(() => wholeNumber('--seed', text, { least: 0, most: 9 })).toThrow(`--seed is "${text}": ${reason}`);
});

test('numbers within limits', () => {
  expect(wholeNumber('--seed', '9', { least: 0, most: 9 })).toBe(9);
  expect(decimalNumber('--share', '0.5', { least: 0, most: 1 })).toBe(0.5);
  expect(() => decimalNumber('--share', '1.5', { least: 0 })).not.toThrow();
  expect(() => decimalNumber('--share', 'x', { least: 1 })).toThrow('--share is "x": it must be a number from 1.');
});
