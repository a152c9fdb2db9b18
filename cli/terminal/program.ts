/** How a program of this project runs and ends: its exit codes, and what a mistake or a failure looks like. */
import { nearest } from '../../functions/core/nearest.ts';
import { endingSignal } from './ending.ts';
import { printable } from './printable.ts';
import { Failure, UserError } from './user-error.ts';

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** All went well, but some of what was named was left out. */
export const EXIT_SKIPPED = 3;

const FULL = 'The disk is full: free some space, or set TMPDIR to a folder where there is some.';

/** A mistake of the user is a sentence and exit code 2, and a failure one and exit code 1; any other error comes with its stack. */
export function endWith(work: Promise<number | undefined>): void {
  void work.then((exitCode) => end(exitCode ?? 0), fail);
}

function fail(thrown: unknown): void {
  const error = isFullDisk(thrown) ? new UserError(FULL) : thrown;
  const isMistake = error instanceof UserError;
  const isTold = isMistake || error instanceof Failure;
  // A sentence may repeat what was typed, or what AWS answered: anybody's text.
  const told = isTold ? error.message.split('\n').map(printable).join('\n') : ((error as Error).stack ?? error);
  process.stderr.write(`${told}\n`);
  end(isMistake ? EXIT_USAGE : EXIT_FAILED);
}

/** Wherever it was noticed, perhaps in a child process. */
function isFullDisk(error: unknown): boolean {
  return /\b(ENOSPC|EDQUOT|no space left on device|disk quota exceeded)\b/.test((error as Error).message);
}

/** Once everything is written. Left to itself, Node may close what is still open for ever: it was seen to spin in its own clean-up. */
function end(exitCode: number): void {
  if (endingSignal.aborted) return;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

/** A question to add to a refusal; nothing where no candidate is near. */
export function didYouMean(given: string, candidates: readonly string[]): string {
  const meant = nearest(given, candidates);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}
