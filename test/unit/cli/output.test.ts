/** Where a command puts a text that it makes. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeText } from '../../../cli/output.ts';
import { UserError } from '../../../cli/terminal/user-error.ts';

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'output-'));
});

afterEach(() => rm(parent, { recursive: true }));

test('a folder in the place of the file is refused, and nothing is left beside it', async () => {
  const file = await mkdtemp(join(parent, 'folder-'));
  expect(() => writeText({ file, force: true }, 'text')).toThrow(UserError);
  expect(await readdir(parent)).toEqual([file.slice(parent.length + 1)]);
});

test('a file that is there is replaced by --force alone', async () => {
  const file = join(parent, 'file');
  await writeFile(file, 'old');
  expect(() => writeText({ file, force: false }, 'new')).toThrow(`${file} is there already: --force replaces it.`);
  writeText({ file, force: true }, 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  expect(await readdir(parent)).toEqual(['file']);
});
