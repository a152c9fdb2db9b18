import type { S3Client } from '@aws-sdk/client-s3';

/** Whoever reads what a route takes. */
export interface Reader {
  s3: S3Client;
  /** The account that must own the bucket; S3 refuses the read otherwise. */
  owner: string;
  /** Whether it may ask for a version by its id: what a customer grants is the present object. */
  readsVersions: boolean;
}
