/** Thousands of objects through one execution environment: nothing piles up. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { IS_SWEEP } from '../../support/sweep.ts';
import { changeProperties, RELAY_LOG_GROUP, SOURCE_BUCKET, startTwoAccounts } from '../../support/two-accounts.ts';

const KEYS = Array.from({ length: IS_SWEEP ? 200 : 100 }, (_, index) => `soak/${index}`);
const WARM_UP = 6;
const ROUNDS = IS_SWEEP ? 50 : 15;
const MIB = 1024 ** 2;

interface Usage {
  rssBytes: number;
  sockets: number;
}

/** What Linux says of a process. */
function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssBytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
  const descriptors = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return { rssBytes, sockets: descriptors.filter((target) => target.startsWith('socket:')).length };
}

/** Processes that this one has started and that run a function's bundle. */
function sandboxes(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))![1]);
      return parent === process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('bootstrap')
        ? [Number(name)]
        : [];
    } catch {
      return [];
    }
  });
}

test.skipIf(process.platform !== 'linux')(
  `${KEYS.length * ROUNDS} objects leave no memory, no socket and no unhandled rejection behind (needs Linux: reads /proc)`,
  { timeout: 300_000 },
  async () => {
    const world = await startTwoAccounts({
      change: (stacks) => changeProperties(stacks, 'AWS::Lambda::EventSourceMapping', { Enabled: false }),
    });
    try {
      await Promise.all(
        KEYS.map((Key) =>
          world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: Buffer.alloc(10_000) })),
        ),
      );
      const usages: Usage[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const { payload } = await world.invoke({ keys: KEYS });
        expect((payload as { receipts: unknown[] }).receipts).toHaveLength(KEYS.length);
        if (round >= WARM_UP) {
          const [pid, ...others] = sandboxes();
          expect(others).toEqual([]);
          usages.push(usageOf(pid!));
        }
      }
      const early = usages[0]!;
      const late = usages.at(-1)!;
      process.stdout.write(
        `soak: ${KEYS.length * ROUNDS} objects, RSS ${(early.rssBytes / MIB).toFixed(0)} → ${(late.rssBytes / MIB).toFixed(0)} MiB, sockets ${early.sockets} → ${late.sockets}\n`,
      );
      expect(late.rssBytes).toBeLessThan(early.rssBytes * 1.2 + 16 * MIB);
      expect(late.sockets).toBeLessThanOrEqual(early.sockets + 4);
      expect(world.cloud.logs.lines(RELAY_LOG_GROUP).filter((line) => /unhandled/i.test(line))).toEqual([]);
      expect(world.cloud.unexpectedErrors).toEqual([]);
    } finally {
      await world.close();
    }
  },
);
