/** A short draw of `npm run deploys`: each example in the two most unfortunate orders and in two that are drawn. */
import { beforeAll, describe, test } from 'vitest';
import { type EarlierStack, earlierStacks } from './earlier.ts';
import { EXAMPLES } from './examples.ts';
import { exercise, type Prepared, prepare } from './exercise.ts';
import { ordersOf } from './orders.ts';

const SEED = Math.floor(Math.random() * 2 ** 31);

describe.each(EXAMPLES)('$name', (example) => {
  let prepared: Prepared;
  let before: EarlierStack[];

  beforeAll(async () => {
    prepared = await prepare(example);
    before = await earlierStacks(example.name, prepared.stacks);
  });

  test.each(ordersOf(SEED, 2))('is deployed, deployed again and taken down in order %s', async (order) => {
    await exercise(prepared, order);
    if (before.length > 0) await exercise(prepared, order, before);
  });
});
