/** What docs/operations.md says of a relay's life: a deployment that fails, a newer version, taking it down, and deploying it again over what stayed. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalCloud, type StackInput } from '../../emulator/index.ts';
import { committedContext } from '../support/stacks.ts';
import { eventually, REPORT_BUCKET } from '../support/two-accounts.ts';
import { drop, hasArrived, relays, stacksOf as stacksOfRelay } from './relays.ts';

const RELAY = committedContext();
const MESSAGES = 200;
/** Bundling, two deployments and two hundred objects, on a busy machine. */
const PATIENCE_MS = 300_000;
const KEPT = [
  'arn:aws:dynamodb:us-east-1:111111111111:table/upload-relay-ledger',
  'arn:aws:s3:::upload-relay-destination-222222222222',
  `arn:aws:s3:::${REPORT_BUCKET}`,
  'arn:aws:s3:::upload-relay-source-111111111111',
];

vi.setConfig({ testTimeout: PATIENCE_MS });

let cloud: LocalCloud;

/** How far the accounts' clock is ahead. */
let aheadMs = 0;

beforeEach(async () => {
  aheadMs = 0;
  cloud = await LocalCloud.start({
    stacks: [],
    accountsWithOperator: ['111111111111', '222222222222'],
    clock: () => Date.now() + aheadMs,
  });
});

afterEach(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  await cloud.close();
});

const stacksOf = (change: Record<string, unknown> = {}) => stacksOfRelay({ ...RELAY, relay: change });

async function deployAll(stacks: readonly StackInput[], importExistingResources = false): Promise<void> {
  for (const stack of stacks) await cloud.deploy(stack, { importExistingResources });
}

async function destroyAll(stacks: readonly StackInput[]): Promise<void> {
  for (const stack of stacks) await cloud.destroy(stack);
  letNamesRest();
}

/** For a minute SQS makes no queue of a name that one has just had. */
function letNamesRest(): void {
  aheadMs += 61_000;
}

/** With a resource that can't be made once all others are there. */
function failing(stack: StackInput): StackInput {
  const template = structuredClone(stack.template);
  const all = Object.keys(template.Resources);
  template.Resources['Refused'] = {
    Type: 'AWS::SQS::QueuePolicy',
    DependsOn: all,
    Properties: { Queues: ['https://sqs.us-east-1.amazonaws.com/111111111111/nowhere'], PolicyDocument: {} },
  };
  return { ...stack, template };
}

test('a first deployment that fails leaves nothing behind, and the next one goes well', async () => {
  const stacks = await stacksOf();
  for (const stack of stacks) {
    await expect(cloud.deploy(failing(stack))).rejects.toThrow('Refused');
    expect(cloud.stack(stack.name).status).toBe('ROLLBACK_COMPLETE');
  }
  expect(await cloud.inventory()).toEqual([]);
  await destroyAll(stacks);
  await deployAll(stacks);
  await relays(cloud, RELAY, 'after the failure');
});

describe('a newer version', () => {
  test('takes over while messages are in flight, and loses none', async () => {
    await deployAll(await stacksOf());
    const newer = await stacksOf({ memoryMiB: 512, batchSize: 4, retryDelaySeconds: 10 });
    const keys = Array.from({ length: MESSAGES }, (_, index) => `in-flight-${index}`);
    const dropping = Promise.all(keys.map((key) => drop(cloud, RELAY, key)));
    await eventually(async () => (await hasArrived(cloud, RELAY, keys[0]!)) || undefined);
    await deployAll(newer);
    await dropping;
    await cloud.settled();
    const arrived = await Promise.all(keys.map((key) => hasArrived(cloud, RELAY, key)));
    expect(keys.filter((_, index) => !arrived[index])).toEqual([]);
    const queue = cloud.sqs.queueByArn('arn:aws:sqs:us-east-1:111111111111:upload-relay-dead-letters')!;
    expect(queue.counts().visible).toBe(0);
  });

  test('that can’t be made leaves the present one at work', async () => {
    await deployAll(await stacksOf());
    const before = await cloud.inventory();
    for (const stack of await stacksOf({ memoryMiB: 512 })) {
      await expect(cloud.deploy(failing(stack))).rejects.toThrow('Refused');
      expect(cloud.stack(stack.name).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    }
    expect((await cloud.inventory()).filter((each) => !before.includes(each))).toEqual([]);
    await relays(cloud, RELAY, 'after the failed update');
  });
});

test('a route gets another name, with another role and the bucket as it stands', async () => {
  await deployAll(await stacksOf());
  await relays(cloud, RELAY, 'under the old name');
  const [route] = RELAY.routes;
  const destination = { ...route!.destination, existingBucket: true };
  const renamed = { ...RELAY, routes: [{ ...route!, name: 'other', writerRoleName: 'other-writer', destination }] };
  await deployAll((await stacksOfRelay(renamed)).toReversed());
  expect(await cloud.inventory()).not.toContain('arn:aws:iam::222222222222:role/upload-relay-writer');
  await relays(cloud, renamed, 'under the new name');
  expect(await hasArrived(cloud, renamed, 'under the old name')).toBe(true);
});

describe('taken down', () => {
  test('the buckets and the receipts stay, and nothing else', async () => {
    const stacks = await stacksOf();
    await deployAll(stacks);
    await relays(cloud, RELAY, 'kept');
    await cloud.settled();
    await destroyAll(stacks);
    expect(await cloud.inventory()).toEqual(KEPT);
  });

  test('not while the receipts are protected, and then once they no longer are', async () => {
    const stacks = await stacksOf({ protectLedger: true });
    await deployAll(stacks);
    const source = stacks.find(({ name }) => name.endsWith('-source'))!;
    await cloud.destroy(source).catch(() => undefined);
    expect(await cloud.inventory()).toContain(KEPT[0]);
  });

  test('it is deployed again over what stayed, and goes on where it was', async () => {
    const stacks = await stacksOf();
    await deployAll(stacks);
    await relays(cloud, RELAY, 'before');
    await cloud.settled();
    await destroyAll(stacks);
    const source = stacks.find(({ name }) => name.endsWith('-source'))!;
    await expect(cloud.deploy(source)).rejects.toThrow(/already exists|already own/i);
    await cloud.destroy(source);
    letNamesRest();
    await deployAll(stacks, true);
    expect(await hasArrived(cloud, RELAY, 'before')).toBe(true);
    await relays(cloud, RELAY, 'after');
  });

  test('a second try that fails takes nothing away of what stayed', async () => {
    const stacks = await stacksOf();
    await deployAll(stacks);
    await destroyAll(stacks);
    for (const stack of stacks) {
      await expect(cloud.deploy(failing(stack), { importExistingResources: true })).rejects.toThrow('Refused');
    }
    expect(await cloud.inventory()).toEqual(KEPT);
  });
});
