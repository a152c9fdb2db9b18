import { expect, test } from 'vitest';
import { describe as describeError, keyIn } from '../../../../functions/failures/facts.ts';

const KEY = 'arn:aws:kms:us-east-1:222222222222:key/1-2';

test.each([
  ['AccessDenied', 403, 'Access Denied', '403 AccessDenied: Access Denied'],
  ['NotFound', 404, 'NotFound', '404 NotFound'],
  ['Error', undefined, 'read ECONNRESET', 'Error: read ECONNRESET'],
])('%s %s %s in one line', (name, status, message, line) => {
  expect(describeError({ name, status, message })).toBe(line);
});

test.each([
  [`kms:Decrypt on resource: ${KEY} because no …`, 'configured', KEY],
  ['Access Denied', 'configured', 'configured'],
  ['Access Denied', undefined, "the ARN of the bucket's KMS key"],
])('the key in "%s", with %s in the configuration: %s', (message, configured, key) => {
  expect(keyIn({ name: 'AccessDenied', status: 403, message }, configured)).toBe(key);
});
