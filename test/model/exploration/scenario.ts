import * as fc from 'fast-check';
import type { Content } from './content.ts';
import type { MultipartOrder } from './destination-bucket.ts';
import type { WriteFate } from './late-writes.ts';
import type { Versioning } from './source-bucket.ts';

/** Plain objects read better in a counter-example. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });

const MAX_FATES = 3;
const MAX_AWAITED_WRITES = 4;
const MAX_WRITE_FATES = 4;
const MAX_LEDGER_FATES = 6;
const MAX_DOORS = 2;
const MAX_REDRIVES = 3;
/** As many as one relay may take: a small object 13, a large one of three parts 25; a second round some more. */
const TURNS_SMALL = 15;
const TURNS_LARGE = 30;
const TURNS_EXECUTION = 40;
/** The number of a turn that never comes. */
const SETTLED = Number.POSITIVE_INFINITY;

export interface Upload {
  key: string;
  content: Content;
  /** How often S3 sends its event. */
  events: number;
  /** The second event comes after all that anybody else can do. */
  isRepeatedLate: boolean;
  /** Whether the event names version, ETag and sequencer, as S3's do; what else is put into the queue may not. */
  isHinted: boolean;
  /** It comes when executions of relay-large have had so many turns, or nobody else has one; unless given, when its writer has one. */
  atTurn?: number;
}

/** A key is deleted, in a bucket with versions perhaps with all of them. */
export interface Deletion {
  deletes: string;
  withVersions: boolean;
  atTurn?: number;
}

/** Whether the ledger answers: it may have written, and not said so, to the relay or to the SDK, which asks again. */
export type LedgerFate = 'answers' | 'refuses' | 'goes silent' | 'is asked twice';

/** Somebody asks for an object by hand, or a batch job does. */
export interface Call {
  door: 'by hand' | 'batch job';
  key: string;
}

/** What befalls one invocation, by the number of the turn that it is about to wait for; 0 is never. */
export interface Fate {
  /** This turn comes after all that anybody else can do. */
  stallsAt: number;
  endsAt: number;
  /** It dies with all it has under way; or this turn stalls until its time runs out, and it still answers. */
  how: 'crash' | 'timeout';
  /** Lambda is throttled and has its messages for a while before it begins, so their visibility timeout may run out while it works. */
  isHeldUp?: boolean;
}

/** What happens in one run, but for the order. */
export interface Scenario {
  versioning: Versioning;
  multipartOrder: MultipartOrder;
  /** Each does one after the other. */
  writers: (Upload | Deletion)[][];
  /** Every upload brings bytes of its own, so that a reader can tell which it was. */
  areUnique: boolean;
  /** Every message speaks of an object that was never there, too. */
  isBundled: boolean;
  /** Messages that one invocation takes at most. */
  batchSize: number;
  /** Of the first invocations. */
  fates: Fate[];
  /** Of the first writes that make an object visible. */
  writeFates: WriteFate[];
  /** Of the first requests to the ledger. */
  ledgerFates: LedgerFate[];
  calls: Call[];
  /** After so many tries a message is given up. */
  maxReceives: number;
  /** So many dead letters are sent back, the first ones. */
  redrives: number;
  /** So many of the first writes find no role that lets them in. */
  awaitedWrites?: number;
  /** Of the first executions of relay-large, where large objects are its business: they only die. */
  largeFates?: Fate[];
  /** How many of them there may be at once; more than there are, unless given. */
  largeSlots?: number;
}

/** What a family of scenarios may contain. */
export interface Bounds {
  versioning?: Versioning;
  keys: string[];
  writers: number;
  uploadsPerWriter: number;
  sizes?: ('small' | 'large')[];
  hasChecksum?: boolean;
  /** All uploads bring the same bytes; only their metadata differ. */
  sameBytes?: true;
  deletes?: true;
  /**
   * One writer uploads an object and waits until it is settled, uploads a large one, and another one while relay-large works, and deletes
   * it. In other families a writer is hardly ever so slow.
   */
  meanwhile?: true;
  isBundled?: true;
  /** Dead letters are sent back. */
  redrives?: true;
  batchSize?: number;
  /** What may befall a write, besides being answered. */
  writes?: WriteFate['how'][];
  /** The ledger may fail for a while. */
  ledgerFails?: true;
  calls?: Call['door'][];
  /** Far more than all that may befall a message, unless giving up is what is explored. */
  maxReceives?: number;
  /** Invocations may stall in any case. */
  ends?: Fate['how'][];
  /** Invocations may begin late. */
  heldUp?: true;
  /** The writer role may not be there at first. */
  awaitsRole?: true;
  /** Large objects are relayed by relay-large. */
  hasExecutions?: true;
  largeSlots?: number;
}

export function scenarios(bounds: Bounds): fc.Arbitrary<Scenario> {
  const { keys, sizes = ['small', 'large'], versioning, hasChecksum, deletes = false, writes = [] } = bounds;
  const boolean = (fixed: boolean | undefined) => (fixed === undefined ? fc.boolean() : fc.constant(fixed));
  const content = record({
    letter: bounds.sameBytes ? fc.constant('a') : fc.constantFrom('a', 'b', 'c', 'd'),
    count: bounds.sameBytes ? fc.constant(1) : fc.integer({ min: 1, max: 3 }),
    isLarge: fc.constantFrom(...sizes).map((size) => size === 'large'),
    hasChecksum: boolean(hasChecksum),
    metadata: fc.constantFrom('x', 'y'),
  }).map(({ letter, count, ...rest }) => ({
    // Repeated, so that bytes of two uploads never look like those of one. Large ones get large letters: other bytes, another ETag.
    letters: (rest.isLarge ? letter.toUpperCase() : letter).repeat(count),
    ...rest,
  }));
  const upload = record({
    key: fc.constantFrom(...keys),
    content,
    events: fc.integer({ min: 1, max: 2 }),
    isRepeatedLate: fc.boolean(),
    isHinted: fc.boolean(),
  });
  const deletion = record({ deletes: fc.constantFrom(...keys), withVersions: fc.boolean() });
  const action = deletes ? fc.oneof({ weight: 2, arbitrary: upload }, { weight: 1, arbitrary: deletion }) : upload;
  const writers = fc.array(fc.array<Upload | Deletion>(action, { minLength: 1, maxLength: bounds.uploadsPerWriter }), {
    minLength: 1,
    maxLength: bounds.writers,
  });
  return record<Scenario>({
    versioning: versioning ? fc.constant(versioning) : fc.constantFrom('versioned', 'unversioned', 'suspended'),
    multipartOrder: fc.constantFrom('completed' as const, 'initiated' as const),
    writers: bounds.meanwhile ? meanwhile(upload, deletion) : writers,
    areUnique: fc.constant(deletes),
    isBundled: fc.constant(bounds.isBundled ?? false),
    batchSize: fc.integer({ min: 1, max: bounds.batchSize ?? 1 }),
    writeFates:
      writes.length > 0
        ? fc.array(record({ how: fc.constantFrom('answered' as const, ...writes), stalls: fc.boolean() }), {
            maxLength: MAX_WRITE_FATES,
          })
        : fc.constant([]),
    ledgerFates: bounds.ledgerFails
      ? fc.array(fc.constantFrom<LedgerFate>('answers', 'refuses', 'goes silent', 'is asked twice'), {
          maxLength: MAX_LEDGER_FATES,
        })
      : fc.constant([]),
    calls: bounds.calls
      ? fc.array(record({ door: fc.constantFrom(...bounds.calls), key: fc.constantFrom(...keys) }), {
          maxLength: MAX_DOORS,
        })
      : fc.constant([]),
    maxReceives: fc.constant(bounds.maxReceives ?? 100),
    redrives: bounds.redrives ? fc.nat(MAX_REDRIVES) : fc.constant(0),
    ...(bounds.awaitsRole && { awaitedWrites: fc.nat(MAX_AWAITED_WRITES) }),
    ...(bounds.hasExecutions && { largeFates: fc.array(fate(TURNS_EXECUTION, ['crash']), { maxLength: MAX_FATES }) }),
    ...(bounds.largeSlots !== undefined && { largeSlots: fc.constant(bounds.largeSlots) }),
    fates: fc.array(fate(sizes.includes('large') ? TURNS_LARGE : TURNS_SMALL, bounds.ends ?? [], bounds.heldUp), {
      maxLength: MAX_FATES,
    }),
  });
}

function meanwhile(upload: fc.Arbitrary<Upload>, deletion: fc.Arbitrary<Deletion>): fc.Arbitrary<Scenario['writers']> {
  const turns = fc.array(fc.nat(TURNS_EXECUTION), { minLength: 2, maxLength: 2 });
  return fc
    .tuple(upload, upload, upload, deletion, turns)
    .map(([before, large, after, deleted, [one = 0, other = 0]]) => [
      [
        before,
        { ...large, content: { ...large.content, isLarge: true }, atTurn: SETTLED },
        { ...after, atTurn: Math.min(one, other) },
        { ...deleted, atTurn: Math.max(one, other) },
      ],
    ]);
}

function fate(turns: number, hows: Fate['how'][], mayBeHeldUp = false): fc.Arbitrary<Fate> {
  const any = record<Fate>({
    stallsAt: fc.nat(turns),
    endsAt: hows.length > 0 ? fc.nat(turns) : fc.constant(0),
    how: hows.length > 0 ? fc.constantFrom(...hows) : fc.constant('crash'),
  });
  if (!mayBeHeldUp) return any;
  // It has the message when that comes back, and dies at what it did then.
  const heldUp = record({ stallsAt: fc.nat(turns), turns: fc.nat(2) }).map(
    ({ stallsAt, turns: more }): Fate => ({ stallsAt, endsAt: stallsAt + more, how: 'crash', isHeldUp: true }),
  );
  return fc.oneof(any, heldUp);
}
