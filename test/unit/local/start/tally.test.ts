/** How much, how fast and how long still. */
import { expect, test } from 'vitest';
import { Tally } from '../../../../local/start/tally.ts';
import { aPlannedDelivery } from '../../../support/deliveries.ts';

const MIB = 1024 ** 2;
const PROOF = { holds: true, text: 'CRC32 x' };

function aTally(count = 2) {
  const deliveries = Array.from({ length: count }, (_, index) => aPlannedDelivery(`k${index}`, 100 * MIB));
  let now = 0;
  const told: string[] = [];
  const listener = {
    uploaded: ({ key }: { key: string }) => told.push(`uploaded ${key}`),
    skipped: ({ path, reason }: { path: string; reason: string }) => told.push(`skipped ${path}: ${reason}`),
    delivered: ({ destinationKey }: { destinationKey: string }) => told.push(`delivered ${destinationKey}`),
    failed: ({ failure }: { failure?: string }) => told.push(`failed ${failure}`),
  };
  const tally = new Tally(deliveries, listener as never, () => now);
  return { tally, deliveries, told, pass: (seconds: number) => (now += seconds * 1000) };
}

test('uploading and relaying have their own amount, speed and time left', () => {
  const { tally, deliveries, pass } = aTally();
  const { drop } = deliveries[0]!;
  expect(tally.counts().uploaded).toEqual({ bytes: 0, totalBytes: 200 * MIB });
  pass(1);
  tally.sent(drop, 50 * MIB);
  tally.parts(10 * MIB);
  expect(tally.counts()).toMatchObject({
    uploaded: { bytes: 50 * MIB, bytesPerSecond: 50 * MIB, secondsLeft: 3 },
    relayed: { bytes: 10 * MIB, bytesPerSecond: 10 * MIB, secondsLeft: 19 },
  });
});

test('the speed is that of the last seconds', () => {
  const { tally, deliveries, pass } = aTally();
  for (let second = 0; second < 30; second++) {
    pass(1);
    tally.sent(deliveries[0]!.drop, Math.min(second, 10) * MIB);
    tally.counts();
  }
  expect(tally.counts().uploaded).toMatchObject({ bytes: 10 * MIB, bytesPerSecond: undefined, secondsLeft: undefined });
});

test('a delivered object’s parts count once, and a failed one is no longer awaited', () => {
  const { tally, deliveries, told } = aTally();
  tally.parts(60 * MIB);
  tally.delivered(deliveries[0]!, 'b', PROOF);
  tally.parts(0);
  tally.failed(deliveries[1]!, 'Denied: no');
  const { relayed, delivered, failed } = tally.counts();
  expect({ relayed, delivered, failed }).toMatchObject({
    relayed: { bytes: 100 * MIB, totalBytes: 100 * MIB, secondsLeft: 0 },
    delivered: 1,
    failed: 1,
  });
  expect(told).toEqual(['delivered in/k0', 'failed Denied: no']);
});

test('a file that is gone when its turn comes is no delivery any more', () => {
  const { tally, deliveries, told } = aTally();
  tally.skipped(deliveries[0]!.drop, 'gone');
  expect(tally.counts()).toMatchObject({ total: 1, failed: 0, uploaded: { totalBytes: 100 * MIB } });
  expect(told).toEqual(['skipped /k0: gone']);
});

test('whatever moves counts as progress, and what repeats does not', () => {
  const { tally, deliveries, pass } = aTally();
  const moves = [
    () => tally.sent(deliveries[0]!.drop, 1),
    () => tally.parts(1),
    () => tally.uploaded(deliveries[0]!.drop),
    () => tally.delivered(deliveries[0]!, 'b', PROOF),
    () => tally.failed(deliveries[1]!, 'no'),
  ];
  for (const move of moves) {
    pass(60);
    move();
    expect(tally.idleMs).toBe(0);
  }
  pass(60);
  tally.parts(1);
  tally.sent(deliveries[0]!.drop, deliveries[0]!.drop.sizeBytes);
  expect(tally.idleMs).toBe(60_000);
});
