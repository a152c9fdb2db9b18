import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Random } from '../../../core/random.ts';
import { forgetKept, KeptFolder, keptIn } from '../../../keeping/kept-folder.ts';
import { linesUntilKilled } from '../../killed-writer.ts';

const KILLS = process.env['TEST_SWEEP'] === 'full' ? 40 : 4;
const LONGEST_LIFE_MS = 120;
const NOTHING = { savedAt: 0, url: '', accounts: [] };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const WRITER = join(import.meta.dirname, 'folder-writer.ts');

test('documents of two times are never read together, whenever the writer was killed', async () => {
  const random = new Random(1, 'kills of writers');
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await linesUntilKilled(WRITER, folder, random.integer(LONGEST_LIFE_MS));
    const said = Number(lines.at(-1));
    const kept = await KeptFolder.open(folder);
    const texts = await Promise.all(['a', 'b', 'c'].map((name) => kept.read(name)));
    await kept.close();
    expect(new Set(texts).size).toBe(1);
    const { number } = JSON.parse(texts[0]!) as { number: number };
    expect(number).toBeGreaterThanOrEqual(said);
    expect(kept.summary!.savedAt).toBe(number);
    // Nothing is left of what was begun, or written before.
    expect(readdirSync(join(folder, 'state'))).toHaveLength(3);
    expect(readdirSync(folder).sort()).toEqual(['index.json', 'state']);
  }
});

test('only what has changed is written anew', async () => {
  const kept = await KeptFolder.open(folder);
  await kept.write(
    new Map([
      ['a', '1'],
      ['b', '1'],
    ]),
    NOTHING,
  );
  const before = readdirSync(join(folder, 'state'));
  await kept.write(
    new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
    NOTHING,
  );
  const after = readdirSync(join(folder, 'state'));
  expect(before.filter((file) => after.includes(file))).toEqual([before.find((file) => file.startsWith('a-'))]);
  await kept.close();
});

test('a lock of a process that is dead, or that has its number only, is taken; one of a living one is not', async () => {
  const lock = join(folder, 'lock');
  for (const dead of [
    { pid: 2 ** 22 - 1, startedAt: 'x' },
    { pid: process.pid, startedAt: 'in another life' },
  ]) {
    writeFileSync(lock, JSON.stringify(dead));
    await (await KeptFolder.open(folder)).close();
  }
  writeFileSync(lock, 'half a lo');
  const kept = await KeptFolder.open(folder);
  const refusal = `${folder} is in use by the process ${process.pid}: end that one first.`;
  await expect(KeptFolder.open(folder)).rejects.toThrow(refusal);
  await expect(keptIn(folder)).rejects.toThrow(refusal);
  await expect(forgetKept(folder)).rejects.toThrow(refusal);
  await kept.close();
  await (await KeptFolder.open(folder)).close();
});

test('what is forgotten is gone', async () => {
  const kept = await KeptFolder.open(folder);
  await kept.write(new Map([['a', '1']]), NOTHING);
  await kept.close();
  expect(await keptIn(folder)).toMatchObject(NOTHING);
  await forgetKept(folder);
  expect(await keptIn(folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});
