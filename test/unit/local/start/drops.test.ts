/** What `npm start` and `npm run try -- drop` take from a disk. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../../cli/terminal/user-error.ts';
import { dropsOf } from '../../../../local/start/drops.ts';

let folder: string;
let drops: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-drops-'));
  drops = join(folder, 'drops');
  await mkdir(join(drops, 'deeper'), { recursive: true });
  await writeFile(join(drops, 'deeper', 'a.txt'), 'a');
});

// Node's own can't remove what lies too deep.
afterEach(() => void execFileSync('rm', ['-r', folder]));

const below = (...names: string[]) => join(drops, ...names);
const fifo = (path: string) => execFileSync('mkfifo', [path]);

async function found(...paths: string[]) {
  const { drops: files, skipped } = await dropsOf(paths);
  return {
    keys: files.map(({ key }) => key),
    skipped: Object.fromEntries(skipped.map(({ path, reason }) => [path.slice(drops.length + 1), reason])),
  };
}

test('keys begin with the name of the folder', async () => {
  expect(await found(drops)).toEqual({ keys: ['drops/deeper/a.txt'], skipped: {} });
  expect(await found(`${drops}/deeper/..//`)).toEqual({ keys: ['drops/deeper/a.txt'], skipped: {} });
});

test('names are taken byte by byte', async () => {
  const names = ['\ufeffmark', 'e\u0301', 'é', 'line\nbreak', 'back\\slash', '\u0001', ' '];
  for (const name of names) await writeFile(below(name), '');
  const { keys } = await found(drops);
  expect(keys.toSorted()).toEqual([...names.map((name) => `drops/${name}`), 'drops/deeper/a.txt'].toSorted());
});

describe('what can’t be dropped is left out, and named', () => {
  test('a name that isn’t UTF-8, of a file and of a folder', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${drops}/half `), Buffer.from([0xe6, 0x97])]), '');
    await mkdir(Buffer.concat([Buffer.from(`${drops}/`), Buffer.from([0xff])]));
    await writeFile(Buffer.concat([Buffer.from(`${drops}/`), Buffer.from([0xff]), Buffer.from('/b.txt')]), '');
    const reason = 'its name isn’t UTF-8';
    expect(await found(drops)).toEqual({
      keys: ['drops/deeper/a.txt'],
      skipped: { 'half \\xe6\\x97': reason, '\\xff': reason },
    });
  });

  test('links, sockets and FIFOs', async () => {
    await symlink('deeper', below('folder'));
    await symlink('..', below('circle'));
    await symlink('nowhere', below('broken'));
    fifo(below('fifo'));
    const server = createServer().listen(below('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const { keys, skipped } = await found(drops);
    server.close();
    expect(keys).toEqual(['drops/deeper/a.txt']);
    expect(skipped).toEqual({
      broken: 'a symbolic link',
      circle: 'a symbolic link',
      fifo: 'a FIFO',
      folder: 'a symbolic link',
      socket: 'a socket',
    });
  });

  test('a folder whose path is too long', async () => {
    const nest = 'for i in $(seq 20); do mkdir "$0"; cd "$0"; done';
    execFileSync('bash', ['-c', nest, 'd'.repeat(250)], { cwd: drops });
    const { keys, skipped } = await found(drops);
    expect(keys).toEqual(['drops/deeper/a.txt']);
    expect(Object.values(skipped)).toEqual(['its path is too long for this system']);
  });

  test('what may not be read, which is as much for nobody as root is asked', async () => {
    await mkdir(below('locked'));
    await writeFile(below('secret'), '');
    for (const each of ['locked', 'secret']) await chmod(below(each), 0);
    await chmod(folder, 0o755);
    const reason = 'you may not read it; check its permissions';
    expect(await asNobody(() => found(drops))).toEqual({
      keys: ['drops/deeper/a.txt'],
      skipped: { 'locked/': reason, secret: reason },
    });
    await expect(asNobody(() => dropsOf([below('locked')]))).rejects.toThrow(
      new UserError(`Cannot read ${below('locked')}: ${reason}.`),
    );
  });
});

/** Root may read everything, so it is somebody else for a moment. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid!() === 0;
  if (isRoot) process.seteuid!(65_534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}

test('nothing but what can’t be dropped is a mistake', async () => {
  const only = join(folder, 'only');
  await mkdir(only);
  fifo(join(only, 'pipe'));
  await expect(dropsOf([only])).rejects.toThrow(
    new UserError(`There is no file in ${only}; 1 skipped: ${only}/pipe (a FIFO).`),
  );
});

test.each<[string, (path: string) => unknown, string]>([
  ['a FIFO', fifo, 'PATH is a FIFO: only files and folders can be dropped.'],
  ['a device', (path) => symlink('/dev/null', path), 'PATH is a device: only files and folders can be dropped.'],
  ['a link that leads nowhere', (path) => symlink('x', path), 'Cannot read PATH: there is no such file or folder.'],
  ['a link to itself', (path) => symlink('named', path), 'Cannot read PATH: its symbolic links lead in a circle.'],
])('%s that is named itself is a mistake', async (_, make, sentence) => {
  const path = below('named');
  await make(path);
  await expect(dropsOf([path])).rejects.toThrow(new UserError(sentence.replace('PATH', path)));
});

test.each([
  ['deeper/a.txt/', 'one of the names before the last is no folder'],
  ['\ufffd', 'there is no such file or folder. If its name isn’t UTF-8, it can’t be a key of S3'],
])('%s can’t be read', async (name, reason) => {
  await expect(dropsOf([`${drops}/${name}`])).rejects.toThrow(
    new UserError(`Cannot read ${drops}/${name}: ${reason}.`),
  );
});

test('two files that would get one key are a mistake', async () => {
  await writeFile(below('a.txt'), '');
  await expect(dropsOf([below('a.txt'), below('deeper', 'a.txt')])).rejects.toThrow(
    `${below('a.txt')} and ${below('deeper', 'a.txt')} would both become the key "a.txt".`,
  );
});
