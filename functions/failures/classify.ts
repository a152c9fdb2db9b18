/** Finds the row of the failure table for an error, and makes a RelayError of it. */
import { RelayError } from '../core/errors.ts';
import type { Destination, SourceObject } from '../core/source-object.ts';
import { bareCode } from './codes.ts';
import { describe, type ErrorFacts, factsOf, refusedService } from './facts.ts';
import type { Failure, Side } from './failure.ts';
import { FAILURES, TRANSIENT } from './table.ts';

/** For reads of the source bucket. */
export function sourceFailure(error: unknown, operation: string, source: SourceObject): RelayError {
  return classify(error, 'source', { operation, source: `${source}` });
}

/** For writes to the destination bucket. */
export function destinationFailure(
  error: unknown,
  operation: string,
  source: SourceObject,
  destination: Destination,
): RelayError {
  return classify(error, 'destination', { operation, source: `${source}`, destination: `${destination}` });
}

/** For sessions of the roles that a route acts as. */
export function sessionFailure(error: unknown, routeName: string, roleArn: string): RelayError {
  return classify(error, 'session', { operation: 'AssumeRole' }, `${roleArn}, for route "${routeName}",`);
}

export function failureRow(error: unknown, side: Side): Failure {
  return rowOf(factsOf(error), side);
}

/**
 * The code decides. A code of KMS that is in no row means the same as without `KMS.`. The status decides only where no row has the
 * code.
 */
export function rowOf(met: ErrorFacts, side: Side): Failure {
  const rows = FAILURES.filter((row) => row.side === side || row.side === 'either');
  const code = bareCode(met.name);
  return (
    rows.find((row) => hasCode(row, code, met)) ??
    rows.find((row) => hasCode(row, code.replace(/^KMS\./, ''), met)) ??
    rows.find(({ statuses }) => met.status !== undefined && statuses?.includes(met.status)) ??
    rows.find(({ isRest }) => isRest && met.status !== undefined && met.status >= 400 && met.status < 500) ??
    TRANSIENT
  );
}

function hasCode({ codes, refusedAction }: Failure, code: string, met: ErrorFacts): boolean {
  return codes?.includes(code) === true && (refusedAction === undefined || refusedAction === refusedService(met));
}

function classify(
  error: unknown,
  side: Side,
  where: { operation: string; source?: string; destination?: string },
  subject = where.destination ?? where.source,
): RelayError {
  if (error instanceof RelayError) return error;
  const met = factsOf(error);
  const { code, retryable, advice } = rowOf(met, side);
  const place = code === 'WrongRegion' && met.region !== undefined ? ` The bucket is in ${met.region}.` : '';
  const message = `${where.operation} on ${subject} failed (${describe(met)}).${place} ${advice}`;
  return new RelayError({ code, retryable, message, ...where, cause: error });
}
