import type { RelayErrorCode } from '../core/errors.ts';
import { rowOf } from '../failures/classify.ts';
import { type ErrorFacts, factsOf } from '../failures/facts.ts';

export type { ErrorFacts };

/** What came of a request that may well be refused. */
export type Attempt<Answer = unknown> = { kind: 'done'; answer: Answer } | { kind: 'failed'; error: ErrorFacts };

export async function attempt<Answer>(request: Promise<Answer>): Promise<Attempt<Answer>> {
  try {
    return { kind: 'done', answer: await request };
  } catch (error) {
    return { kind: 'failed', error: factsOf(error) };
  }
}

export function describe({ name, status, message }: ErrorFacts): string {
  return [status, name === message ? name : `${name}: ${message}`].filter((part) => part !== undefined).join(' ');
}

const DENIALS: readonly RelayErrorCode[] = ['DestinationDenied', 'DestinationKeyDenied'];

/** Whether somebody's policy refused it. Not every 403 is about rights: the clock and the signature are answered so as well. */
export function isRefusal(error: ErrorFacts): boolean {
  return (error.status === 401 || error.status === 403) && DENIALS.includes(rowOf(error, 'destination').code);
}

const BEFORE_RIGHTS: readonly RelayErrorCode[] = [
  'BucketMissing',
  'WrongRegion',
  'RegionNotEnabled',
  'AccountSuspended',
  'ClockSkewed',
  'SignatureRefused',
  'SessionExpired',
  'Throttled',
];

/** Whether AWS answered before it looked at anybody's rights, or not at all: it tells nothing about them. */
export function isUndecided(error: ErrorFacts): boolean {
  const { status } = error;
  return status === undefined || status >= 500 || BEFORE_RIGHTS.includes(rowOf(error, 'destination').code);
}
