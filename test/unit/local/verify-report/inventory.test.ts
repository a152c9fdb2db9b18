import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

/** A part has a million lines: what is kept of each must be small. */
const LINES = 60_000;
const MOST_MB = 48;

test('lines that wait for the inventory take some 400 bytes each', async () => {
  const file = new URL('../../../support/lines-in-inventory.ts', import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: MOST_MB, maxYoungGenerationSizeMb: 8 };
  const worker = new Worker(file, { workerData: LINES, resourceLimits });
  const [missing] = await once(worker, 'message');
  expect(missing).toBe(LINES);
});
