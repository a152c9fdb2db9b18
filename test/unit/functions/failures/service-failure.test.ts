import { expect, test } from 'vitest';
import { serviceFailure } from '../../../../functions/failures/service-failure.ts';

test.each([
  ['ThrottlingException', 'client', true],
  ['RequestThrottled', 'client', true],
  ['TooManyRequestsException', 'client', true],
  ['EC2ThrottledException', 'client', true],
  ['RequestLimitExceeded', 'client', true],
  ['LimitExceededException', 'client', true],
  ['ProvisionedThroughputExceededException', 'client', true],
  ['RequestTimeout', 'client', true],
  ['ExpiredTokenException', 'client', true],
  ['InternalServerError', 'server', true],
  ['Error', undefined, true],
  ['AccessDeniedException', 'client', false],
  ['ResourceNotFoundException', 'client', false],
  ['QueueDoesNotExist', 'client', false],
] as const)('%s, the fault of the %s: retryable is %s', (name, $fault, retryable) => {
  const failure = serviceFailure(
    'QueueUnavailable',
    'Send',
    'queue',
    Object.assign(new Error('words'), { name, $fault }),
  );
  expect(failure).toMatchObject({ code: 'QueueUnavailable', operation: 'Send', retryable });
  expect(failure.message).toContain(`Send on queue failed (${name}: words).`);
});
