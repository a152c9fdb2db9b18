/** Tells of an error of DynamoDB, SQS, Lambda or the report's bucket what it means for a replay. */
import { RelayError, type RelayErrorCode } from '../core/errors.ts';
import { bareCode, CUT_SHORT, EXPIRED, THROTTLED } from './codes.ts';

/** Client errors that are transient. */
const TRANSIENT_CODES = [...THROTTLED, ...CUT_SHORT, ...EXPIRED];

/**
 * A client error is permanent unless its code is one of the transient ones; every other error is transient.
 * @param permanent what to do about a permanent one
 */
export function serviceFailure(
  code: RelayErrorCode,
  operation: string,
  on: string,
  error: unknown,
  permanent = 'Is the source stack deployed as a whole?',
): RelayError {
  const { name, message, $fault } = error as Error & { $fault?: 'client' | 'server' };
  const retryable = $fault !== 'client' || TRANSIENT_CODES.includes(bareCode(name));
  const advice = retryable ? 'It is tried again.' : permanent;
  return new RelayError({
    code,
    message: `${operation} on ${on} failed (${name}: ${message}). ${advice}`,
    retryable,
    operation,
    cause: error,
  });
}
