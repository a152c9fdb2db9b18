/** docs/threat-model.md names the tests that hold each of its lines: here it is seen that they exist. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const REPOSITORY = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/threat-model.md', REPOSITORY), 'utf8');

/** Every threat, with the tests it names. */
const ROWS = PAGE.split('\n- **')
  .slice(1)
  .map((item) => item.split('\n\n')[0]!)
  .map((item) => ({
    threat: item.split('.**')[0]!,
    tests: [...item.matchAll(/`(test\/[^`]+)`: “([^”]+)”/g)].map(([, file, name]) => ({ file: file!, name: name! })),
  }));

/** Where a name stands as the name of a test, of a group of tests, or of a check of the IAM proof. */
function isNamed(text: string, name: string): boolean {
  const quoted = `(['"\`])${name.replace(/[^\p{L}\d ]/gu, '\\$&')}\\1`;
  return new RegExp(`(?:\\b(?:test|describe)\\(|\\]\\)\\(|Each\\)\\(|\\)\\(|name: )\\s*${quoted}`).test(text);
}

test.each([
  'Confused deputy',
  'Roles that are made again',
  'Stolen credentials',
  'Hostile keys and metadata',
  'Malicious source objects',
  'Log injection',
  'Loops',
  'Cost attacks',
])('the threat model speaks of: %s', (title) => expect(PAGE).toContain(`\n## ${title}\n`));

describe('each line of the threat model is held by tests that exist', () => {
  test.each(ROWS)('$threat', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, name } of tests) {
      expect(existsSync(new URL(file, REPOSITORY)), `${file} exists`).toBe(true);
      expect(isNamed(readFileSync(new URL(file, REPOSITORY), 'utf8'), name), `${file} has “${name}”`).toBe(true);
    }
  });

  test('and there are many', () => expect(ROWS.length).toBeGreaterThan(30));
});

test('a name that only a comment has is not found', () => {
  expect(isNamed("// 'a thing'\nconst text = 'a thing';", 'a thing')).toBe(false);
  expect(isNamed("test('a thing', () => undefined);", 'a thing')).toBe(true);
});
