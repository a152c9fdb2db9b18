/** A file whose upload alone takes longer than anything may stand still. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProgram } from '../../support/started.ts';
import { IS_SWEEP } from '../../support/sweep.ts';

const GIB = 1024 ** 3;
const PATIENCE_MS = 1_800_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-gib-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.runIf(IS_SWEEP)(
  '8 GiB are delivered and proved, and what account B has of them is told on the way',
  async () => {
    const file = join(folder, 'eight-gib.bin');
    await writeFile(file, '');
    await truncate(file, 8 * GIB);
    const { child, exitCode, output } = startProgram(['--once', '--json', file], folder, { TMPDIR: folder });
    let lines = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      lines += chunk.toString();
    });
    expect(await exitCode, output()).toBe(0);
    const events = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const relaying = events.filter(({ relayed }) => relayed?.bytes > 0 && relayed.bytes < 8 * GIB);
    expect(relaying.length).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ event: 'summary', total: 1, proved: 1, sizeBytes: 8 * GIB, exitCode: 0 });
    process.stdout.write(`8 GiB took ${events.at(-1).seconds} s\n`);
  },
  PATIENCE_MS,
);
