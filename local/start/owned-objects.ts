/** Lists a bucket with the owner of each object. */
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { decodeKey } from '../../functions/request/encoded-key.ts';

export interface OwnedObject {
  key: string;
  sizeBytes: number;
  /** ISO 8601. */
  lastModified: string;
  /** The canonical user id of the account that owns it. */
  ownerId: string;
  /** Another one once the object is overwritten. */
  state: string;
}

/** All objects of a bucket, or those below a prefix, with their owners, as the bucket's own account sees them. */
export async function* listOwned(s3: S3Client, Bucket: string, Prefix = ''): AsyncGenerator<OwnedObject> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix,
        FetchOwner: true,
        // XML has no control characters.
        EncodingType: 'url',
        ...(token ? { ContinuationToken: token } : {}),
      }),
    );
    for (const { Key, Size, LastModified, Owner, ETag } of page.Contents ?? []) {
      const lastModified = LastModified!.toISOString();
      yield {
        key: decodeKey(Key!),
        sizeBytes: Size!,
        lastModified,
        ownerId: Owner?.ID ?? '',
        state: `${ETag} ${lastModified}`,
      };
    }
    token = page.NextContinuationToken;
  } while (token);
}
