/** What a row of the failure table says. */
import type { RelayErrorCode } from '../core/errors.ts';

/** `session`: a session of a role that a route acts as. */
export type Side = 'source' | 'destination' | 'session';

/** What an error of S3, STS, KMS or the network means for the object. */
export interface Failure {
  side: Side | 'either';
  /** The row's name, also in docs/runbook.md. */
  when: string;
  /** Error codes as `bareCode` makes them. An answer with one of them belongs to this row, whatever its status. */
  codes?: readonly string[];
  /** The row also needs a refused action of this service. S3 answers `AccessDenied` for its own actions and for those of KMS. */
  refusedAction?: 'kms';
  /** For answers whose code is in no row, and for answers to HEAD, which have no code. */
  statuses?: readonly number[];
  /** The row of all client errors (4xx) of its side that no other row names. */
  isRest?: true;
  code: RelayErrorCode;
  /** Whether it is retried, at once and then by the queue. Otherwise it is recorded and sent to the dead-letter queue at once. */
  retryable: boolean;
  /** What happened or what to do next. */
  advice: string;
}
