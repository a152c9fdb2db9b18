/** A unit test stands at the path of the file that it tests, so that each is found from the other. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const files = readdirSync(`${ROOT}test/unit`, { recursive: true, encoding: 'utf8' });
const tests = files.filter((path) => path.endsWith('.test.ts') && path !== 'mirror.test.ts');

test('there are unit tests', () => expect(tests.length).toBeGreaterThan(20));

test.each(tests)('%s has a file of the product of that path', (path) => {
  expect(existsSync(ROOT + path.replace(/\.test\.ts$/, '.ts'))).toBe(true);
});
