import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { describe, expect, test } from 'vitest';
import { canonicalUserId } from '../../../../emulator/index.ts';
import type { Delivery } from '../../../../local/start/delivery.ts';
import { generateFile } from '../../../../local/start/generated-file.ts';
import { formatHints } from '../../../../local/start/hints.ts';
import { parseOptions } from '../../../../local/start/options.ts';
import { showProgress } from '../../../../local/start/progress.ts';
import { allHold, formatReport, type ReportRow } from '../../../../local/start/report.ts';
import { formatBytes, formatTable, printable } from '../../../../local/start/text.ts';
import { aRoute } from '../../../support/relay.ts';

const B = '222222222222';

function aDelivery(change: Partial<Delivery> = {}): Delivery {
  const drop = { key: 'a.txt', path: '/a.txt', sizeBytes: 1024 };
  return {
    drop,
    route: aRoute(),
    destinationKey: 'in/a.txt',
    droppedAt: 1000,
    deliveredAt: 1250,
    destinationOwner: canonicalUserId(B),
    ...change,
  };
}

function aRow(change: Partial<ReportRow> = {}): ReportRow {
  return {
    delivery: aDelivery(),
    sourceOwner: canonicalUserId('111111111111'),
    proof: { holds: true, text: 'CRC32 x' },
    ...change,
  };
}

test.each([
  [[], { paths: [], once: false, empty: false, port: 4567 }],
  [['--once'], { paths: [], once: true, empty: false, port: 0 }],
  [['--once', '--port', '80', 'a', 'b'], { paths: ['a', 'b'], once: true, empty: false, port: 80 }],
  [['--', '--once'], { paths: ['--once'], once: false, empty: false, port: 4567 }],
])('options %j', (args, expected) => expect(parseOptions(args)).toEqual(expected));

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [64 * 1024 ** 2, '64 MiB'],
  [48.8 * 1024 ** 4, '48.8 TiB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test('control characters of a key do not reach the terminal', () => {
  expect(printable('a\u001b[31mred\nb\u202e')).toBe('a\\u001b[31mred\\u000ab\\u202e');
});

test('columns stay straight with wide characters', () => {
  expect(
    formatTable(
      ['key', 'n'],
      [
        ['日本', '1'],
        ['abc', '100'],
      ],
      new Set([1]),
    ),
  ).toBe(['key     n', '────  ───', '日本    1', 'abc   100'].join('\n'));
});

describe('the report', () => {
  test('shows both owners as accounts', () => {
    expect(formatReport([aRow()], ['111111111111', B]).split('\n').at(-1)).toBe(
      'a.txt  1 KiB  250  111111111111     222222222222          CRC32 x',
    );
  });

  test('shows why something did not come', () => {
    const delivery = aDelivery({
      deliveredAt: undefined as never,
      destinationOwner: undefined as never,
      failure: 'SourceMissing: gone',
    });
    delete delivery.deliveredAt;
    delete delivery.destinationOwner;
    expect(
      formatReport([aRow({ delivery, proof: undefined })], [])
        .split('\n')
        .at(-1),
    ).toContain('FAILED: SourceMissing: gone');
  });

  test.each([
    ['all is well', aRow(), true],
    ['a proof failed', aRow({ proof: { holds: false, text: 'FAILED' } }), false],
    ['nothing arrived', aRow({ proof: undefined }), false],
    [
      'somebody else owns it',
      aRow({ delivery: aDelivery({ destinationOwner: canonicalUserId('111111111111') }) }),
      false,
    ],
  ])('%s: %#', (_, row, holds) => expect(allHold([row])).toBe(holds));
});

describe('progress', () => {
  const show = (isTTY: boolean) => {
    const out = Object.assign(new PassThrough(), { isTTY });
    const delivery = aDelivery();
    const progress = showProgress(out as unknown as WriteStream, [delivery]);
    progress.sent(delivery.drop, 1024);
    progress.delivered(delivery);
    progress.done();
    return String(out.read());
  };

  test('is a line per delivery in a log', () => expect(show(false)).toBe('delivered 1/1  a.txt (1 KiB)\n'));

  test('is a bar on a terminal, which is wiped at the end', () => {
    expect(show(true)).toContain(`${'█'.repeat(30)} 2 KiB of 2 KiB moved, 1/1 delivered`);
    expect(show(true).endsWith('\r\u001b[K')).toBe(true);
  });
});

test('the generated file is the same on every run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-generated-'));
  const digests = [];
  for (const name of ['first', 'second']) {
    await generateFile(join(folder, name), 3 * 1024 ** 2 + 1);
    const bytes = await readFile(join(folder, name));
    expect(bytes.length).toBe(3 * 1024 ** 2 + 1);
    digests.push(createHash('sha256').update(bytes).digest('hex'));
  }
  await rm(folder, { recursive: true });
  expect(digests[0]).toBe(digests[1]);
});

test('npm start says how to fire each replay of cdk.json', () => {
  const side = { profile: 'a', account: B };
  const paths = {
    url: 'https://127.0.0.1:1',
    shellFile: '/f',
    logFile: '/l',
    sourceBucket: 's',
    destinationBucket: 'd',
  };
  const hints = (schedules: string[]) =>
    formatHints({ ...paths, source: side, destination: side, functionName: 'f', schedules });
  expect(hints(['nightly', 'invoices'])).toContain('  npm run fire -- nightly\n  npm run fire -- invoices\n');
  expect(hints([])).not.toContain('fire');
});
