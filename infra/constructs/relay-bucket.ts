/** A bucket that one of the stacks creates. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeFinding } from './nag-suppressions.ts';

export interface RelayBucketProps {
  bucketName: string;
  versioned: boolean;
  /** After so many days what an interrupted upload has left behind is removed. */
  incompleteUploadDays: number;
  /** Without it S3 encrypts with its own keys. */
  kmsKeyArn?: string | undefined;
  /** Old versions of what lies under it are removed after a day. */
  shortLivedPrefix?: string | undefined;
  /** What lies under the prefix is removed after so many days. */
  expiring?: { prefix: string; days: number };
  /** Instead of keeping it. */
  removalPolicy?: RemovalPolicy | undefined;
}

/**
 * Its account owns all objects. It is closed to the public, encrypted, reached by TLS only, and kept when the stack is deleted. A
 * lifecycle rule removes the parts of interrupted uploads, since nobody else may abort them.
 */
export class RelayBucket extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    {
      bucketName,
      versioned,
      incompleteUploadDays,
      kmsKeyArn,
      shortLivedPrefix,
      expiring,
      removalPolicy,
    }: RelayBucketProps,
  ) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName,
      versioned,
      ...this.#encryption(kmsKeyArn),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        { id: 'remove-incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(incompleteUploadDays) },
        ...this.#oldVersions(shortLivedPrefix),
        ...(expiring
          ? [{ id: 'remove-leftovers', prefix: expiring.prefix, expiration: Duration.days(expiring.days) }]
          : []),
      ],
    });
    acknowledgeFinding(
      this.bucket,
      'S1',
      'Access logs come hours late and not for certain, and need a bucket that outlives this one. Who wrote what stands in the ledger; for the rest an account has CloudTrail, or turns logging on for this bucket.',
    );
  }

  #oldVersions(prefix: string | undefined): LifecycleRule[] {
    if (prefix === undefined) return [];
    return [{ id: 'remove-old-canaries', prefix, noncurrentVersionExpiration: Duration.days(1) }];
  }

  #encryption(kmsKeyArn: string | undefined): Pick<BucketProps, 'encryption' | 'encryptionKey' | 'bucketKeyEnabled'> {
    if (kmsKeyArn === undefined) return { encryption: BucketEncryption.S3_MANAGED };
    const encryptionKey = Key.fromKeyArn(this, 'Key', kmsKeyArn);
    return { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true };
  }
}
