/** Nothing stale: whoever writes looks at the source afterwards, and every delivery has its receipt. */
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SourceObject } from '../../../functions/core/source-object.ts';
import { relayAtOnce } from '../../../functions/doors/relay-at-once.ts';
import type { FailedReceipt, Receipt } from '../../../functions/ledger/receipt.ts';
import { record } from '../../../functions/ledger/write.ts';
import { publishEvents } from '../../../functions/reporting/publish-events.ts';
import type { VersionHint } from '../../../functions/request/relay-request.ts';
import { eventFixture } from '../../support/events.ts';
import { type InProcessRelay, inProcessRelay, justBefore, justBeforeFirst } from '../../support/in-process-relay.ts';
import { listener } from '../../support/listener.ts';
import { delivered } from '../../support/relay.ts';
import {
  changeSettings,
  closeSound,
  DESTINATION_BUCKET,
  disableMappings,
  eventually,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

let world: TwoAccounts;
let relay: InProcessRelay;

beforeAll(async () => {
  world = await startTwoAccounts({
    // Only the relay in this process is to work here.
    change: (stacks) => {
      disableMappings(stacks);
      changeSettings(stacks, { events: 'all' });
    },
    last: [listener()],
  });
});

beforeEach(() => {
  relay = inProcessRelay(world);
});

afterAll(() => closeSound(world));

const put = (Key: string, Body: string) => world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body }));
const relayed = async (key: string, hint?: VersionHint) =>
  delivered(
    await relayAtOnce(relay.invocation, { source: new SourceObject(SOURCE_BUCKET, key), ...(hint ? { hint } : {}) }),
  );

async function textAt(key: string): Promise<string> {
  const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  return Body!.transformToString();
}

test('an upload that arrives while an older one is being written is not overshadowed by it', async () => {
  await put('raced', 'older');
  justBeforeFirst(relay.writer, 'PutObject', async () => {
    await put('raced', 'newer');
    // Another worker is faster with the newer one.
    await relayAtOnce(inProcessRelay(world).invocation, {
      source: new SourceObject(SOURCE_BUCKET, 'raced'),
    });
  });
  const [receipt] = await relayed('raced');
  expect(await textAt('raced')).toBe('newer');
  expect(await world.ledgerItem('raced')).toMatchObject({
    status: 'delivered',
    sourceVersionId: receipt!.source.versionId,
  });
});

test('on a create-only route what came first is delivered, and an overwrite in mid-copy is left to its own event', async () => {
  await put('once', 'first');
  justBeforeFirst(relay.writer, 'PutObject', () => put('once', 'second'));
  const { config } = relay.invocation;
  config.routes = config.routes.map((route) => ({ ...route, createOnly: true }));
  const [receipt] = await relayed('once');
  expect(receipt).toMatchObject({ status: 'delivered', attempts: 1 });
  expect(await textAt('once')).toBe('first');
});

test('a source deleted after its delivery stays delivered: deletes do not travel', async () => {
  await put('deleted', 'was here');
  justBefore(
    relay.reader,
    'HeadObject',
    (nth) => nth === 2,
    () => world.a.s3.send(new DeleteObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'deleted' })),
  );
  await relayed('deleted');
  expect(await textAt('deleted')).toBe('was here');
  expect(await world.ledgerItem('deleted')).toMatchObject({ status: 'delivered' });
});

describe('the ledger', () => {
  test('holds what was read, written and proved', async () => {
    const { VersionId, ETag } = await put('receipt', 'twelve bytes');
    const [receipt] = await relayed('receipt', { versionId: VersionId, sequencer: '00AB' });
    expect(await world.ledgerItem('receipt')).toEqual({
      id: 'main/receipt',
      route: 'main',
      status: 'delivered',
      sequencer: '00AB'.padEnd(64, '0'),
      attempts: '1',
      startedAt: receipt!.startedAt,
      durationMs: String(receipt!.durationMs),
      sourceBucket: SOURCE_BUCKET,
      sourceKey: 'receipt',
      sourceVersionId: VersionId,
      sourceETag: ETag,
      sizeBytes: '12',
      checksumAlgorithm: 'CRC32',
      checksumType: 'FULL_OBJECT',
      checksumValue: receipt!.checksum.value,
      checksumOrigin: 'source',
      checksumAnswered: receipt!.checksum.value,
      destinationAccount: '222222222222',
      destinationBucket: DESTINATION_BUCKET,
      destinationKey: 'incoming/receipt',
      destinationVersionId: receipt!.destination.versionId,
      destinationETag: ETag,
      transferKind: 'single',
      parts: '1',
    });
  });

  test('knows the sequencer only of the version that the event spoke of', async () => {
    await put('hinted', 'x');
    await relayed('hinted', { versionId: 'an-older-one', sequencer: '00AB' });
    expect(await world.ledgerItem('hinted')).not.toHaveProperty('sequencer');
  });

  test.each([
    ['older then newer', ['00AA', '00AB'], '00AB'],
    ['newer then older', ['00AB', '00AA'], '00AB'],
    ['a longer one is newer', ['00AB', '00AB01'], '00AB01'],
    ['a longer one first', ['00AB01', '00AB'], '00AB01'],
    ['the same again', ['00AB', '00AB'], '00AB'],
    ['unknown after known', ['00AB', undefined], '00AB'],
    ['known after unknown', [undefined, '00AB'], undefined],
  ])('keeps the newer of two receipts, and the first where that can’t be told: %s', async (name, sequencers, kept) => {
    for (const sequencer of sequencers) await record(relay.invocation, aReceipt(name, sequencer));
    expect((await world.ledgerItem(name))?.['sequencer']).toBe(kept?.padEnd(64, '0'));
  });

  test.each([
    ['newer than the delivery', '00AA', '00AB', 'failed'],
    ['of the same event', '00AA', '00AA', 'delivered'],
    ['older than the delivery', '00AB', '00AA', 'delivered'],
    ['of unknown age', '00AA', undefined, 'delivered'],
    ['after a delivery of unknown age', undefined, '00AA', 'delivered'],
  ])(
    'a failure does not hide a delivery unless it is known to be newer: %s',
    async (name, delivery, failure, status) => {
      await record(relay.invocation, aReceipt(name, delivery));
      await record(relay.invocation, aFailure(name, failure));
      expect((await world.ledgerItem(name))?.['status']).toBe(status);
    },
  );

  test('a receipt that stays is told, and gives way once the source has told which is the newest', async () => {
    await record(relay.invocation, aReceipt('claimed', '00AB'));
    const { standing } = await record(relay.invocation, aReceipt('claimed', undefined));
    expect(standing).toMatchObject({ status: 'delivered', eTag: '"00AB"' });
    const { replaced } = await record(relay.invocation, aReceipt('claimed', undefined), standing);
    expect(replaced).toMatchObject({ eTag: '"00AB"' });
    // It is no longer the one that was seen.
    expect(await record(relay.invocation, aReceipt('claimed', '00AA'), standing)).toMatchObject({ standing: {} });
  });

  test('the same version may become known', async () => {
    const { source } = aReceipt('known', '00AB');
    await record(relay.invocation, { ...aReceipt('known', '00AB'), source: { ...source, sequencer: undefined } });
    await record(relay.invocation, aReceipt('known', '00AB'));
    expect((await world.ledgerItem('known'))?.['sequencer']).toBe('00AB'.padEnd(64, '0'));
  });

  test('a delivery replaces a failure, and a failure a failure', async () => {
    await record(relay.invocation, aFailure('twice', undefined));
    await record(relay.invocation, {
      ...aFailure('twice', undefined),
      failure: { code: 'SourceDenied', message: 'second' },
    });
    expect(await world.ledgerItem('twice')).toMatchObject({ status: 'failed', reason: 'second' });
    await record(relay.invocation, aReceipt('twice', undefined));
    expect(await world.ledgerItem('twice')).toMatchObject({ status: 'delivered' });
  });

  test('a permanent failure is recorded with its reason', async () => {
    await expect(relayed('never-uploaded')).rejects.toMatchObject({ code: 'SourceMissing' });
    expect(await world.ledgerItem('never-uploaded')).toMatchObject({
      status: 'failed',
      reasonCode: 'SourceMissing',
      reason: expect.stringContaining('deletes do not travel'),
      attempts: '1',
    });
  });

  test('without its receipt an object is not delivered', async () => {
    await put('unrecorded', 'x');
    const config = { ...relay.invocation.config, ledgerTable: 'no-such-table' };
    const attempt = relayAtOnce(
      { ...relay.invocation, config },
      { source: new SourceObject(SOURCE_BUCKET, 'unrecorded') },
    );
    await expect(attempt).rejects.toMatchObject({ code: 'LedgerUnavailable', retryable: true });
  });
});

describe('EventBridge is told', () => {
  beforeEach(() => {
    relay.invocation.reports.length = 0;
  });

  const nextEvent = () =>
    eventually(async () => {
      const [message] = await world.take(world.cloud.outputs('listener')['QueueUrl']!);
      return message && (JSON.parse(message.Body!) as { 'detail-type': string; source: string; detail: unknown });
    });

  test('of a delivery, with the receipt as detail, as events/out/object-relayed.json shows it', async () => {
    await world.take(world.cloud.outputs('listener')['QueueUrl']!);
    const { VersionId } = await put('told', 'x');
    const [receipt] = await relayed('told', { versionId: VersionId, sequencer: '00AB' });
    await publishEvents(relay.invocation);
    const event = await nextEvent();
    expect(event.detail).toEqual(JSON.parse(JSON.stringify(receipt)));
    expect(fieldsOf(event)).toEqual(fieldsOf(eventFixture('out/object-relayed')));
    expect(event['detail-type']).toBe('Object Relayed');
  });

  test('of a failure, with its reason, as events/out/object-relay-failed.json shows it', async () => {
    await world.take(world.cloud.outputs('listener')['QueueUrl']!);
    await expect(relayed('missing', { versionId: 'gone', sequencer: '00AB' })).rejects.toThrow();
    await publishEvents(relay.invocation);
    const event = await nextEvent();
    expect(event).toMatchObject({
      'detail-type': 'Object Relay Failed',
      detail: { status: 'failed', source: { key: 'missing' }, failure: { code: 'SourceMissing', retryable: false } },
    });
    expect(fieldsOf(event)).toEqual(fieldsOf(eventFixture('out/object-relay-failed')));
  });
});

/** The paths of all values, whatever they are. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value)
    .flatMap(([name, inner]) => fieldsOf(inner, `${path}.${name}`))
    .toSorted();
}

function aFailure(key: string, sequencer: string | undefined): FailedReceipt {
  return {
    status: 'failed',
    route: 'main',
    source: { bucket: 's', key, versionId: undefined, sequencer },
    failure: { code: 'SourceMissing', message: 'first' },
    attempts: 1,
    startedAt: '2026-01-15T09:30:00.000Z',
    durationMs: 1,
  };
}

function aReceipt(key: string, sequencer: string | undefined): Receipt {
  return {
    status: 'delivered',
    route: 'main',
    source: {
      bucket: 's',
      key,
      versionId: undefined,
      eTag: `"${sequencer ?? 'unknown'}"`,
      sizeBytes: 1,
      uploadedAt: undefined,
      sequencer,
      versionHint: undefined,
    },
    destination: { bucket: 'd', key, versionId: undefined, eTag: undefined },
    checksum: {
      algorithm: 'CRC32',
      value: 'x',
      type: 'FULL_OBJECT',
      origin: 'source',
      verifiedBy: 'destination',
      answered: undefined,
    },
    transfer: { kind: 'single', parts: 1 },
    altered: [],
    certain: true,
    attempts: 1,
    startedAt: '2026-01-15T09:30:00.000Z',
    durationMs: 1,
  };
}
