/** Decides what becomes of a message: it is done, it is requeued, or it goes to the dead-letter queue. Pure. */
import { isNoTry, RelayError } from '../core/errors.ts';
import { delaySeconds } from '../core/retry-delay.ts';
import { spread } from '../messages/requeue.ts';

/** What a message asks for and what has not come to its end. */
export interface Failed {
  failure: RelayError;
  /** Which of the message's requests; none where the message as a whole can't be read. */
  request?: number;
  /** The delivery, by its name; none where it didn't come to any. */
  delivery?: string;
  /** For how long a write of it may still take effect. */
  quietSeconds: number;
  /** Whether something may have been written that none has put right since. */
  isUncertain: boolean;
}

export interface Tries {
  /** This one included. */
  tries: number;
  maxReceives: number;
  /** Whether what was no try may go on waiting. */
  mayWait: boolean;
}

/** What becomes of a message: what can't be helped is set aside, and the rest is asked for by a message sent anew. */
export interface Verdict {
  final: Failed[];
  again?: Again;
}

export interface Again {
  /** The one to tell of. */
  failure: RelayError;
  /** All that the message asks for, where there is none. */
  deliveries: string[] | undefined;
  /** Whether it counts as a try. */
  isTry: boolean;
  isUncertain: boolean;
  afterSeconds: number;
}

/**
 * Whether no other try is made. A delivery that may yet be overtaken by an earlier write gets one try more, since it is a
 * delivery. What no try can help ends when all that was sent for it has had its time: it may have landed on a newer object by then.
 * What account B is to put right is told at once, since no later try knows as much. Pure.
 * @param quietSeconds for how long a write may still take effect
 */
export function isFinal(failure: RelayError, quietSeconds: number, { tries, maxReceives, mayWait }: Tries): boolean {
  if (!failure.retryable) return quietSeconds === 0 || tries > maxReceives || failure.code === 'Superseded';
  if (isNoTry(failure) && mayWait) return false;
  return tries >= maxReceives + (failure.code === 'WriteUnanswered' ? 1 : 0);
}

/**
 * What becomes of a message whose receivers died, one after the other: another one would die as well, and nobody would record a reason.
 * @returns RelayError `FunctionDied`; undefined while it has tries left, or came back otherwise. Pure.
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
 * Decides on each delivery by itself: one that fails for good doesn't keep another from its tries. They come back together,
 * not before any write of theirs has had its time. Pure.
 * @param random from 0 to 1
 */
export function verdictOn(
  failed: readonly Failed[],
  { retryDelaySeconds, random, ...tries }: Tries & { retryDelaySeconds: number; random: number },
): Verdict {
  const final = failed.filter(({ failure, quietSeconds }) => isFinal(failure, quietSeconds, tries));
  const rest = failed.filter((each) => !final.includes(each) || mayLandLater(each, tries));
  if (rest.length === 0) return { final };
  const tried = rest.filter(({ failure }) => !isNoTry(failure));
  const passing = tried.filter(({ failure }) => failure.code !== 'WriteUnanswered');
  const waits = rest.map(({ failure }) => failure.retryAfterSeconds ?? 0);
  // Of what has not been tried, the first that is ready brings them all back.
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
      afterSeconds: Math.max(pause, untriedPause, ...rest.map(({ quietSeconds }) => quietSeconds)),
    },
  };
}

/** Account B is told, but what was sent may yet land on what is uploaded and delivered meanwhile. */
function mayLandLater({ failure, quietSeconds }: Failed, { tries, maxReceives }: Tries): boolean {
  return failure.code === 'Superseded' && quietSeconds > 0 && tries <= maxReceives;
}

function sooner(one: Failed, other: Failed): number {
  return (one.failure.retryAfterSeconds ?? 0) - (other.failure.retryAfterSeconds ?? 0);
}
