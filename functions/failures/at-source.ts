/** Rows of the failure table about reads of the source. */
import * as codes from './codes.ts';
import type { Failure } from './failure.ts';

export const AT_SOURCE: readonly Failure[] = [
  {
    side: 'source',
    when: 'archived (GLACIER, DEEP_ARCHIVE)',
    codes: codes.ARCHIVED,
    code: 'SourceArchived',
    retryable: false,
    advice: 'The object is archived: restore it first, then relay it again.',
  },
  {
    side: 'source',
    when: 'refused the KMS key',
    codes: codes.DENIED,
    refusedAction: 'kms',
    code: 'SourceKeyDenied',
    retryable: false,
    advice:
      "Whoever reads needs kms:Decrypt on the object's key: set source.kmsKeyArn, or pull.kmsKeyArn of a route that pulls, and let the key's policy allow it.",
  },
  {
    side: 'source',
    when: 'the KMS key cannot be used (KMS.DisabledException, KMS.NotFoundException)',
    codes: codes.KEY_UNUSABLE,
    code: 'SourceKeyDenied',
    retryable: false,
    advice:
      "The key that the object is encrypted with is disabled, waits for its deletion, is gone or isn't for this use: the key's owner must enable it or cancel the deletion.",
  },
  {
    side: 'source',
    when: 'the bucket is in another region (301)',
    codes: codes.OTHER_REGION,
    statuses: [301],
    code: 'WrongRegion',
    retryable: false,
    advice: 'Correct source.region, or pull.region of a route that pulls, in cdk.json and deploy the source stack.',
  },
  {
    side: 'source',
    when: 'there is no such bucket (NoSuchBucket)',
    codes: codes.NO_BUCKET,
    code: 'BucketMissing',
    retryable: false,
    advice:
      "The relay's own bucket: deploy the source stack, or correct source.bucket in cdk.json. Another account's: its owner must make it, or correct pull.bucket of the route.",
  },
  {
    side: 'source',
    when: 'refused the read (403)',
    codes: codes.DENIED,
    statuses: [401, 403],
    code: 'SourceDenied',
    retryable: false,
    advice:
      "The relay's role, or the reader role of a route that pulls, may not read it or use its KMS key, or the bucket belongs to another account than configured.",
  },
  {
    side: 'source',
    when: 'gone (NoSuchKey)',
    codes: codes.GONE,
    statuses: [404, 410],
    code: 'SourceMissing',
    retryable: false,
    advice: 'There is no such object; was it deleted before its turn (deletes do not travel), or is the key mistyped?',
  },
  {
    side: 'source',
    when: 'overwritten in mid-copy (412)',
    codes: codes.CHANGED,
    statuses: [412, 416],
    code: 'SourceChanged',
    retryable: true,
    advice: 'It was overwritten while it was read; the newer one is begun afresh.',
  },
  {
    side: 'source',
    when: 'the key is longer than S3 takes (KeyTooLongError)',
    codes: codes.KEY_TOO_LONG,
    code: 'KeyTooLong',
    retryable: false,
    advice: 'A key has 1,024 bytes at most, so there is no such object; is the key mistyped?',
  },
  {
    side: 'source',
    when: 'a request that does not fit the object (InvalidRequest), such as one with a customer-provided key (SSE-C)',
    codes: codes.INVALID_REQUEST,
    code: 'SourceUnreadable',
    retryable: false,
    advice:
      'S3 refused the read, and its words say why; if they are about encryption, the object has a customer-provided key (SSE-C) and cannot be relayed.',
  },
  {
    side: 'source',
    when: 'S3 does not take the request: InvalidArgument, InvalidURI, MethodNotAllowed, …',
    codes: codes.REFUSED,
    code: 'SourceUnreadable',
    retryable: false,
    advice: 'S3 refused the read as such; its words say why.',
  },
  {
    side: 'source',
    when: 'an answer to another request than the relay makes (BucketNotEmpty, …)',
    codes: [
      ...codes.OF_OTHER_REQUESTS,
      ...codes.WRONG_BYTES,
      ...codes.UPLOAD_GONE,
      ...codes.KEY_CHANGED,
      ...codes.SESSION_POLICY,
      ...codes.INVALID_VALUE,
      ...codes.MALFORMED,
    ],
    code: 'SourceUnreadable',
    retryable: false,
    advice: 'S3 does not answer a read so: something stands between the relay and S3.',
  },
  {
    side: 'source',
    when: 'any other client error, such as a bare 400',
    isRest: true,
    code: 'SourceUnreadable',
    retryable: false,
    advice:
      'S3 refused the read; its words, if it gave any, say why. It answers 400 without a word for an object with a customer-provided key (SSE-C), which cannot be relayed.',
  },
];
