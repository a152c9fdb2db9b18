import * as fc from 'fast-check';
import type { Content } from './content.ts';
import type { MultipartOrder } from './destination-bucket.ts';

/** Plain objects read better in a counter-example. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });

const MAX_FATES = 3;
const MAX_AWAITED_WRITES = 4;
/** As many as one relay may take: a small object 13, a large one of three parts 25; a second round some more. */
const TURNS_SMALL = 15;
const TURNS_LARGE = 30;
const TURNS_EXECUTION = 40;

export interface Upload {
  key: string;
  content: Content;
  /** How often S3 sends its event. */
  events: number;
  /** Whether the event names version, ETag and sequencer, as S3's do; what else is put into the queue may not. */
  isHinted: boolean;
}

/** What befalls one invocation, by the number of the turn that it is about to wait for; 0 is never. */
export interface Fate {
  /** This turn comes after all that anybody else can do. */
  stallsAt: number;
  endsAt: number;
  /** It dies with all it has under way; or this turn stalls until its time runs out, and it still answers. */
  how: 'crash' | 'timeout';
}

/** What happens in one run, but for the order. */
export interface Scenario {
  isVersioned: boolean;
  multipartOrder: MultipartOrder;
  /** Each uploads one after the other. */
  writers: Upload[][];
  /** Keys that are deleted at some time after all uploads. */
  deletes: string[];
  /** Messages that one invocation takes at most. */
  batchSize: number;
  /** Of the first invocations. */
  fates: Fate[];
  /** So many of the first writes find no role that lets them in. */
  awaitedWrites?: number;
  /** Of the first executions of relay-large, where large objects are its business: they only die. */
  largeFates?: Fate[];
  /** How many of them there may be at once; more than there are, unless given. */
  largeSlots?: number;
}

/** What a family of scenarios may contain. */
export interface Bounds {
  isVersioned?: boolean;
  keys: string[];
  writers: number;
  uploadsPerWriter: number;
  sizes?: ('small' | 'large')[];
  hasChecksum?: boolean;
  deletes?: boolean;
  batchSize?: number;
  /** Invocations may stall in any case. */
  ends?: Fate['how'][];
  /** The writer role may not be there at first. */
  awaitsRole?: true;
  /** Large objects are relayed by relay-large. */
  hasExecutions?: true;
  largeSlots?: number;
}

export function scenarios(bounds: Bounds): fc.Arbitrary<Scenario> {
  const { keys, sizes = ['small', 'large'], isVersioned, hasChecksum } = bounds;
  const boolean = (fixed: boolean | undefined) => (fixed === undefined ? fc.boolean() : fc.constant(fixed));
  const content = record({
    letter: fc.constantFrom('a', 'b', 'c', 'd'),
    count: fc.integer({ min: 1, max: 3 }),
    isLarge: fc.constantFrom(...sizes).map((size) => size === 'large'),
    hasChecksum: boolean(hasChecksum),
  }).map(({ letter, count, isLarge, hasChecksum }) => ({
    // Repeated, so that bytes of two uploads never look like those of one. Large ones get large letters: other bytes, another ETag.
    letters: (isLarge ? letter.toUpperCase() : letter).repeat(count),
    isLarge,
    hasChecksum,
  }));
  const upload = record({
    key: fc.constantFrom(...keys),
    content,
    events: fc.integer({ min: 1, max: 2 }),
    isHinted: fc.boolean(),
  });
  return record({
    isVersioned: boolean(isVersioned),
    multipartOrder: fc.constantFrom('completed' as const, 'initiated' as const),
    writers: fc.array(fc.array(upload, { minLength: 1, maxLength: bounds.uploadsPerWriter }), {
      minLength: 1,
      maxLength: bounds.writers,
    }),
    deletes: bounds.deletes ? fc.subarray(keys) : fc.constant([]),
    batchSize: fc.integer({ min: 1, max: bounds.batchSize ?? 1 }),
    ...(bounds.awaitsRole && { awaitedWrites: fc.nat(MAX_AWAITED_WRITES) }),
    ...(bounds.hasExecutions && { largeFates: fc.array(fate(TURNS_EXECUTION, ['crash']), { maxLength: MAX_FATES }) }),
    ...(bounds.largeSlots !== undefined && { largeSlots: fc.constant(bounds.largeSlots) }),
    fates: fc.array(fate(sizes.includes('large') ? TURNS_LARGE : TURNS_SMALL, bounds.ends ?? []), {
      maxLength: MAX_FATES,
    }),
  });
}

function fate(turns: number, hows: Fate['how'][]): fc.Arbitrary<Fate> {
  return record({
    stallsAt: fc.nat(turns),
    endsAt: hows.length > 0 ? fc.nat(turns) : fc.constant(0),
    how: hows.length > 0 ? fc.constantFrom(...hows) : fc.constant('crash'),
  });
}
