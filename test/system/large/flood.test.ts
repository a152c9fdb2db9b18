/** A flood of large uploads with small ones among them, through the real bundles: what runs at once stays bounded, and small ones don't wait. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Faults, LocalCloud, readAssembly } from '../../../emulator/index.ts';
import { largeSlots } from '../../../functions/delivery/large-slots.ts';
import { inProcessRelay } from '../../support/in-process-relay.ts';
import { executions, putSparse, smallLarge } from '../../support/large.ts';
import {
  changeProperties,
  DESTINATION_BUCKET,
  eventually,
  LEDGER_TABLE,
  PREFIX,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const LARGE = 9 * 1024 ** 2;
/** As `sharesOf` makes them of six: two for the queue, two large objects with a worker each. */
const QUEUE = 2;
const SLOTS = 2;
const WORKERS = 1;
const MAXIMUM_CONCURRENCY = QUEUE + SLOTS * (1 + WORKERS);
const LARGE_OBJECTS = 6;
const SMALL_OBJECTS = 20;
const FUNCTIONS = ['upload-relay', 'upload-relay-large', 'upload-relay-part'];

let world: TwoAccounts;
/** Invocations that run, and the most that ran at once, from Lambda's own START and END lines. */
const running = new Map<string, number>();
let most = 0;
const mostOf = new Map<string, number>();

beforeAll(async () => {
  const stacks = readAssembly(inject('assembly'));
  smallLarge(stacks, { largeSlots: SLOTS, largeWorkers: WORKERS });
  changeProperties(stacks, 'AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: QUEUE } });
  const faults = new Faults({ seed: 1 });
  faults.add({
    name: 'slow',
    match: { operation: 'UploadPart' },
    when: { every: 1 },
    fault: { kind: 'delay', ms: 500 },
  });
  const cloud = await LocalCloud.start({
    stacks,
    faults,
    // More than may run, so that it isn't this machine that holds them back.
    maxSandboxes: 4 * MAXIMUM_CONCURRENCY,
    onLog: ({ group, text }) => count(group.name.replace('/aws/lambda/', ''), text),
  });
  world = twoAccountsOf(cloud);
});

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

function count(name: string, text: string): void {
  const step = /"?platform\.start"?|^START /.test(text) ? 1 : /"?platform\.report"?|^END /.test(text) ? -1 : 0;
  if (step === 0 || !FUNCTIONS.includes(name)) return;
  running.set(name, (running.get(name) ?? 0) + step);
  mostOf.set(name, Math.max(mostOf.get(name) ?? 0, running.get(name)!));
  most = Math.max(
    most,
    [...running.values()].reduce((sum, each) => sum + each, 0),
  );
}

const delivered = async (key: string) => (await world.ledgerItem(key))?.['status'] === 'delivered';

test('no more than maximumConcurrency run at any moment, small objects arrive meanwhile, and in the end all have', async () => {
  const large = Array.from({ length: LARGE_OBJECTS }, (_, index) => `large-${index}`);
  const small = Array.from({ length: SMALL_OBJECTS }, (_, index) => `small-${index}`);
  for (const key of large) await putSparse(world, key, LARGE);
  for (const key of small) await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: key }));
  await eventually(async () => (await Promise.all(small.map(delivered))).every(Boolean));
  expect((await Promise.all(large.map(delivered))).every(Boolean)).toBe(false);
  for (const key of large) await eventually(() => delivered(key));
  expect(most).toBeLessThanOrEqual(MAXIMUM_CONCURRENCY);
  // Each was counted, and there was more than one large object at a time.
  expect(mostOf.get('upload-relay')).toBeLessThanOrEqual(QUEUE);
  expect(mostOf.get('upload-relay-large')).toBeLessThanOrEqual(SLOTS);
  expect(mostOf.get('upload-relay-part')).toBeLessThanOrEqual(SLOTS * WORKERS);
  expect(most).toBeGreaterThan(SLOTS);
  // Waiting has cost no try, and started nothing twice.
  expect(executions(world)).toHaveLength(LARGE_OBJECTS);
  expect(await world.deadLetters()).toEqual([]);
  for (const key of large)
    expect(
      (await world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }))).ContentLength,
    ).toBe(LARGE);
}, 240_000);

describe('slots', () => {
  const signal = new AbortController().signal;
  const at = (nowMs: number) => {
    const { invocation } = inProcessRelay(world);
    return largeSlots({ ...invocation, now: () => new Date(nowMs) });
  };
  const holders = async () => {
    const command = new GetItemCommand({ TableName: LEDGER_TABLE, Key: { id: { S: '#large-objects' } } });
    return Object.keys((await world.a.dynamodb.send(command)).Item?.['holders']?.M ?? {}).toSorted();
  };
  /** Later than all that the flood has left. */
  const LATER_MS = Date.now() + 86_400_000;

  test('of many who ask at once, as many get one as there are', async () => {
    const asking = Array.from({ length: 12 }, (_, index) => at(LATER_MS).reserve(`asks-${index}`, signal));
    const outcomes = await Promise.allSettled(asking);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(SLOTS);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ code: 'LargeObjectsBusy', retryable: true, retryAfterSeconds: 4 });
    }
    expect(await holders()).toHaveLength(SLOTS);
  });

  test('who has one finds it again, as a message does that comes twice', async () => {
    const [mine] = await holders();
    await at(LATER_MS).reserve(mine!, signal);
    expect(await holders()).toHaveLength(SLOTS);
  });

  test('one that nobody began with is free after five minutes, one at work after 35', async () => {
    const [mine, other] = await holders();
    await at(LATER_MS).hold(mine!, signal);
    await at(LATER_MS + 301_000).reserve('next', signal);
    expect(await holders()).toEqual([mine, 'next'].toSorted());
    await expect(at(LATER_MS + 301_000).hold(other!, signal)).rejects.toMatchObject({ code: 'LargeObjectsBusy' });
    await at(LATER_MS + 2_101_000).hold(other!, signal);
    expect(await holders()).not.toContain(mine);
  });

  test('one that is left is free when its time is over, and leaving it again changes nothing', async () => {
    const [mine] = await holders();
    const now = LATER_MS + 2_102_000;
    await at(now)
      .hold('another', signal)
      .catch(() => undefined);
    await at(now).release(mine!, 5, signal);
    await at(now + 6_000).hold('after', signal);
    expect(await holders()).toContain('after');
    await at(now + 6_000).release(mine!, 900, signal);
    expect(await holders()).not.toContain(mine);
  });
});
