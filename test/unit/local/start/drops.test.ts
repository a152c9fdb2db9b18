/** What `npm start` and `npm run try -- drop` take from a disk. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropsOf } from '../../../../local/start/drops.ts';
import { UserError } from '../../../../local/start/user-error.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-drops-'));
  await mkdir(join(folder, 'drops', 'deeper'), { recursive: true });
  await writeFile(join(folder, 'drops', 'deeper', 'a.txt'), 'a');
});

// Node's own can't remove what lies too deep.
afterEach(() => void execFileSync('rm', ['-r', folder]));

test('keys begin with the name of the folder', async () => {
  expect((await dropsOf([join(folder, 'drops')])).map(({ key }) => key)).toEqual(['drops/deeper/a.txt']);
});

test('a folder below that can’t be read is named in a sentence', async () => {
  // Even the superuser can't open a path that is too long.
  const nest = 'for i in $(seq 20); do mkdir "$0"; cd "$0"; done';
  execFileSync('bash', ['-c', nest, 'd'.repeat(250)], { cwd: join(folder, 'drops') });
  const dropping = dropsOf([join(folder, 'drops')]);
  await expect(dropping).rejects.toThrow(UserError);
  await expect(dropping).rejects.toThrow(/^Cannot read .*\/drops\/d+\/.*ENAMETOOLONG/);
});
