/** The help of `npm run try`, which the verbs make. */
import { expect, test } from 'vitest';
import { nameOf } from '../../../../cli/verb.ts';
import { helpFor } from '../../../../local/try/help.ts';
import { VERBS } from '../../../../local/try/verbs.ts';

/** Of a terminal that people have made a little wider than it comes. */
const LINE = 112;

test('names each verb in a line of a terminal', () => {
  const help = helpFor(VERBS, ['-h']);
  for (const { usage, summary } of VERBS) {
    expect(help).toContain(`\n  ${usage}`);
    expect(help).toContain(`  ${summary}\n`);
  }
  expect(Math.max(...help.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(LINE);
});

test.each(VERBS.map(nameOf))('%s -h tells how it is typed, and what each option and --json do', (name) => {
  const help = helpFor(VERBS, [name, '-h']);
  const { usage, options = {} } = VERBS.find((verb) => nameOf(verb) === name)!;
  expect(help).toMatch(new RegExp(`^ {2}npm run try -- ${usage.split(' ')[0]}`));
  for (const option of [...Object.values(options), { usage: '--json' }]) expect(help).toContain(`\n  ${option.usage} `);
});

test('after what is no verb, there is the help of all', () => {
  expect(helpFor(VERBS, ['loook', '--help'])).toBe(helpFor(VERBS, []));
});
