import { isNoTry, type RelayError } from '../errors.ts';

/** What went wrong with a message. */
export interface Failed {
  failure: RelayError;
  /** The delivery that failed; the message as a whole, where there is none. */
  delivery?: string;
}

/** What becomes of a message. */
export type Verdict =
  /** It is tried again as it is. */
  | { kind: 'go back'; failure: RelayError }
  /** It is acknowledged, once what failed for good lies in the dead-letter queue and what was no try is sent anew. */
  | { kind: 'over'; failure?: RelayError; untried?: Untried };

export interface Untried {
  failure: RelayError;
  deliveries: string[];
  afterSeconds: number;
}

/**
 * Decides by what failed, if anything. As long as something of a message may pass by another try, all of it waits for that. Pure.
 * @param mayWait whether what was no try may go on waiting
 */
export function verdictOn(
  failed: readonly Failed[],
  { isLastTry, mayWait }: { isLastTry: boolean; mayWait: boolean },
): Verdict {
  const untried = mayWait ? failed.filter(({ failure, delivery }) => delivery !== undefined && isNoTry(failure)) : [];
  const tried = failed.filter((each) => !untried.includes(each)).map(({ failure }) => failure);
  const passing = tried.find(({ retryable }) => retryable);
  if (passing && !isLastTry) return { kind: 'go back', failure: passing };
  const final = passing ?? tried[0];
  return {
    kind: 'over',
    ...(final && { failure: final }),
    ...(untried.length > 0 && { untried: untriedOf(untried) }),
  };
}

/** The first one that is ready brings them all back. */
function untriedOf(failed: readonly Failed[]): Untried {
  const [first] = failed.toSorted((one, other) => pauseOf(one) - pauseOf(other));
  return {
    failure: first!.failure,
    deliveries: failed.map(({ delivery }) => delivery!),
    afterSeconds: pauseOf(first!),
  };
}

function pauseOf({ failure }: Failed): number {
  return failure.retryAfterSeconds ?? 0;
}
