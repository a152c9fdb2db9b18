/** A receipt looks the same in answers, events, the documentation and on the terminal; the ledger has its facts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NOT_KEPT, receiptOf, sentenceOf } from '../../../cli/receipt.ts';
import { comparable, itemOf } from '../../../functions/ledger/ledger-item.ts';
import type { FinalReceipt } from '../../../functions/ledger/receipt.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { aRoute } from '../../support/relay.ts';

const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');
/** The details of the examples: test/system/relay/settle.test.ts and create-only.test.ts hold the relay's events against them. */
const exampleOf = (name: string) => JSON.parse(read(`events/out/${name}.json`)).detail as FinalReceipt;

const EXAMPLES = ['object-relayed', 'object-already-there', 'object-relay-failed'];

/** As the ledger has it, and back. */
function throughLedger(receipt: FinalReceipt) {
  const config = { routes: [aRoute()] } as Parameters<typeof itemOf>[0];
  const item = itemOf(config, receipt, comparable(receipt.source.sequencer), undefined);
  const facts = Object.entries(item).map(([name, { S, N }]) => [name, S ?? Number(N)] as const);
  return receiptOf(Object.fromEntries(facts));
}

function without(value: object, left: readonly string[], path = ''): object {
  const kept = Object.entries(value).filter(([name]) => !left.includes(path + name));
  return Object.fromEntries(
    kept.map(([name, each]) => {
      const isObject = typeof each === 'object' && each !== null && !Array.isArray(each);
      return [name, isObject ? without(each, left, `${path}${name}.`) : each];
    }),
  );
}

/** The names of all fields, in their order. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return Object.entries(value).map(([name, each]) => [name, shapeOf(each)]);
}

describe.each(EXAMPLES)('%s', (name) => {
  test('is read from the ledger as it was, in the same order, without what that does not keep', () => {
    const expected = without(exampleOf(name), NOT_KEPT);
    // Attributes that are absent come back as undefined, which JSON leaves out.
    const came = JSON.parse(JSON.stringify(throughLedger(exampleOf(name))));
    expect(came).toEqual(expected);
    expect(shapeOf(came)).toEqual(shapeOf(expected));
  });
});

test('the tour shows one', () => {
  const [, sample] = /## Receipts\n[\s\S]*?```json\n([\s\S]*?)\n```/.exec(read('docs/tour.md'))!;
  expect(shapeOf(JSON.parse(sample!))).toEqual(shapeOf(exampleOf('object-relayed')));
});

test('headers that were altered are a list again', () => {
  const receipt = { ...exampleOf('object-relayed'), altered: ['Expires', 'x-amz-meta-ä'] } as FinalReceipt;
  expect(throughLedger(receipt)).toMatchObject({ altered: ['Expires', 'x-amz-meta-ä'] });
});

test.each([
  ['0055AED6DCD90281E5', '0055AED6DCD90281E5'],
  ['001A21A43DE0B00000', '001A21A43DE0B00000'],
  ['0055AED6DCD90281E50000', '0055AED6DCD90281E5'],
])('the sequencer %s comes back as %s', (sequencer, back) => {
  const { source, ...rest } = exampleOf('object-relayed');
  const receipt = { ...rest, source: { ...source, sequencer } } as FinalReceipt;
  expect(throughLedger(receipt).source).toMatchObject({ sequencer: back });
});

test.each([
  [
    'object-relayed',
    'delivered s3://upload-relay-destination-222222222222/incoming/README.md, which has verified CRC64NVME M3eFcAZSQlc=',
  ],
  ['object-already-there', /^already there s3:\/\/\S+$/],
  ['object-relay-failed', /^failed SourceMissing: HeadObject on /],
])('%s in a line', (name, line) => {
  const sentence = sentenceOf(throughLedger(exampleOf(name)));
  if (typeof line === 'string') expect(sentence).toBe(line);
  else expect(sentence).toMatch(line);
});
