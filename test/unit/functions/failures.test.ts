import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RelayError } from '../../../functions/errors.ts';
import { Destination, SourceObject } from '../../../functions/source-object.ts';
import { FAILURES, PASSING } from '../../../functions/transfer/failure-table.ts';
import { destinationFailure, failureRow, sourceFailure } from '../../../functions/transfer/failures.ts';

const SOURCE = new SourceObject('source', 'key');
const DESTINATION = new Destination('destination', 'in/key', '222222222222');

/** As the SDK makes them: the service's code as name, the status in the metadata; socket errors have no status. */
const answer = (name: string, status?: number, message = 'words') =>
  Object.assign(new Error(message), { name, ...(status ? { $metadata: { httpStatusCode: status } } : {}) });

describe('reading the source', () => {
  test.each([
    ['NotFound', 404, 'words', 'SourceMissing', false],
    ['NoSuchKey', 404, 'words', 'SourceMissing', false],
    ['AccessDenied', 403, 'words', 'SourceDenied', false],
    ['AccessDenied', 403, 'is not authorized to perform: kms:Decrypt on resource', 'SourceKeyDenied', false],
    ['KMS.DisabledException', 400, 'The KMS key is disabled', 'SourceKeyDenied', false],
    ['InvalidObjectState', 403, 'words', 'SourceArchived', false],
    ['BadRequest', 400, 'words', 'SourceUnreadable', false],
    ['PreconditionFailed', 412, 'words', 'SourceChanged', true],
    ['SlowDown', 503, 'words', 'Throttled', true],
    ['ServiceUnavailable', 503, 'words', 'Throttled', true],
    ['InternalError', 500, 'words', 'TransferFailed', true],
    ['ExpiredToken', 400, 'words', 'SessionExpired', true],
    ['AbortError', undefined, 'words', 'OutOfTime', true],
    ['Error', undefined, 'read ECONNRESET', 'TransferFailed', true],
    ['TimeoutError', undefined, 'words', 'TransferFailed', true],
  ] as const)('%s %s (%s) → %s', (name, status, message, code, retryable) => {
    expect(sourceFailure(answer(name, status, message), 'GetObject', SOURCE)).toMatchObject({ code, retryable });
  });
});

describe('writing the destination', () => {
  test.each([
    ['AccessDenied', 403, 'words', 'DestinationDenied', false],
    [
      'AccessDenied',
      403,
      'because no resource-based policy allows the kms:GenerateDataKey action',
      'DestinationKeyDenied',
      false,
    ],
    ['PreconditionFailed', 412, 'words', 'AlreadyThere', false],
    ['BadDigest', 400, 'words', 'ChecksumRefused', true],
    ['ExpiredToken', 400, 'words', 'SessionExpired', true],
    ['NoSuchUpload', 404, 'words', 'UploadGone', true],
    ['NoSuchBucket', 404, 'words', 'DestinationRefused', false],
    ['EntityTooLarge', 400, 'words', 'DestinationRefused', false],
    ['MetadataTooLarge', 400, 'words', 'DestinationRefused', false],
    ['InvalidTag', 400, 'words', 'DestinationRefused', false],
    ['InvalidPart', 400, 'words', 'DestinationRefused', false],
    ['RequestTimeout', 400, 'words', 'TransferFailed', true],
    ['IncompleteBody', 400, 'words', 'TransferFailed', true],
    ['OperationAborted', 409, 'words', 'TransferFailed', true],
    ['ConditionalRequestConflict', 409, 'words', 'TransferFailed', true],
    ['SlowDown', 503, 'words', 'Throttled', true],
    ['InternalError', 500, 'words', 'TransferFailed', true],
    ['Error', undefined, 'write EPIPE', 'TransferFailed', true],
  ] as const)('%s %s (%s) → %s', (name, status, message, code, retryable) => {
    const failure = destinationFailure(answer(name, status, message), 'UploadPart', SOURCE, DESTINATION);
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.message).toContain('UploadPart on s3://destination/in/key failed');
  });
});

test('an error that was told apart already stays what it is', () => {
  const known = new RelayError({ code: 'BadEvent', message: 'x', retryable: false });
  expect(sourceFailure(known, 'GetObject', SOURCE)).toBe(known);
});

test('what is no Error at all may pass', () => expect(failureRow('text', 'source')).toBe(PASSING));

test('each row of the table stands in the runbook, with its code', () => {
  const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  for (const { side, when, code, retryable } of [...FAILURES, PASSING]) {
    const givenUp = code === 'AlreadyThere' ? 'recorded' : 'dead-letter queue';
    expect(runbook).toContain(`| ${side} | ${when} | \`${code}\` | ${retryable ? 'retried' : givenUp} |`);
  }
});
