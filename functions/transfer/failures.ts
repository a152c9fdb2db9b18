import { RelayError } from '../errors.ts';
import type { Destination, SourceObject } from '../source-object.ts';
import { FAILURES, type Failure, PASSING } from './failure-table.ts';

/** Reads from the source bucket: what the error means, and whether waiting helps. */
export function sourceFailure(error: unknown, operation: string, source: SourceObject): RelayError {
  return classify(error, 'source', { operation, source: `${source}` });
}

/** Writes to the destination bucket. */
export function destinationFailure(
  error: unknown,
  operation: string,
  source: SourceObject,
  destination: Destination,
): RelayError {
  return classify(error, 'destination', { operation, source: `${source}`, destination: `${destination}` });
}

/** The row of the table that an error falls under. */
export function failureRow(error: unknown, side: Failure['side']): Failure {
  const met = facts(error);
  const row = FAILURES.find((each) => !each.isRest && isOn(each, side) && fits(each, met));
  if (row) return row;
  const isClientError = met.status !== undefined && met.status >= 400 && met.status < 500;
  return (isClientError && FAILURES.find((each) => each.isRest && isOn(each, side))) || PASSING;
}

function isOn(row: Failure, side: Failure['side']): boolean {
  return row.side === side || row.side === 'either';
}

/** The status speaks too, since an answer to HEAD has no body and so no code. */
function fits({ names, statuses, words }: Failure, { name, status, message }: ErrorFacts): boolean {
  const hasCode = names?.includes(name) || (status !== undefined && statuses?.includes(status));
  return hasCode === true && (words === undefined || words.test(message));
}

function classify(
  error: unknown,
  side: 'source' | 'destination',
  where: { operation: string; source: string; destination?: string },
): RelayError {
  if (error instanceof RelayError) return error;
  const { code, retryable, advice } = failureRow(error, side);
  const { name, status, message } = facts(error);
  const answer = [status, `${name}: ${message}`].filter((part) => part !== undefined).join(' ');
  return new RelayError({
    code,
    retryable,
    message: `${where.operation} on ${where.destination ?? where.source} failed (${answer}). ${advice}`,
    ...where,
    cause: error,
  });
}

interface ErrorFacts {
  name: string;
  status: number | undefined;
  message: string;
}

/** The SDK's errors carry the service's code as `name` and the HTTP status in `$metadata`; socket errors have neither. */
function facts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: 'Error', status: undefined, message: String(error) };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, status: $metadata?.httpStatusCode, message: error.message };
}
