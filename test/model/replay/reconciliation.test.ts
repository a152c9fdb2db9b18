/** A reconciliation by a listing: what it is about, and killed at every step of its own. */
import pMap from 'p-map';
import { describe, expect, test } from 'vitest';
import { replayObjects } from '../../../functions/replay/replay-objects.ts';
import { parseReplayEvent, type ReplayRequest } from '../../../functions/request/replay-request.ts';
import { ReplayWorld, type ReplayWorldOptions, UPLOADED_AT } from './replay-world.ts';

const DAY_MS = 86_400_000;
const AT_ONCE = 20;
const KEYS = Array.from({ length: 10 }, (_, index) => `uploads/${index}`);

interface Change extends Partial<ReplayWorldOptions> {
  ledgerMadeAt?: number;
  /** By replay's clock. */
  now?: number;
}

function worldOf({ ledgerMadeAt = 0, now = UPLOADED_AT.getTime() + DAY_MS, ...options }: Change = {}): ReplayWorld {
  const services = { DescribeTable: () => ({ Table: { CreationDateTime: new Date(ledgerMadeAt) } }) };
  const world = new ReplayWorld({ keys: KEYS, skipTime: true, services, ...options });
  world.now = now;
  return world;
}

const isDelivered = (key: string) => key < 'uploads/7';

test('what has no receipt is relayed and counted, with the age of the oldest', async () => {
  const world = worldOf({ isDelivered });
  expect(await world.replay({ reconcile: true })).toMatchObject({
    status: 'done',
    scanned: 10,
    alreadyDelivered: 7,
    missing: 3,
    oldestMissingSeconds: 86_400,
    failed: 0,
    underWay: 0,
    sent: 3,
  });
  expect(world.sent).toEqual(KEYS.slice(7));
  const found = { service: 'upload-relay', ObjectsMissing: 3, OldestMissing: 86_400, ObjectsStillFailed: 0 };
  expect(world.published).toMatchObject([found]);
});

test('a dry run and a replay tell no metric', async () => {
  const world = worldOf();
  await world.replay({ reconcile: true, dryRun: true });
  await world.replay();
  expect(world.published).toEqual([]);
});

test('uploads of the last hour are under way', async () => {
  const world = worldOf({ now: UPLOADED_AT.getTime() + 59 * 60_000 });
  expect(await world.replay({ reconcile: true })).toMatchObject({ missing: 0, underWay: 10, sent: 0 });
});

describe('uploads from before the relay are nobody’s loss', () => {
  const ledgerMadeAt = UPLOADED_AT.getTime() + 1000;

  test('nothing is sent, unless a day is named', async () => {
    const world = worldOf({ ledgerMadeAt });
    expect(await world.replay({ reconcile: true })).toMatchObject({ scanned: 10, missing: 0, sent: 0 });
    const told = worldOf({ ledgerMadeAt, reconciliation: { missingAfterSeconds: 3600, since: '2026-01-01' } });
    expect(await told.replay({ reconcile: true })).toMatchObject({ missing: 10, sent: 10 });
    expect(await worldOf({ ledgerMadeAt }).replay({ reconcile: true, since: '2026-01-01' })).toMatchObject({
      sent: 10,
    });
  });

  test('those of the same second may be later, since a listing has whole seconds', async () => {
    const world = worldOf({ ledgerMadeAt: UPLOADED_AT.getTime() + 1 });
    expect(await world.replay({ reconcile: true })).toMatchObject({ missing: 10, sent: 10 });
  });

  test('a replay by hand sends them all the same', async () => {
    expect(await worldOf({ ledgerMadeAt }).replay()).toMatchObject({ sent: 10 });
  });
});

test('a reconciliation of everything, delivered or not, is refused', async () => {
  expect(() => parseReplayEvent({ reconcile: true, only: 'all' })).toThrow('field "only"');
});

test('an execution that goes on knows when the first one began, and what it has found', async () => {
  const world = worldOf({ isDelivered: () => true });
  const totals = { scanned: 5, alreadyDelivered: 3, toSend: 2, bytes: 2, requests: 0, invocationSeconds: 0 };
  const goOn = { startAfter: 'uploads/4', totals: { ...totals, longestSeconds: 0, dollars: 0, missing: 2 } };
  const request = parseReplayEvent({ reconcile: true, asOf: '2026-01-15', since: '2026-01-14', goOn }) as ReplayRequest;
  const steps: string[] = [];
  const context = {
    executionContext: { durableExecutionArn: 'arn/durable-execution/reconciliation/id' },
    step: (name: string, work: (step: { attempt: number }) => unknown) => {
      steps.push(name);
      return work({ attempt: 1 });
    },
  } as never;
  const summary = await replayObjects({ ...world.replayOf({ turn: async () => undefined }), context }, request);
  expect(summary).toMatchObject({ scanned: 10, missing: 2 });
  expect(steps).toEqual(['keys 1', 'tell']);
});

describe('killed before and after each request and each checkpoint', () => {
  const replayed = async (killAt?: number) => {
    const world = worldOf({ isDelivered: (key) => key === KEYS[3], ...(killAt !== undefined && { killAt }) });
    return { world, summary: await world.replay({ reconcile: true, objectsPerSecond: 0.1 }) };
  };

  test('no key is lost, and each is counted once', async () => {
    const undisturbed = await replayed();
    const missing = KEYS.filter((key) => key !== KEYS[3]);
    expect(undisturbed.world.sent).toEqual(missing);
    const { turns } = undisturbed.world;
    await pMap(
      [...turns.keys()],
      async (index) => {
        const { world, summary } = await replayed(index + 1);
        const story = `killed at turn ${index + 1}, "${turns[index]}"`;
        expect(new Set(world.sent), story).toEqual(new Set(missing));
        expect(world.sent.length, story).toBeLessThanOrEqual(missing.length + 3);
        expect(summary, story).toEqual(undisturbed.summary);
        expect(world.published.at(-1), story).toMatchObject({ ObjectsMissing: missing.length });
        expect(world.execution!.status, story).toBe('SUCCEEDED');
      },
      { concurrency: AT_ONCE },
    );
  });
});
