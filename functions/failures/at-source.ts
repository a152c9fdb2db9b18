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
    advice: 'Deploy the source stack, or correct source.bucket, or pull.bucket of a route that pulls, in cdk.json.',
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
    advice:
      'There is no such key: it was deleted before it could be relayed (deletes do not travel), or it never existed.',
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
    when: 'S3 refuses the request, such as InvalidRequest for a customer-provided key (SSE-C)',
    codes: [...codes.REFUSED, ...codes.WRONG_BYTES, ...codes.UPLOAD_GONE],
    code: 'SourceUnreadable',
    retryable: false,
    advice: 'S3 refused the read; an object with a customer-provided key (SSE-C) cannot be relayed.',
  },
  {
    side: 'source',
    when: 'an answer to another request than the relay makes (BucketNotEmpty, …)',
    codes: [...codes.OF_OTHER_REQUESTS, ...codes.KEY_CHANGED, ...codes.SESSION_POLICY, ...codes.MALFORMED],
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
    advice: 'S3 refused the read; an object with a customer-provided key (SSE-C) cannot be relayed.',
  },
];
