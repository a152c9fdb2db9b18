/** A thread that looks for many lines of a report in an empty inventory, and tells how many it has found missing. */
import { parentPort, workerData } from 'node:worker_threads';
import type { S3Client } from '@aws-sdk/client-s3';
import { FIELDS } from '../../functions/replay/audit/line.ts';
import { csvRows } from '../../local/verify-report/csv-rows.ts';
import { lookInInventory } from '../../local/verify-report/inventory.ts';
import type { ReportLine } from '../../local/verify-report/report.ts';

const LINES_PER_PIECE = 200;
const hash = 'd41d8cd98f00b204e9800998ecf8427e';
const version = '3aFbPCsKo8VZMGFr-PEoQIBohJsAYAoa';
const cellsOf = (key: string): Record<string, string> => ({
  route: 'main',
  key,
  versionId: version,
  sizeBytes: '12345',
  eTag: hash,
  status: 'delivered',
  destinationBucket: 'destination',
  destinationKey: `incoming/${key}`,
  destinationVersionId: version,
  destinationETag: hash,
  deliveredAt: '2026-01-15T09:30:01.500Z',
});

/** In pieces, as a file is read. */
async function* csv(count: number): AsyncGenerator<string> {
  for (let from = 0; from < count; from += LINES_PER_PIECE) {
    const rows = Array.from({ length: LINES_PER_PIECE }, (_, index) => {
      const cells = cellsOf(`customers/2026/01/15/folder/${from + index}/image-of-something.jpg`);
      return `${FIELDS.map((field) => cells[field] ?? '').join(',')}\r\n`;
    });
    yield rows.join('');
  }
}

async function* lines(count: number): AsyncGenerator<ReportLine> {
  for await (const row of csvRows(csv(count))) {
    yield Object.fromEntries(FIELDS.map((field, index) => [field, row[index]!]));
  }
}

const inventory = { bucket: 'destination', createdAt: new Date(), columns: [], files: [] };
let missing = 0;
for await (const { found } of lookInInventory({} as S3Client, lines(workerData as number), inventory)) {
  if (found === undefined) missing += 1;
}
parentPort!.postMessage(missing);
