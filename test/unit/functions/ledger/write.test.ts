/** Every receipt meets every item that the ledger may hold, in the local DynamoDB; what must happen is said once more, in its own words. */
import { ConditionalCheckFailedException, type PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ConditionalCheckFailed, Store } from '../../../../emulator/index.ts';
import type { Invocation } from '../../../../functions/invocation/invocation.ts';
import { ledgerId } from '../../../../functions/ledger/ledger-item.ts';
import type {
  AlreadyThereReceipt,
  FailedReceipt,
  FinalReceipt,
  Receipt,
} from '../../../../functions/ledger/receipt.ts';
import { record } from '../../../../functions/ledger/write.ts';

const TABLE = 'ledger';
const store = new Store({ account: '111111111111', region: 'us-east-1' });
const call = (operation: string, input: object) => store.prepare(operation, input).run();
/** A meeting of two receipts is over after so many requests, or never. */
const MOST_REQUESTS = 3;
let requests = 0;

const invocation = {
  config: { ledgerTable: TABLE, routes: [] },
  clients: {
    dynamodb: {
      async send({ input }: PutItemCommand) {
        if (++requests > MOST_REQUESTS) throw new Error('it goes round in circles');
        const answer = await call('PutItem', input).catch((error: unknown) => {
          if (!(error instanceof ConditionalCheckFailed)) throw error;
          throw new ConditionalCheckFailedException({ message: 'not met', $metadata: {}, Item: error.item as never });
        });
        return { ...answer, $metadata: { attempts: 1 } };
      },
    },
  },
} as unknown as Invocation;

beforeAll(async () => {
  await call('CreateTable', {
    TableName: TABLE,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await vi.waitFor(async () => {
    const { Table } = (await call('DescribeTable', { TableName: TABLE })) as { Table: { TableStatus: string } };
    expect(Table.TableStatus).toBe('ACTIVE');
  });
});

interface Version {
  name: 'own' | 'other';
  sequencer: string | undefined;
}

/** What the ledger holds: it may be a failure that took the place of `delivered`. */
interface Old {
  status: FinalReceipt['status'];
  version: Version;
  /** Not the place where the route leads now. */
  isElsewhere: boolean;
  delivered?: Version;
}

interface New {
  status: FinalReceipt['status'];
  sequencer: string | undefined;
  /** The source has told that it is the newest, whatever stood there. */
  isClaimed: boolean;
}

const isKnownOlder = (one: Version, other: Pick<Version, 'sequencer'>) =>
  one.sequencer !== undefined && other.sequencer !== undefined && one.sequencer < other.sequencer;

/** Of 0030, and of the issue: whether the receipt takes the place of what is there. */
function takesPlace(old: Old, { status, sequencer, isClaimed }: New): boolean {
  const delivery = old.status === 'delivered' ? old.version : old.delivered;
  switch (status) {
    case 'failed':
      if (old.status === 'already there') return false;
      return delivery === undefined || isKnownOlder(delivery, { sequencer });
    case 'already there':
      // What a failure carries on is carried on once more.
      return old.status !== 'delivered' || old.isElsewhere;
    case 'delivered': {
      if (delivery === undefined || isClaimed) return true;
      const own: Version = { name: 'own', sequencer };
      if (delivery.name === 'own') return !isKnownOlder(own, delivery);
      return isKnownOlder(delivery, own);
    }
  }
}

function receiptOf(
  status: FinalReceipt['status'],
  { name, sequencer }: Version,
  { key, isVersioned, isElsewhere }: { key: string; isVersioned: boolean; isElsewhere: boolean },
  startedAt: string,
): FinalReceipt {
  const versionId = isVersioned ? name : undefined;
  const source = {
    bucket: 's',
    key,
    versionId,
    eTag: `"${name}"`,
    sizeBytes: 1,
    uploadedAt: undefined,
    sequencer,
    versionHint: undefined,
  };
  const destination = { bucket: isElsewhere ? 'elsewhere' : 'd', key, versionId: undefined, eTag: undefined };
  const common = { route: 'main', source, certain: true, attempts: 1, startedAt, durationMs: 1 };
  if (status === 'failed') {
    return { ...common, status, failure: { code: 'SourceDenied', message: 'no' } } satisfies FailedReceipt;
  }
  if (status === 'already there') return { ...common, status, destination } satisfies AlreadyThereReceipt;
  return {
    ...common,
    status,
    destination,
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
  } satisfies Receipt;
}

const SEQUENCERS = [undefined, '0A', '0B', '0C'];
const NAMES = ['own', 'other'] as const;
const versions = NAMES.flatMap((name) => SEQUENCERS.map((sequencer): Version => ({ name, sequencer })));

const olds: Old[] = [false, true].flatMap((isElsewhere) => [
  ...versions.flatMap((version) =>
    (['delivered', 'already there', 'failed'] as const).map((status) => ({ status, version, isElsewhere })),
  ),
  // Only what is known to be newer gets there.
  ...versions.flatMap((delivered) =>
    versions
      .filter((version) => isKnownOlder(delivered, version))
      .map((version) => ({ status: 'failed' as const, version, isElsewhere, delivered })),
  ),
]);
const news: New[] = (['delivered', 'already there', 'failed'] as const).flatMap((status) =>
  [undefined, '0B'].flatMap((sequencer) =>
    (status === 'delivered' ? [false, true] : [false]).map((isClaimed) => ({ status, sequencer, isClaimed })),
  ),
);
/** No two versions have one place in the order, and no version has two; bytes without versions may come again. */
function mayBe(isVersioned: boolean, old: Old, { sequencer }: New): boolean {
  const isBoth = (one: string | undefined) => one !== undefined && sequencer !== undefined;
  return [old.version, old.delivered ?? old.version].every(
    (version) =>
      !isBoth(version.sequencer) ||
      (version.name === 'own' ? !isVersioned || version.sequencer === sequencer : version.sequencer !== sequencer),
  );
}

const words = ({ name, sequencer = 'of unknown age' }: Version) => `${name} ${sequencer}`;
const cases = [true, false].flatMap((isVersioned) =>
  olds.flatMap((old) =>
    news
      .filter((next) => mayBe(isVersioned, old, next))
      .map((next): [string, boolean, Old, New] => [
        `${isVersioned ? 'version' : 'bytes'} ${words(old.version)} ${old.status}${old.isElsewhere ? ' elsewhere' : ''}${old.delivered ? ` over ${words(old.delivered)}` : ''}, then ${words({ name: 'own', ...next })} ${next.status}${next.isClaimed ? ', the newest by the source' : ''}`,
        isVersioned,
        old,
        next,
      ]),
  ),
);

describe('what is recorded when a receipt meets what is there', () => {
  test.each(cases)('%s', async (key, isVersioned, old, next) => {
    const where = { key, isVersioned, isElsewhere: old.isElsewhere };
    requests = 0;
    if (old.delivered)
      await record(invocation, receiptOf('delivered', old.delivered, where, '2026-01-15T07:00:00.000Z'));
    await record(invocation, receiptOf(old.status, old.version, where, '2026-01-15T08:00:00.000Z'));
    requests = 0;
    const at = '2026-01-15T09:00:00.000Z';
    const receipt = receiptOf(next.status, { name: 'own', ...next }, { ...where, isElsewhere: false }, at);
    const met = await record(invocation, receipt);
    if (next.isClaimed && met.standing)
      expect(await record(invocation, receipt, met.standing)).not.toHaveProperty('standing');
    const { Item } = (await call('GetItem', { TableName: TABLE, Key: { id: { S: ledgerId('main', key) } } })) as {
      Item: Record<string, { S?: string }>;
    };
    expect(Item['startedAt']!.S === at).toBe(takesPlace(old, next));
    // What was delivered is still known, unless it was delivered elsewhere.
    const wasDelivered = old.status === 'delivered' || old.delivered !== undefined;
    const isKnown = Item['status']!.S === 'delivered' || Item['deliveredETag'] !== undefined;
    if (wasDelivered && !old.isElsewhere) expect(isKnown).toBe(true);
  });
});
