import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { Check } from '../../../../functions/check/context.ts';
import { wrongChecksumIsRefused } from '../../../../functions/check/writes.ts';
import { aRoute } from '../../../support/relay.ts';

/** A destination that answers every write in the same way. */
function answering(status: number, name?: string): Check {
  const send = async () => {
    if (name === undefined) return {};
    throw new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: status } });
  };
  return { id: 'id', clients: { confined: () => ({ send }) as unknown as S3Client } } as unknown as Check;
}

test.each<[string, number, string | undefined, string]>([
  ['refused for its checksum', 400, 'BadDigest', 'ok'],
  ['stored', 200, undefined, 'failed'],
  ['refused by somebody who is not S3', 400, 'XBroken', 'failed'],
  ['refused for want of rights', 403, 'AccessDenied', 'skipped'],
  ['refused since the key is disabled', 400, 'KMS.DisabledException', 'skipped'],
  ['refused since the bucket is gone', 404, 'NoSuchBucket', 'skipped'],
  ['refused since S3 is busy', 503, 'SlowDown', 'skipped'],
])('a wrong checksum that is %s', async (_, status, name, expected) => {
  const finding = await wrongChecksumIsRefused(answering(status, name), aRoute());
  expect(finding.status).toBe(expected);
});
