/** The relay's bundle in a process that gets no more memory than a small function, and is killed if it wants more. */
import { afterAll, inject, test } from 'vitest';
import { RELAY } from '../../../bench/contenders.ts';
import { runOnce } from '../../../bench/transfers.ts';
import { World } from '../../../bench/world.ts';
import { IS_SWEEP } from '../../support/sweep.ts';
import { memoryGroup } from './limited.ts';

const MIB = 1024 ** 2;
const LIMIT_BYTES = 256 * MIB;
const LARGE_MIB = IS_SWEEP ? 10 * 1024 : 1024;
const OBJECTS = IS_SWEEP ? 500 : 100;
const TIMEOUT_MS = 900_000;

const group = memoryGroup(LIMIT_BYTES);
afterAll(() => group?.remove());

const title = (what: string) =>
  `${what} within 256 MB${group ? '' : ' (skipped: no memory limit can be set here; it takes Linux and root)'}`;

async function relayWithin(keys: string[], sizeBytes: number): Promise<void> {
  const world = await World.start(inject('assembly'));
  try {
    for (const key of keys) await world.prepare({ kind: 'sparse', key, sizeBytes });
    const limited: typeof RELAY = {
      ...RELAY,
      command: (task, places) => {
        const { command, env } = RELAY.command(task, places);
        return { command: group!.within(command), env };
      },
    };
    const { peakRssBytes, cpuSeconds } = await runOnce(world, limited, keys, sizeBytes);
    process.stdout.write(
      `${keys.length} × ${sizeBytes / MIB} MiB: ${(peakRssBytes / MIB).toFixed(0)} MiB, ${cpuSeconds.toFixed(1)} CPU-s\n`,
    );
  } finally {
    world.close();
  }
}

test.skipIf(!group)(title(`an object of ${LARGE_MIB} MiB`), { timeout: TIMEOUT_MS }, () =>
  relayWithin(['large'], LARGE_MIB * MIB),
);

test.skipIf(!group)(title(`${OBJECTS} objects of 5 MiB, ten at a time`), { timeout: TIMEOUT_MS }, () =>
  relayWithin(
    Array.from({ length: OBJECTS }, (_, index) => `medium/${index}`),
    5 * MIB,
  ),
);
