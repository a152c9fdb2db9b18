import { expect, test } from 'vitest';
import type { Receipt, RelayReceipt } from '../../../../functions/ledger/receipt.ts';
import { deliveryLine } from '../../../../functions/reporting/delivery-line.ts';

const source = { bucket: 'b', key: 'k', versionId: 'v', eTag: '"e"', sizeBytes: 1 };
const delivered = {
  status: 'delivered',
  route: 'main',
  source,
  checksum: { origin: 'source' },
  certain: true,
  attempts: 2,
  durationMs: 40,
} as Receipt;

test.each<[string, RelayReceipt, object]>([
  ['a delivery', delivered, { route: 'main', key: 'k', version: 'v', proof: 'source', attempts: 2, durationMs: 40 }],
  ['one that may be overtaken', { ...delivered, certain: false }, { certain: false }],
  [
    'one of a bucket without versions',
    { ...delivered, source: { ...delivered.source, versionId: undefined } },
    { version: '"e"' },
  ],
  [
    'a large object',
    { status: 'started', route: 'main', source, execution: 'x', certain: true },
    { version: 'v', execution: 'x' },
  ],
  ['an object that is gone', { status: 'gone', route: 'main', source, certain: true }, { route: 'main', key: 'k' }],
])('%s', (_, receipt, expected) => expect(deliveryLine(receipt)).toMatchObject(expected));
