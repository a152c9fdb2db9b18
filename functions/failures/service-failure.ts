import { RelayError, type RelayErrorCode } from '../core/errors.ts';

const PASSING = /Throttl|TooMany|LimitExceeded|ProvisionedThroughput|RequestTimeout|ExpiredToken/;

/** What an AWS service answered, and whether it may pass: what it calls the client's fault won't, unless there was too much of it. */
export function serviceFailure(code: RelayErrorCode, operation: string, on: string, error: unknown): RelayError {
  const { name, message, $fault } = error as Error & { $fault?: 'client' | 'server' };
  const retryable = $fault !== 'client' || PASSING.test(name);
  const advice = retryable ? 'It is tried again.' : 'Is the source stack deployed as a whole?';
  return new RelayError({
    code,
    message: `${operation} on ${on} failed (${name}: ${message}). ${advice}`,
    retryable,
    operation,
    cause: error,
  });
}
