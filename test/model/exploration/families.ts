import type { Bounds } from './scenario.ts';

/**
 * What is explored. Each family of scenarios has its own bad days, since in all of them together each would come up too seldom.
 * `share` of the usual number of schedules, for what takes long.
 */
export const FAMILIES: [what: string, bounds: Bounds, share?: number][] = [
  [
    'a versioned object, written by several, invocations dying',
    { versioning: 'versioned', keys: ['k'], writers: 3, uploadsPerWriter: 2, ends: ['crash'] },
  ],
  [
    'an object without versions, written by several, invocations dying',
    { versioning: 'unversioned', keys: ['k'], writers: 3, uploadsPerWriter: 2, ends: ['crash'] },
  ],
  [
    'the same bytes again within a second, with other metadata, in a bucket without versions',
    { versioning: 'unversioned', keys: ['k'], writers: 2, uploadsPerWriter: 2, sizes: ['small'], sameBytes: true },
  ],
  [
    'two objects, taken in batches, invocations dying',
    { keys: ['k', 'l'], writers: 2, uploadsPerWriter: 2, batchSize: 2, ends: ['crash'] },
  ],
  [
    'large objects without a checksum to hand on, invocations dying',
    { keys: ['k'], writers: 2, uploadsPerWriter: 2, sizes: ['large'], hasChecksum: false, ends: ['crash'] },
  ],
  [
    'messages that a throttled Lambda has for a while before an invocation begins, writes that land late, invocations dying',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      ends: ['crash'],
      heldUp: true,
      writes: ['late', 'lost', 'repeated'],
    },
  ],
  [
    'invocations running out of time, environments going on later with what they had under way',
    { keys: ['k'], writers: 2, uploadsPerWriter: 1, ends: ['timeout'] },
  ],
  [
    'a role that isn’t there at first, invocations dying',
    { keys: ['k', 'l'], writers: 2, uploadsPerWriter: 2, batchSize: 2, ends: ['crash'], awaitsRole: true },
  ],
  [
    'a role that isn’t there at first, and objects for relay-large',
    {
      versioning: 'versioned',
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      hasChecksum: true,
      ends: ['crash'],
      hasExecutions: true,
      awaitsRole: true,
    },
  ],
  [
    'small and large versions of an object, relay and relay-large dying',
    { keys: ['k'], writers: 2, uploadsPerWriter: 2, hasChecksum: true, ends: ['crash'], hasExecutions: true },
  ],
  [
    'large objects that wait for one another, relay and relay-large dying',
    {
      versioning: 'versioned',
      keys: ['k', 'l'],
      writers: 2,
      uploadsPerWriter: 1,
      sizes: ['large'],
      hasChecksum: true,
      ends: ['crash'],
      hasExecutions: true,
      largeSlots: 1,
    },
    1 / 5,
  ],
  [
    'writes that land late, from senders that live, die or run out of time',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      ends: ['crash', 'timeout'],
      writes: ['late', 'lost', 'repeated'],
    },
  ],
  [
    'writes of relay and relay-large that land late, from senders that die',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      hasChecksum: true,
      ends: ['crash'],
      hasExecutions: true,
      writes: ['late', 'lost', 'repeated'],
    },
  ],
  [
    'a ledger that fails, writes that land late, invocations dying',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      sizes: ['small'],
      ends: ['crash'],
      writes: ['late', 'repeated'],
      ledgerFails: true,
    },
  ],
  [
    'messages that are given up at the second try, writes that land late',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      sizes: ['small'],
      ends: ['crash', 'timeout'],
      writes: ['late', 'lost', 'repeated'],
      maxReceives: 2,
    },
  ],
  [
    'messages that speak of an object that was never there, too',
    { keys: ['k', 'l'], writers: 2, uploadsPerWriter: 2, sizes: ['small'], ends: ['crash'], isBundled: true },
  ],
  [
    'objects that are asked for by hand and by batch jobs, writes that land late',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      sizes: ['small'],
      writes: ['late', 'lost', 'repeated'],
      calls: ['by hand', 'batch job'],
    },
  ],
  [
    'objects that are deleted at any time and uploaded again, invocations dying or running out of time',
    {
      keys: ['k'],
      writers: 3,
      uploadsPerWriter: 2,
      sizes: ['small'],
      ends: ['crash', 'timeout'],
      deletes: true,
    },
  ],
  [
    'objects that are deleted at any time, writes that land late, invocations dying',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 3,
      ends: ['crash'],
      writes: ['late', 'repeated'],
      deletes: true,
    },
  ],
  [
    'objects that are deleted at any time, a ledger that fails',
    {
      keys: ['k'],
      writers: 3,
      uploadsPerWriter: 2,
      sizes: ['small'],
      ends: ['crash'],
      ledgerFails: true,
      deletes: true,
    },
  ],
  [
    'objects that are deleted at any time, asked for by hand and by batch jobs, writes that land late',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 3,
      sizes: ['small'],
      writes: ['late', 'repeated'],
      calls: ['by hand', 'batch job'],
      deletes: true,
    },
  ],
  [
    'messages that are given up at the second try and sent back, objects that are deleted at any time, a ledger that fails',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      sizes: ['small'],
      ends: ['crash', 'timeout'],
      ledgerFails: true,
      deletes: true,
      maxReceives: 2,
      redrives: true,
    },
  ],
  [
    'messages that are given up when an invocation has died at them, objects that are deleted at any time, writes that land late',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 3,
      sizes: ['small'],
      ends: ['crash', 'timeout'],
      writes: ['late', 'lost', 'repeated'],
      deletes: true,
      maxReceives: 1,
    },
  ],
  [
    'objects of relay and relay-large that are deleted at any time, writes that land late',
    {
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      hasChecksum: true,
      ends: ['crash'],
      hasExecutions: true,
      writes: ['late', 'repeated'],
      deletes: true,
    },
  ],
  [
    'an object that is overwritten and deleted while relay-large has an earlier version, relay-large dying',
    {
      keys: ['k'],
      writers: 1,
      uploadsPerWriter: 3,
      hasChecksum: true,
      hasExecutions: true,
      deletes: true,
      meanwhile: true,
    },
  ],
];
