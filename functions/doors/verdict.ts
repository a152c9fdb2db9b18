/** Decides what becomes of a message: it is done, it is requeued, or it goes to the dead-letter queue. Pure. */
import { isNotBegun, RelayError } from '../core/errors.ts';
import { delaySeconds } from '../core/retry-delay.ts';
import { spread } from '../messages/requeue.ts';

/** One of a message's deliveries that has failed, or may have to be repeated. */
export interface Failed {
  failure: RelayError;
  /** Which of the message's requests; undefined if the whole message cannot be read. */
  request?: number;
  /** The delivery's name; undefined if the request failed before there was one. */
  delivery?: string;
  /** How long a write of it may still take effect. */
  quietSeconds: number;
  /** Whether something may have been written that no later attempt has put right. */
  isUncertain: boolean;
}

export interface Tries {
  /** This one included. */
  tries: number;
  maxReceives: number;
  /** Whether a failure that does not count as an attempt may keep the message waiting. */
  mayWait: boolean;
}

/** What becomes of a message: permanent failures go to the dead-letter queue, and the rest is requeued. */
export interface Verdict {
  final: Failed[];
  again?: Again;
}

export interface Again {
  /** The failure that the log names. */
  failure: RelayError;
  /** Undefined for all that the message asks for. */
  deliveries: string[] | undefined;
  /** Whether this attempt counts. */
  isTry: boolean;
  isUncertain: boolean;
  /** Whether account B was told to put a version back. */
  isSuperseded: boolean;
  afterSeconds: number;
}

/**
 * Whether no other attempt follows. A delivery that an earlier write may still overtake gets one attempt more. A permanent failure
 * is final only when no write can take effect any more, since a late write may land on a newer object. What account B must mend
 * (`Superseded`) is final at once, since a later attempt knows less. Pure.
 * @param quietSeconds how long a write may still take effect
 */
export function isFinal(failure: RelayError, quietSeconds: number, { tries, maxReceives, mayWait }: Tries): boolean {
  if (!failure.retryable) return quietSeconds === 0 || tries > maxReceives || failure.code === 'Superseded';
  if (isNotBegun(failure) && mayWait) return false;
  return tries >= maxReceives + (failure.code === 'WriteUnanswered' ? 1 : 0);
}

/**
 * Ends a message whose receivers died one after the other: the next one would die as well, and nobody would record a reason. Pure.
 * @returns RelayError `FunctionDied`; undefined while attempts are left, or if the message came back for another reason
 */
export function deathOf(source: string, isRedelivered: boolean, { tries, maxReceives }: Tries): RelayError | undefined {
  if (!isRedelivered || tries <= maxReceives) return undefined;
  return new RelayError({
    code: 'FunctionDied',
    message: `${source} was handed out ${tries} times, and no receiver has said what became of it: the function died at it (look for REPORT lines with a status in its log group), or was throttled, or the queue refused the message that was sent anew (look there for that). It may have been written.`,
    retryable: false,
    operation: 'relay',
    source,
  });
}

/**
 * Decides on each delivery by itself: a permanent failure of one does not end the attempts of another. Those that are repeated come
 * back together, when no write of theirs can take effect any more. Pure.
 * @param random from 0 to 1
 */
export function verdictOn(
  failed: readonly Failed[],
  { retryDelaySeconds, random, ...tries }: Tries & { retryDelaySeconds: number; random: number },
): Verdict {
  const final = failed.filter(({ failure, quietSeconds }) => isFinal(failure, quietSeconds, tries));
  const rest = failed.filter((each) => !final.includes(each) || mayLandLater(each, tries));
  if (rest.length === 0) return { final };
  const tried = rest.filter(({ failure }) => !isNotBegun(failure));
  const passing = tried.filter(({ failure }) => failure.code !== 'WriteUnanswered');
  const waits = rest.map(({ failure }) => failure.retryAfterSeconds ?? 0);
  // Of deliveries that were not begun, the one that is ready first brings them all back.
  const pause = passing.length > 0 ? delaySeconds(retryDelaySeconds, tries.tries, random) : 0;
  const untriedPause = tried.length > 0 ? 0 : spread(Math.min(...waits), random);
  const deliveries = rest.flatMap(({ delivery }) => delivery ?? []);
  return {
    final,
    again: {
      failure: (passing[0] ?? tried[0] ?? rest.toSorted(sooner)[0]!).failure,
      deliveries: deliveries.length === rest.length ? deliveries : undefined,
      isTry: tried.length > 0,
      isUncertain: rest.some(({ isUncertain }) => isUncertain),
      isSuperseded: rest.some(({ failure }) => failure.code === 'Superseded'),
      afterSeconds: Math.max(pause, untriedPause, ...rest.map(({ quietSeconds }) => quietSeconds)),
    },
  };
}

/** Account B is told, but a write may still land on what is uploaded and delivered meanwhile. Then account B is told anew. */
function mayLandLater({ failure, quietSeconds }: Failed, { tries, maxReceives }: Tries): boolean {
  return failure.code === 'Superseded' && quietSeconds > 0 && tries <= maxReceives;
}

function sooner(one: Failed, other: Failed): number {
  return (one.failure.retryAfterSeconds ?? 0) - (other.failure.retryAfterSeconds ?? 0);
}
