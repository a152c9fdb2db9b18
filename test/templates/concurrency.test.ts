/** How `relay.maximumConcurrency` is shared out between the queue and large objects. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LEAST_FOR_LARGE, LEAST_FOR_QUEUE, type Shares, sharesOf } from '../../infra/config/concurrency.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { relaySettings, replaySettings } from '../../infra/config/function-settings.ts';
import { committedContext, templatesOf } from '../support/stacks.ts';

const contextWith = (relay: Record<string, unknown>) => ({ ...committedContext(), relay });

test.each<[string, number, number, Shares]>([
  [
    'the default: as many for the queue as there were, and two large objects',
    54,
    16,
    { queue: 20, slots: 2, workers: 16 },
  ],
  ['for a new account that may run ten', 8, 16, { queue: 3, slots: 1, workers: 4 }],
  ['the least', 4, 16, { queue: 2, slots: 1, workers: 1 }],
  ['no room for all workers', 20, 16, { queue: 7, slots: 1, workers: 12 }],
  ['many large objects with few workers', 54, 2, { queue: 18, slots: 12, workers: 2 }],
  ['what makes no whole slot goes to the queue', 60, 16, { queue: 26, slots: 2, workers: 16 }],
  ['the most', 1000, 16, { queue: 337, slots: 39, workers: 16 }],
])('%s: %d with %d workers', (_, maximumConcurrency, largeWorkers, shares) => {
  expect(sharesOf({ maximumConcurrency, largeWorkers, largeObjects: true })).toEqual(shares);
});

test('without large objects all of it is the queue’s', () => {
  expect(sharesOf({ maximumConcurrency: 54, largeWorkers: 16, largeObjects: false })).toEqual({
    queue: 54,
    slots: 0,
    workers: 0,
  });
});

test('whatever is configured: no more than that, at least a third for the queue, and a large object can be relayed', () => {
  const any = fc.record({
    maximumConcurrency: fc.integer({ min: LEAST_FOR_QUEUE + LEAST_FOR_LARGE, max: 1000 }),
    largeWorkers: fc.integer({ min: 1, max: 1000 }),
    largeObjects: fc.constant(true),
  });
  fc.assert(
    fc.property(any, (relay) => {
      const { queue, slots, workers } = sharesOf(relay);
      expect(queue + slots * (1 + workers)).toBe(relay.maximumConcurrency);
      expect(queue).toBeGreaterThanOrEqual(Math.max(2, relay.maximumConcurrency / 3));
      expect(slots).toBeGreaterThanOrEqual(1);
      expect(workers).toBeGreaterThanOrEqual(1);
      expect(workers).toBeLessThanOrEqual(relay.largeWorkers);
    }),
  );
});

describe('what is synthesized', () => {
  test('has the queue’s share in the mapping, and the others in the settings', () => {
    const context = contextWith({ maximumConcurrency: 54 });
    templatesOf(context).source.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ScalingConfig: { MaximumConcurrency: 20 },
    });
    expect(relaySettings(parseConfig(context))).toMatchObject({ largeSlots: 2, largeWorkers: 16 });
    expect(replaySettings(parseConfig(context)).relay).toMatchObject({
      concurrency: 20,
      largeSlots: 2,
      largeWorkers: 16,
    });
  });

  test.each([
    [
      { maximumConcurrency: 3 },
      'is 3: must be 4 at least, 2 for the queue and 2 for a large object; or set "relay.relay.largeObjects" to false',
    ],
    [{ maximumConcurrency: 1, largeObjects: false }, 'is 1'],
  ])('is refused with %j', (relay, sentence) => {
    expect(() => parseConfig(contextWith(relay))).toThrow(`field "relay.relay.maximumConcurrency" ${sentence}`);
  });

  test('may have less without large objects', () => {
    expect(parseConfig(contextWith({ maximumConcurrency: 2, largeObjects: false })).relay.maximumConcurrency).toBe(2);
  });
});
