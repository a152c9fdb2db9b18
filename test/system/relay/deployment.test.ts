import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type DeployOrder, LocalCloud, readAssembly } from '../../../emulator/index.ts';
import { REPORT_BUCKET } from '../../support/two-accounts.ts';

const stacks = readAssembly(inject('assembly'));
const drawn = Array.from({ length: 5 }, () => randomInt(2 ** 31));
let cloud: LocalCloud;
let now: number;

beforeEach(async () => {
  now = Date.now();
  cloud = await LocalCloud.start({ stacks: [], clock: () => now });
});
afterEach(() => cloud.close());

/** What the policies of the templates keep: buckets, the ledger, and published versions, which go with their function. */
const KEPT = [
  'arn:aws:dynamodb:us-east-1:111111111111:table/upload-relay-ledger',
  'arn:aws:s3:::upload-relay-destination-222222222222',
  `arn:aws:s3:::${REPORT_BUCKET}`,
  'arn:aws:s3:::upload-relay-source-111111111111',
];

test.each<DeployOrder>([...drawn, 'worst', 'worst-mirrored'])(
  'the committed configuration deploys in the order %s, changes nothing the second time, and goes',
  async (order) => {
    for (const stack of stacks) await cloud.deploy(stack, { order });
    const all = await cloud.inventory();
    for (const stack of stacks) {
      const { created, updated, replaced, removed } = await cloud.deploy(stack, { order });
      expect([created, updated, replaced, removed].flat()).toEqual([]);
    }
    expect(await cloud.inventory()).toEqual(all);
    for (const stack of stacks.toReversed()) await cloud.destroy(stack, { order });
    expect(await cloud.inventory()).toEqual(KEPT);
  },
);

test.each(stacks.map((stack) => [stack.name, stack] as const))(
  '%s deploys with any of its resources first',
  async (_, stack) => {
    for (const first of Object.keys(stack.template.Resources)) {
      const fresh = await LocalCloud.start({ stacks: [] });
      await fresh.deploy(stack, { order: { first } }).finally(() => fresh.close());
    }
  },
);
