/**
 * The failure table: what each error means. The relay acts by it, the check explains with it, and docs/runbook.md prints it. The code
 * of an answer decides; the status decides where the code is in no row.
 */
import { ANYWHERE } from './anywhere.ts';
import { AT_DESTINATION } from './at-destination.ts';
import { AT_SOURCE } from './at-source.ts';
import type { Failure } from './failure.ts';
import { OF_SESSIONS } from './of-sessions.ts';

export const FAILURES: readonly Failure[] = [...ANYWHERE, ...AT_SOURCE, ...AT_DESTINATION, ...OF_SESSIONS];

/** The row of every other error: broken sockets, answers that can't be read. A needless retry loses nothing. */
export const TRANSIENT: Failure = {
  side: 'either',
  when: 'connection reset, stalled or cut short; anything unnamed',
  code: 'TransferFailed',
  retryable: true,
  advice: 'It will be tried again.',
};
