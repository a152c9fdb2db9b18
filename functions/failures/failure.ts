import type { RelayErrorCode } from '../core/errors.ts';

/** `session`: of a role that a route acts as. */
export type Side = 'source' | 'destination' | 'session';

/** What an error of S3, STS, KMS or the network says about the object's prospects. */
export interface Failure {
  side: Side | 'either';
  /** For people, and the row's name in docs/runbook.md. */
  when: string;
  /** Error codes as `bareCode` writes them. An answer that has one of these is under this row, whatever its status. */
  codes?: readonly string[];
  /** Besides: the service whose action AWS names as the refused one. S3 says `AccessDenied` for its own and for those of KMS. */
  refusedAction?: 'kms';
  /** For answers whose code is in no row, such as those to HEAD, which have none. */
  statuses?: readonly number[];
  /** Stands for all client errors (4xx) of its side that no other row names. */
  isRest?: true;
  code: RelayErrorCode;
  /** Retried in place, then by the queue; otherwise recorded with its reason and sent to the dead-letter queue at once. */
  retryable: boolean;
  /** What happened or what to do next. */
  advice: string;
}

/** What nobody has a name for: sockets that break, answers that can't be read. Retrying loses nothing, dropping might. */
export const PASSING: Failure = {
  side: 'either',
  when: 'connection reset, stalled or cut short; anything unnamed',
  code: 'TransferFailed',
  retryable: true,
  advice: 'It will be tried again.',
};
