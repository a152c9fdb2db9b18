/** Whose a folder is, and what goes with the next start. */
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openOwnFolder } from '../../../local/own-folder.ts';
import { isDead, ownOwner } from '../../../local/owner.ts';

const [id, start, place] = ownOwner().split('-') as [string, string, string];
/** Linux has no such process ids. */
const NOBODY = 4_194_305;
const dead = `${NOBODY}-${start}-${place}`;

test.each([
  ['this process', ownOwner(), false],
  ['an id that nobody has', dead, true],
  ['an id that is used again', `${id}-1${start}-${place}`, true],
  ['a process of another machine, or of another container', `${NOBODY}-${start}-00000000`, false],
  ['one whose start nobody knows', `${id}-0-${place}`, false],
  ['no owner at all', 'somebody', false],
])('%s', (_, owner, expected) => {
  expect(isDead(owner)).toBe(expected);
});

let folder: string;
const VARIABLES = ['TMPDIR', 'TMP', 'TEMP'];
let before: (string | undefined)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'owner-'));
  before = VARIABLES.map((name) => process.env[name]);
});

afterEach(async () => {
  for (const [index, name] of VARIABLES.entries()) {
    if (before[index] === undefined) delete process.env[name];
    else process.env[name] = before[index];
  }
  await rm(folder, { recursive: true });
});

test('a start takes away what is certainly of a dead process, and nothing else', async () => {
  const stays = [
    `upload-relay-${ownOwner()}-abcdef`,
    `upload-relay-${NOBODY}-${start}-00000000-abcdef`,
    `upload-relay-${dead}`,
    `other-${dead}-abcdef`,
    'upload-relay-abcdef',
  ];
  for (const name of [...stays, `upload-relay-${dead}-abcdef`])
    await mkdir(join(folder, name, 'deep'), { recursive: true });
  const link = `upload-relay-${dead}-linked`;
  await symlink(join(folder, stays[0]!), join(folder, link));
  process.env['TMPDIR'] = folder;
  const own = openOwnFolder();
  expect(tmpdir()).toBe(own);
  expect((await readdir(folder)).map((name) => join(folder, name)).sort()).toEqual(
    [...stays, link]
      .map((name) => join(folder, name))
      .concat(own)
      .sort(),
  );
  expect(await readdir(join(folder, stays[0]!))).toEqual(['deep']);
});
