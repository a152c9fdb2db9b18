/** README's sample of what `npm start` tells is what it tells. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { demonstrationDrops } from '../../../local/start/drops.ts';
import { formatReport } from '../../../local/start/report.ts';
import { A, aDelivery, B } from '../../support/deliveries.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const [sample] = /^key {2}[^`]*/m.exec(README)!;
const lines = sample.trimEnd().split('\n');

test('the sample has the files of the demonstration, with their sizes and checksums, as they are shown', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-sample-'));
  const drops = await demonstrationDrops(folder);
  const shown = await Promise.all(
    lines.slice(2).map(async (line) => {
      const [, key, milliseconds] = /^(\S+) .* (\d+) {2}\d{12} /.exec(line)!;
      const drop = drops.find((each) => each.key === key)!;
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(await readFile(drop.path)));
      return aDelivery({
        drop,
        deliveredAt: 1000 + Number(milliseconds),
        proof: { holds: true, text: `CRC32 ${checksum.toString('base64')}` },
      });
    }),
  );
  await rm(folder, { recursive: true });
  const report = formatReport({ deliveries: shown, skipped: [], accounts: [A, B], seconds: 1 }, { all: true });
  expect(report.split('\n').slice(0, lines.length)).toEqual(lines);
});

test('the README says how to end it and what each command takes', () => {
  expect(README).toMatch(/Ctrl-C ends it/);
  for (const command of ['npm ci', 'npm start', 'npm test']) expect(README).toMatch(`| \`${command}\``);
});
