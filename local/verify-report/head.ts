/** Looks at each object of a report with HeadObject. */
import { ChecksumType, HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { pMapIterable } from 'p-map';
import { printable } from '../../cli/terminal/printable.ts';
import { UserError } from '../../cli/terminal/user-error.ts';
import { MAX_KEY_BYTES } from '../../functions/core/route.ts';
import { type ChecksumAlgorithm, checksumValue } from '../../functions/transfer/checksum.ts';
import type { Found } from './compare.ts';
import { reasonOf } from './place.ts';
import type { ReportLine } from './report.ts';

export interface Looked {
  line: ReportLine;
  found: Found | undefined;
}

/**
 * In the order of the lines.
 * @param account that must own the bucket: a report can't have another bucket looked at in its place
 */
export function lookWithHead(
  s3: S3Client,
  lines: AsyncIterable<ReportLine>,
  { account, concurrency }: { account: string; concurrency: number },
): AsyncIterable<Looked> {
  return pMapIterable(lines, async (line) => ({ line, found: await head(s3, line, account) }), { concurrency });
}

/** @throws UserError when the answer is neither an object nor none */
async function head(s3: S3Client, line: ReportLine, account: string): Promise<Found | undefined> {
  const place = { Bucket: line['destinationBucket']!, Key: line['destinationKey']! };
  // The relay could not write it either, and S3 answers no question about it.
  if (Buffer.byteLength(place.Key) > MAX_KEY_BYTES) return undefined;
  const command = new HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED', ExpectedBucketOwner: account });
  try {
    return foundOf(await s3.send(command));
  } catch (error) {
    const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name: string };
    if ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket') return undefined;
    const advice =
      $metadata?.httpStatusCode === 403
        ? ` The profile needs s3:GetObject and s3:ListBucket, and kms:Decrypt for objects under a customer managed key; account ${account} must own the bucket.`
        : '';
    const where = printable(`s3://${place.Bucket}/${place.Key}`);
    throw new UserError(`HeadObject on ${where} failed (${reasonOf(error)}).${advice}`);
  }
}

function foundOf(answer: HeadObjectCommandOutput): Found {
  const { ContentLength, ETag, VersionId, ChecksumType: type } = answer;
  return {
    sizeBytes: ContentLength!,
    eTag: ETag!.replaceAll('"', ''),
    versionId: VersionId,
    // A checksum of parts' checksums is another value.
    checksum: (algorithm) =>
      type === ChecksumType.COMPOSITE || algorithm === 'MD5'
        ? undefined
        : checksumValue(answer, algorithm as ChecksumAlgorithm),
  };
}
