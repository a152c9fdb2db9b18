/** A client that reads the objects of a route. */
import type { S3Client } from '@aws-sdk/client-s3';

export interface Reader {
  s3: S3Client;
  /** The account that must own the bucket; S3 refuses the read otherwise. */
  owner: string;
  /** Whether it may ask for a version by its id. A customer grants the present objects only. */
  readsVersions: boolean;
}
