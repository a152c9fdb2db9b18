import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { RelayError } from '../../../../functions/core/errors.ts';
import { Destination, SourceObject } from '../../../../functions/core/source-object.ts';
import {
  destinationFailure,
  failureRow,
  sessionFailure,
  sourceFailure,
} from '../../../../functions/failures/classify.ts';
import { TRANSIENT } from '../../../../functions/failures/table.ts';

const SOURCE = new SourceObject('source', 'key');
const DESTINATION = new Destination('destination', 'in/key', '222222222222');

/** As the SDK makes them: the service's code as name, the status in the metadata; socket errors have no status. */
const answer = (name: string, status?: number, message = 'words') =>
  Object.assign(new Error(message), { name, ...(status ? { $metadata: { httpStatusCode: status } } : {}) });

const USER = 'User: arn:aws:sts::222222222222:assumed-role/writer/kms is not authorized to perform:';
const KEY = 'arn:aws:kms:us-east-1:222222222222:key/1-2';
/** A key that reads like a refusal. */
const LURE = 'kms:Decrypt" is not authorized to perform: kms:Decrypt on resource: "';

describe('reading the source', () => {
  test.each([
    ['NotFound', 404, 'words', 'SourceMissing', false],
    ['NoSuchKey', 404, 'words', 'SourceMissing', false],
    ['AccessDenied', 403, 'words', 'SourceDenied', false],
    ['AccessDenied', 403, 'is not authorized to perform: kms:Decrypt on resource', 'SourceKeyDenied', false],
    ['AccessDenied', 403, `${USER} s3:GetObject on resource: "arn:aws:s3:::b/${LURE}"`, 'SourceDenied', false],
    ['Unknown', 403, 'UnknownError', 'SourceDenied', false],
    ['Unknown', 400, 'UnknownError', 'SourceUnreadable', false],
    ['InvalidRequest', 400, 'a form of Server Side Encryption', 'SourceUnreadable', false],
    ['KMS.NotFoundException', 400, 'Invalid keyId', 'SourceKeyDenied', false],
    ['NoSuchBucket', 404, 'words', 'BucketMissing', false],
    ['NoSuchVersion', 404, 'words', 'SourceMissing', false],
    ['InvalidRange', 416, 'words', 'SourceChanged', true],
    ['RequestTimeTooSkewed', 403, 'words', 'ClockSkewed', true],
    ['SignatureDoesNotMatch', 403, 'words', 'SignatureRefused', true],
    ['InvalidAccessKeyId', 403, 'words', 'SessionExpired', true],
    ['PermanentRedirect', 301, 'words', 'WrongRegion', false],
    ['InvalidToken', 400, 'words', 'RegionNotEnabled', false],
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
    ['AccessDenied', 403, `${USER} kms:GenerateDataKey on resource: ${KEY} because …`, 'DestinationKeyDenied', false],
    [
      'AccessDenied',
      403,
      `${USER} s3:PutObject on resource: "arn:aws:s3:::b/kms-rotation.pdf"`,
      'DestinationDenied',
      false,
    ],
    ['AccessDenied', 403, `${USER} s3:PutObject on resource: "arn:aws:s3:::b/${LURE}"`, 'DestinationDenied', false],
    ['KMS.NotFoundException', 400, 'Invalid keyId', 'DestinationKeyDenied', false],
    ['KMS.DisabledException', 400, 'is disabled.', 'DestinationKeyDenied', false],
    ['KMS.KMSInvalidStateException', 400, 'is pending deletion.', 'DestinationKeyDenied', false],
    ['KMSInvalidState', 400, 'is pending deletion.', 'DestinationKeyDenied', false],
    ['KMS.AccessDeniedException', 400, 'words', 'DestinationKeyDenied', false],
    ['KMS.KeyUnavailableException', 400, 'words', 'TransferFailed', true],
    ['KMS.ThrottlingException', 400, 'Rate exceeded', 'Throttled', true],
    ['RequestTimeTooSkewed', 403, 'words', 'ClockSkewed', true],
    ['SignatureDoesNotMatch', 403, 'words', 'SignatureRefused', true],
    ['InvalidAccessKeyId', 403, 'words', 'SessionExpired', true],
    ['InvalidToken', 400, 'words', 'RegionNotEnabled', false],
    ['AccountProblem', 403, 'words', 'AccountSuspended', false],
    ['PermanentRedirect', 301, 'words', 'WrongRegion', false],
    ['Unknown', 301, 'UnknownError', 'WrongRegion', false],
    ['AuthorizationHeaderMalformed', 400, 'words', 'WrongRegion', false],
    ['TemporaryRedirect', 307, 'words', 'TransferFailed', true],
    ['NotImplemented', 501, 'words', 'DestinationRefused', false],
    // An error in the body of a 200, as the SDK has it.
    ['PreconditionFailed', 503, 'words', 'AlreadyThere', false],
    ['InternalError', 503, 'words', 'TransferFailed', true],
    ['NobodyKnowsIt', 400, 'kms words', 'DestinationRefused', false],
    ['NobodyKnowsIt', 403, 'kms words', 'DestinationDenied', false],
    ['PreconditionFailed', 412, 'words', 'AlreadyThere', false],
    ['BadDigest', 400, 'words', 'ChecksumRefused', true],
    ['ExpiredToken', 400, 'words', 'SessionExpired', true],
    ['NoSuchUpload', 404, 'words', 'UploadGone', true],
    ['NoSuchBucket', 404, 'words', 'BucketMissing', false],
    ['EntityTooLarge', 400, 'words', 'DestinationRefused', false],
    ['MetadataTooLarge', 400, 'words', 'DestinationRefused', false],
    ['InvalidTag', 400, 'words', 'DestinationRefused', false],
    ['InvalidPart', 400, 'words', 'UploadGone', true],
    ['RequestTimeout', 400, 'words', 'TransferFailed', true],
    ['IncompleteBody', 400, 'words', 'TransferFailed', true],
    ['OperationAborted', 409, 'words', 'TransferFailed', true],
    ['ConditionalRequestConflict', 409, 'words', 'UploadGone', true],
    ['Unknown', 409, 'words', 'TransferFailed', true],
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

test('what is no Error at all may pass', () => expect(failureRow('text', 'source')).toBe(TRANSIENT));

describe('becoming a role', () => {
  test.each([
    ['AccessDenied', 403, 'AssumeRoleDenied', false],
    ['Throttling', 400, 'Throttled', true],
    ['ThrottlingException', 400, 'Throttled', true],
    ['MalformedPolicyDocumentException', 400, 'SessionRefused', false],
    ['PackedPolicyTooLargeException', 400, 'SessionRefused', false],
    ['ValidationError', 400, 'SessionRefused', false],
    ['ExpiredTokenException', 403, 'SessionExpired', true],
    ['InvalidClientTokenId', 403, 'SessionExpired', true],
    ['SignatureDoesNotMatch', 403, 'SignatureRefused', true],
    ['RequestExpired', 400, 'ClockSkewed', true],
    ['RegionDisabledException', 403, 'RegionNotEnabled', false],
    ['ServiceUnavailable', 503, 'Throttled', true],
    ['InternalFailure', 500, 'TransferFailed', true],
    ['TypeError', undefined, 'TransferFailed', true],
  ] as const)('%s %s → %s', (name, status, code, retryable) => {
    const failure = sessionFailure(answer(name, status), 'main', 'arn:aws:iam::222222222222:role/writer');
    expect(failure).toMatchObject({ code, retryable, operation: 'AssumeRole' });
    expect(failure.message).toContain('AssumeRole on arn:aws:iam::222222222222:role/writer, for route "main", failed');
  });
});

test.each([
  ['by a header of the answer', { $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } } }],
  ['by an element of the answer', { Region: 'eu-west-1' }],
])('the region to set is named where S3 names it: %s', (_, details) => {
  const error = Object.assign(answer('PermanentRedirect', 301), details);
  const { message } = destinationFailure(error, 'PutObject', SOURCE, DESTINATION);
  expect(message).toContain('The bucket is in eu-west-1. Correct destination.region of the route');
  expect(sourceFailure(error, 'GetObject', SOURCE).message).toContain(
    'The bucket is in eu-west-1. Correct source.region',
  );
});

describe('an answer that no one can read says nothing by its status: the next one may be whole', () => {
  const damaged = '<Error><Code>NoSuchUpload</Code><Message>gone</Massage></Error>';
  const statuses = [301, 400, 403, 404, 412];

  test.each(statuses)('%i', async (statusCode) => {
    const requestHandler = {
      handle: async () => ({ response: { statusCode, headers: {}, body: Readable.from([Buffer.from(damaged)]) } }),
    };
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const s3 = new S3Client({ region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 });
    const error = await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })).catch((caught: unknown) => caught);
    expect(sourceFailure(error, 'GetObject', SOURCE)).toMatchObject({ code: 'TransferFailed', retryable: true });
    const failure = destinationFailure(error, 'UploadPart', SOURCE, DESTINATION);
    expect(failure).toMatchObject({ code: 'TransferFailed', retryable: true });
  });
});
