/** `--json`: what programs are told. docs/commands.md has each event. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventsTo, writeProgress } from '../../../../local/start/events.ts';
import { A, aDelivery, aPlannedDelivery, B } from '../../../support/deliveries.ts';

const lines: string[] = [];
const write = (line: string) => void lines.push(line);
const listener = eventsTo(write, 'source', [A, B]);

function told(act: () => void): Record<string, unknown> {
  lines.length = 0;
  act();
  expect(lines).toEqual([expect.stringMatching(/^\{[^\n]*\}\n$/)]);
  const { time, ...event } = JSON.parse(lines[0]!);
  expect(new Date(time).toISOString()).toBe(time);
  return event;
}

const PLACES = {
  route: 'main',
  source: { bucket: 'source', key: 'a\nb', sizeBytes: 1024 },
  destination: { bucket: 'destination', key: 'in/a\nb' },
};

const checksum = { algorithm: 'CRC32' as const, value: 'x' };
const stage = { bytes: 1, totalBytes: 2, bytesPerSecond: 0.6, secondsLeft: 1.7 };

test.each<[string, () => void, object]>([
  ['uploaded', () => listener.uploaded(aPlannedDelivery('a\nb').drop), { source: PLACES.source }],
  ['skipped', () => listener.skipped({ path: 'p', reason: 'a FIFO' }), { path: 'p', reason: 'a FIFO' }],
  [
    'delivered',
    () => listener.delivered(aDelivery({ proof: { holds: true, text: 'CRC32 x', checksum } }, 'a\nb')),
    { ...PLACES, owner: B, checksum, proved: true, arrivedAfterMs: 250 },
  ],
  [
    'failed',
    () => listener.failed({ ...aPlannedDelivery('a\nb'), failure: 'Denied: no' }),
    { ...PLACES, reason: 'Denied: no' },
  ],
  [
    'progress',
    () =>
      writeProgress(write, {
        uploaded: stage,
        relayed: { ...stage, bytesPerSecond: undefined, secondsLeft: undefined },
        delivered: 1,
        failed: 0,
        total: 2,
      }),
    {
      uploaded: { bytes: 1, totalBytes: 2, bytesPerSecond: 1, secondsLeft: 2 },
      relayed: { bytes: 1, totalBytes: 2 },
      delivered: 1,
      failed: 0,
      total: 2,
    },
  ],
])('%s', (event, act, facts) => {
  expect(told(act)).toEqual({ event, ...facts });
  const page = readFileSync(new URL('../../../../docs/commands.md', import.meta.url), 'utf8');
  const [row] = page.match(new RegExp(`^\\| \`${event}\` .*$`, 'm')) ?? [];
  for (const name of Object.keys(facts)) expect(row).toContain(`\`${name}\``);
});
