/** Rows of the failure table about writes to the destination. */
import * as codes from './codes.ts';
import type { Failure } from './failure.ts';

export const AT_DESTINATION: readonly Failure[] = [
  {
    side: 'destination',
    when: 'checksum does not match (BadDigest)',
    codes: codes.WRONG_BYTES,
    code: 'ChecksumRefused',
    retryable: true,
    advice: 'The bytes that arrived do not have the checksum of the source object; nothing was stored.',
  },
  {
    side: 'destination',
    when: 'the upload or one of its parts has gone (NoSuchUpload, InvalidPart)',
    codes: codes.UPLOAD_GONE,
    code: 'UploadGone',
    retryable: true,
    advice: 'The upload was removed, or a part of it replaced, while it ran; it is begun afresh.',
  },
  {
    side: 'destination',
    when: 'the key was written or deleted during a create-only write (409, ConditionalRequestConflict)',
    codes: codes.KEY_CHANGED,
    code: 'UploadGone',
    retryable: true,
    advice: 'S3 takes such a write only anew, with all of its parts; it is begun afresh.',
  },
  {
    // Not a failure of the delivery: the receipt says that the key was taken. docs/decisions/0016 has the reasons.
    side: 'destination',
    when: 'the key is taken, on a create-only route (412)',
    codes: codes.CHANGED,
    statuses: [412],
    code: 'AlreadyThere',
    retryable: false,
    advice: 'The route is create-only: what is there stays.',
  },
  {
    side: 'destination',
    when: 'refused the KMS key',
    codes: codes.DENIED,
    refusedAction: 'kms',
    code: 'DestinationKeyDenied',
    retryable: false,
    advice:
      "Account B must allow kms:GenerateDataKey and kms:Decrypt on the bucket's key, in the key's policy and in the writer role: set destination.kmsKeyArn on both sides.",
  },
  {
    side: 'destination',
    when: 'the KMS key cannot be used (KMS.DisabledException, KMS.NotFoundException)',
    codes: codes.KEY_UNUSABLE,
    code: 'DestinationKeyDenied',
    retryable: false,
    advice:
      "The bucket's KMS key is disabled, waits for its deletion, is gone or isn't for this use: account B must enable it, or give the bucket another key.",
  },
  {
    side: 'destination',
    when: 'the bucket is in another region (301)',
    codes: codes.OTHER_REGION,
    statuses: [301],
    code: 'WrongRegion',
    retryable: false,
    advice: 'Correct destination.region of the route in cdk.json on both sides and deploy the source stack.',
  },
  {
    side: 'destination',
    when: 'there is no such bucket (NoSuchBucket)',
    codes: codes.NO_BUCKET,
    code: 'BucketMissing',
    retryable: false,
    advice: 'Deploy the destination stack, or correct destination.bucket of the route in cdk.json on both sides.',
  },
  {
    side: 'destination',
    when: 'refused the write (403)',
    codes: codes.DENIED,
    statuses: [401, 403],
    code: 'DestinationDenied',
    retryable: false,
    advice: 'Account B must own the bucket and allow s3:PutObject on it and the prefix in the writer role.',
  },
  {
    side: 'destination',
    when: 'S3 does not take the object: EntityTooLarge, MetadataTooLarge, InvalidTag, …',
    codes: [...codes.REFUSED, ...codes.ARCHIVED, ...codes.GONE],
    code: 'DestinationRefused',
    retryable: false,
    advice: 'The destination bucket does not take this object.',
  },
  {
    side: 'destination',
    when: 'an answer to another request than the relay makes (BucketNotEmpty, …)',
    codes: [...codes.OF_OTHER_REQUESTS, ...codes.SESSION_POLICY, ...codes.MALFORMED],
    code: 'DestinationRefused',
    retryable: false,
    advice: 'S3 does not answer a write so: something stands between the relay and S3.',
  },
  {
    side: 'destination',
    when: 'any other client error',
    isRest: true,
    code: 'DestinationRefused',
    retryable: false,
    advice: 'The destination bucket does not take this object.',
  },
];
