/** How far objects are that the relay sends in parts, as their destination's account sees it. */
import { ListMultipartUploadsCommand, ListPartsCommand, type MultipartUpload, type S3Client } from '@aws-sdk/client-s3';
import { decodeKey } from '../../functions/request/encoded-key.ts';
import { type Delivery, destinationsOf, type Owners } from './delivery.ts';

/** Bytes of finished parts. An object that was begun more than once counts with its furthest upload. */
export async function bytesOfParts(owners: Owners, pending: readonly Delivery[]): Promise<number> {
  let bytes = 0;
  for (const { bucket, account } of destinationsOf(pending)) {
    const s3 = owners.get(account)!;
    const ofBucket = pending.filter(({ route }) => route.destination.bucket === bucket);
    const keys = new Set(ofBucket.map(({ destinationKey }) => destinationKey));
    const furthest = new Map<string, number>();
    for await (const { Key, UploadId } of uploadsIn(s3, bucket)) {
      const key = decodeKey(Key!);
      if (!keys.has(key)) continue;
      const upload = await bytesOf(s3, { Bucket: bucket, Key: key, UploadId });
      furthest.set(key, Math.max(upload, furthest.get(key) ?? 0));
    }
    for (const each of furthest.values()) bytes += each;
  }
  return bytes;
}

async function* uploadsIn(s3: S3Client, bucket: string): AsyncGenerator<MultipartUpload> {
  let after: { KeyMarker?: string; UploadIdMarker?: string } = {};
  for (;;) {
    const command = new ListMultipartUploadsCommand({ Bucket: bucket, EncodingType: 'url', ...after });
    const { Uploads = [], IsTruncated, NextKeyMarker, NextUploadIdMarker } = await s3.send(command);
    yield* Uploads;
    if (!IsTruncated) return;
    after = { KeyMarker: decodeKey(NextKeyMarker!), UploadIdMarker: NextUploadIdMarker! };
  }
}

async function bytesOf(
  s3: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
): Promise<number> {
  let bytes = 0;
  let after: { PartNumberMarker?: string } = {};
  try {
    // The SDK's own paginator goes on for ever: S3 names a next part behind the last page, too.
    for (;;) {
      const page = await s3.send(new ListPartsCommand({ ...upload, ...after }));
      for (const { Size = 0 } of page.Parts ?? []) bytes += Size;
      if (!page.IsTruncated) return bytes;
      after = { PartNumberMarker: page.NextPartNumberMarker! };
    }
  } catch (error) {
    // It has been completed meanwhile.
    if ((error as Error).name === 'NoSuchUpload') return bytes;
    throw error;
  }
}
