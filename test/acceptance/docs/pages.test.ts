/** How the commands are found, and that none is left out. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { elsewhereOf, PAGES_RUN_BY, RUN_ELSEWHERE } from './elsewhere.ts';
import { allPages, blocksIn, brokenLinks, linksIn, pages } from './pages.ts';

const text = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

describe('a block of commands', () => {
  const block = (...commands: string[]) => ['```sh', ...commands, '```'].join('\n');

  test('is found with its commands, whether or not it is part of a list', () => {
    const page = ['# Title', '', '1. first', '', '   ```sh', '   one', '   two "a', '   b" \\', '     c', '   ```'];
    expect(blocksIn('page', page.join('\n'))).toEqual([
      { page: 'page', line: 6, commands: ['one', 'two "a\nb" \\\n  c'], needsAws: false },
    ]);
  });

  test.each([
    ['a pipe', 'one |', '  two'],
    ['a function', 'f() { # why', '  two', '}'],
    ['a function in a line', 'f() { two; }'],
  ])('takes %s as one command', (_, ...lines) => {
    expect(blocksIn('page', block(...lines, 'next'))[0]!.commands).toEqual([lines.join('\n'), 'next']);
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

describe('links within the repository', () => {
  test.each(allPages())('%s has none that leads nowhere', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  test.each([
    ['a file that is not there', '[a](docs/nowhere.md)', ['docs/nowhere.md']],
    ['a heading that is not there', '[a](docs/cost.md#nowhere)', ['docs/cost.md#nowhere']],
    ['a heading of the page itself', '# One two\n[a](#one-two) [b](#three)', ['#three']],
    ['another site', '[a](https://example.com/nowhere.md)', []],
    ['something that is there', '[a](docs/cost.md) [b](docs) [c](docs/runbook.md#what-each-failure-means)', []],
  ])('to %s', (_, page, broken) => {
    expect(brokenLinks('README.md', page)).toEqual(broken);
  });
});

test.each(allPages())('%s names no file that is not there', (page) => {
  const named =
    text(page).match(
      /(?<![\w./-])(functions|infra|cli|local|emulator|test|bench|events|docs)\/[\w./-]+\.(ts|json|md)\b/g,
    ) ?? [];
  // A workspace's own page may name its files from there.
  const isThere = (path: string) =>
    [path, join(dirname(page), path)].some((each) => existsSync(join(REPOSITORY, each)));
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

test.each(pages())('%s has no table wider than a page', (page) => {
  const rows = text(page).match(/^ *\|.*$/gm) ?? [];
  const shown = rows.map((row) => row.replace(/\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])/g, '$1'));
  expect(shown.filter((row) => row.length > 150)).toEqual([]);
});

test('decisions are numbered without a gap, and the index has each by its title', () => {
  const decisions = pages().filter((page) => /^docs\/decisions\/\d/.test(page));
  const lines = decisions.map((page, index) => {
    const number = index + 1;
    const name = page.slice('docs/decisions/'.length);
    expect(name).toMatch(new RegExp(`^${String(number).padStart(4, '0')}-`));
    const [, title] = new RegExp(`^# ${number}\\. (.*)\n`).exec(text(page))!;
    return `${number}. [${title}](${name})`;
  });
  const [, index] = /\n\n(1\. [\s\S]*)/.exec(text('docs/decisions/README.md'))!;
  expect(index!.trimEnd().split('\n')).toEqual(lines);
});

describe('where something is', () => {
  const [, section] = /## Where is …\n(.*?)\n## /s.exec(text('CONTRIBUTING.md'))!;
  const answers = [...section!.matchAll(/\[`([^`]+)`[^\]]*\]\(([^)]+)\)/g)].map(
    ([, name, path]) => [name!, path!] as const,
  );

  test.each([
    'key decoded',
    '403 told from a 404',
    'external id checked',
    'receipt written',
    'alarm defined',
    'Deny evaluated by the emulator',
  ])('CONTRIBUTING answers: %s', (question) => {
    expect(section).toContain(question);
  });

  test.each(answers)('%s is in %s', (name, path) => {
    if (path.endsWith('.ts') && !path.endsWith(`/${name}`)) expect(text(path)).toContain(name);
    else expect(path).toContain(name.replace(/\/$/, ''));
  });
});

describe('how something is added', () => {
  const [, section] = /## How to add …\n(.*?)\n## /s.exec(text('CONTRIBUTING.md'))!;
  const walks = section!.split('\n### ').slice(1);

  test.each([
    ['a new option of a route', 12],
    ['a new door', 8],
    ['a new alarm', 6],
  ])('%s touches at most %i files', (title, most) => {
    const walk = walks.find((each) => each.startsWith(`${title}\n`))!;
    expect(new Set(linksIn(walk)).size).toBeGreaterThan(3);
    expect(new Set(linksIn(walk)).size).toBeLessThanOrEqual(most);
  });
});

describe('what one can rely on', () => {
  test.each(['README.md', 'docs/promises.md'])('each promise of %s names tests that are there', (page) => {
    const [, section] = /^#+ What you can rely on\n(.*?)(?=\n## |$(?![\s\S]))/ms.exec(text(page))!;
    const promises = section!.split('\n- **').slice(1);
    expect(promises.length).toBeGreaterThan(8);
    for (const promise of promises) {
      const tests = linksIn(promise).filter((link) => link.endsWith('.test.ts'));
      expect(tests, promise).not.toEqual([]);
      expect(tests.filter((path) => !existsSync(join(REPOSITORY, dirname(page), path)))).toEqual([]);
    }
  });
});
