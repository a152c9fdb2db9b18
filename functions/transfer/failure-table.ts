import type { RelayErrorCode } from '../errors.ts';

/** What an error of S3, STS, KMS or the network says about the object's prospects. */
export interface Failure {
  side: 'source' | 'destination' | 'either';
  /** For people, and the row's name in docs/runbook.md. */
  when: string;
  /** Error codes, as S3 sends them and the SDK has them as `name`; either one of these or one of `statuses` must be met. */
  names?: readonly string[];
  statuses?: readonly number[];
  /** In the message, besides. */
  words?: RegExp;
  /** Stands for all client errors (4xx) of its side that no other row names. */
  isRest?: true;
  code: RelayErrorCode;
  /** Retried in place, then by the queue; otherwise recorded with its reason and sent to the dead-letter queue at once. */
  retryable: boolean;
  /** What happened or what to do next. */
  advice: string;
}

/** What nobody has a name for: sockets that break, answers that can't be read. Retrying loses nothing, dropping might. */
export const PASSING: Failure = {
  side: 'either',
  when: 'connection reset, stalled or cut short; anything unnamed',
  code: 'TransferFailed',
  retryable: true,
  advice: 'It will be tried again.',
};

/** The first row that fits decides, so narrow ones come first. */
export const FAILURES: readonly Failure[] = [
  {
    side: 'either',
    when: 'the invocation runs out of time',
    names: ['AbortError'],
    code: 'OutOfTime',
    retryable: true,
    advice: 'The invocation ran out of time; it goes back to the queue.',
  },
  {
    side: 'either',
    when: 'session expired in mid-transfer',
    names: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'],
    code: 'SessionExpired',
    retryable: true,
    advice: 'A new session is asked for.',
  },
  {
    side: 'either',
    when: 'throttled (SlowDown, 429, 503)',
    statuses: [429, 503],
    names: [
      'SlowDown',
      'ServiceUnavailable',
      'ThrottlingException',
      'Throttling',
      'TooManyRequestsException',
      'RequestLimitExceeded',
    ],
    code: 'Throttled',
    retryable: true,
    advice: 'It will be tried again, later each time.',
  },
  {
    side: 'either',
    when: 'timed out or in conflict (408, 409)',
    statuses: [408, 409],
    code: 'TransferFailed',
    retryable: true,
    advice: 'It will be tried again.',
  },
  {
    side: 'either',
    when: 'stalled or cut-short body, as S3 saw it',
    names: ['RequestTimeout', 'IncompleteBody'],
    code: 'TransferFailed',
    retryable: true,
    advice: 'It will be tried again.',
  },
  {
    side: 'source',
    when: 'archived (GLACIER, DEEP_ARCHIVE)',
    names: ['InvalidObjectState'],
    code: 'SourceArchived',
    retryable: false,
    advice: 'The object is archived: restore it first, then relay it again.',
  },
  {
    side: 'source',
    when: 'refused the KMS key',
    statuses: [400, 403],
    words: /kms/i,
    code: 'SourceKeyDenied',
    retryable: false,
    advice:
      "Whoever reads needs kms:Decrypt on the object's key: set source.kmsKeyArn, or pull.kmsKeyArn of a route that pulls, and let the key's policy allow it.",
  },
  {
    side: 'source',
    when: 'refused the read (403)',
    statuses: [403],
    code: 'SourceDenied',
    retryable: false,
    advice:
      "The relay's role, or the reader role of a route that pulls, may not read it or use its KMS key, or the bucket belongs to another account than configured.",
  },
  {
    side: 'source',
    when: 'gone (NoSuchKey)',
    statuses: [404],
    code: 'SourceMissing',
    retryable: false,
    advice: 'It was deleted before it could be relayed; deletes do not travel.',
  },
  {
    side: 'source',
    when: 'overwritten in mid-copy (412)',
    statuses: [412],
    code: 'SourceChanged',
    retryable: true,
    advice: 'It was overwritten while it was read; the newer one is begun afresh.',
  },
  {
    side: 'source',
    when: 'any other client error, such as 400 for a customer-provided key (SSE-C)',
    isRest: true,
    code: 'SourceUnreadable',
    retryable: false,
    advice: 'S3 refused the read; an object with a customer-provided key (SSE-C) cannot be relayed.',
  },
  {
    side: 'destination',
    when: 'checksum does not match (BadDigest)',
    names: ['BadDigest', 'XAmzContentSHA256Mismatch'],
    code: 'ChecksumRefused',
    retryable: true,
    advice: 'The bytes that arrived do not have the checksum of the source object; nothing was stored.',
  },
  {
    side: 'destination',
    when: 'the upload has gone (NoSuchUpload)',
    names: ['NoSuchUpload'],
    code: 'UploadGone',
    retryable: true,
    advice: 'The upload was removed while it ran; it is begun afresh.',
  },
  {
    // No failure where it comes from: it ends in a receipt that says so. docs/decisions/0017 has the reasons.
    side: 'destination',
    when: 'the key is taken, on a create-only route (412)',
    statuses: [412],
    code: 'AlreadyThere',
    retryable: false,
    advice: 'The route is create-only: what is there stays.',
  },
  {
    side: 'destination',
    when: 'refused the KMS key',
    statuses: [400, 403],
    words: /kms/i,
    code: 'DestinationKeyDenied',
    retryable: false,
    advice:
      "Account B must allow kms:GenerateDataKey and kms:Decrypt on the bucket's key, in the key's policy and in the writer role: set destination.kmsKeyArn on both sides.",
  },
  {
    side: 'destination',
    when: 'refused the write (403)',
    statuses: [403],
    code: 'DestinationDenied',
    retryable: false,
    advice: 'Account B must own the bucket and allow s3:PutObject on it and the prefix in the writer role.',
  },
  {
    side: 'destination',
    when: 'any other client error: EntityTooLarge, MetadataTooLarge, InvalidTag, NoSuchBucket, …',
    isRest: true,
    code: 'DestinationRefused',
    retryable: false,
    advice: 'The destination bucket does not take this object.',
  },
];
