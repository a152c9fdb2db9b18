/** How the commands are found, and that none is left out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { elsewhereOf, PAGES_RUN_BY, RUN_ELSEWHERE } from './elsewhere.ts';
import { blocksIn, pages } from './pages.ts';

const text = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

describe('a block of commands', () => {
  const block = (...commands: string[]) => ['```sh', ...commands, '```'].join('\n');

  test('is found with its commands, whether or not it is part of a list', () => {
    const page = ['# Title', '', '1. first', '', '   ```sh', '   one', '   two "a', '   b" \\', '     c', '   ```'];
    expect(blocksIn('page', page.join('\n'))).toEqual([
      { page: 'page', line: 6, commands: ['one', 'two "a\nb" \\\n  c'], needsAws: false },
    ]);
  });

  test('in another language is none', () => {
    expect(blocksIn('page', '```json\n{}\n```')).toEqual([]);
  });

  test.each([
    ['right before it', `Deploy it. *(needs AWS)*\n\n${block('x')}`, [true]],
    ['with more words', `*(applying them needs AWS Organizations)*\n\n${block('x')}`, [true]],
    ['before another', `*(needs AWS)*\n\n${block('x')}\n\n${block('y')}`, [true, false]],
    ['for the section', `*(all of this needs AWS)*\n\n${block('x')}\n\nand\n\n${block('y')}`, [true, true]],
    ['for another section', `*(all of this needs AWS)*\n\n## Next\n\n${block('y')}`, [false]],
    ['behind it', `${block('x')}\n\n*(needs AWS)*`, [false]],
    ['as mere words', `This needs AWS.\n\n${block('x')}`, [false]],
  ])('marked %s', (_, page, marks) => {
    expect(blocksIn('page', page).map(({ needsAws }) => needsAws)).toEqual(marks);
  });
});

describe('what is run elsewhere', () => {
  test.each(Object.entries(PAGES_RUN_BY))('%s is read by %s', (page, by) => {
    expect(pages()).toContain(page);
    expect(text(by)).toContain(page);
  });

  test.each(Object.entries(RUN_ELSEWHERE))('%s', (command, { by }) => {
    const [, script] = /^npm run (\S+)$/.exec(command) ?? [];
    if (script !== undefined) expect(JSON.parse(text('package.json')).scripts).toHaveProperty([script]);
    if (by !== undefined) expect(existsSync(join(REPOSITORY, by))).toBe(true);
  });

  test('a command that only begins alike is not', () => {
    expect(elsewhereOf('npm run chaos -- --seed 1')).toBeDefined();
    expect(elsewhereOf('npm run chaotic')).toBeUndefined();
  });
});

test('each promise of the README names tests that are there', () => {
  const [, section] = /## What you can rely on\n(.*?)\n## /s.exec(text('README.md'))!;
  const promises = section!.split('\n- **').slice(1);
  expect(promises.length).toBeGreaterThan(8);
  for (const promise of promises) {
    const named = [...promise.matchAll(/\]\((test\/[^)]+)\)/g)].map(([, path]) => path!);
    expect(named, promise).not.toEqual([]);
    expect(named.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
  }
});
