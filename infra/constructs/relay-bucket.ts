/** A bucket that one of the stacks creates. */
import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  CfnBucket,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeFinding } from './nag-suppressions.ts';

export interface RelayBucketProps {
  /** Without it CloudFormation makes a name. */
  bucketName?: string | undefined;
  versioned: boolean;
  /** After so many days what an interrupted upload has left behind is removed. */
  incompleteUploadDays: number;
  /** Without it S3 encrypts with its own keys. */
  kmsKeyArn?: string | undefined;
  /** The same key, where it is an object of the CDK. */
  encryptionKey?: IKey | undefined;
  /** Without it the bucket is kept. */
  removalPolicy?: RemovalPolicy | undefined;
  /** Old versions of what lies under it are removed after a day. */
  shortLivedPrefix?: string | undefined;
  /** What lies under the prefix is removed after so many days. */
  expiring?: { prefix: string; days: number };
}

/**
 * Its account owns all objects. It is closed to the public, encrypted, reached by TLS only, and kept when the stack is deleted unless it is
 * told otherwise. A lifecycle rule removes the parts of interrupted uploads, since nobody else may abort them.
 */
export class RelayBucket extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    { kmsKeyArn, encryptionKey, shortLivedPrefix, expiring, removalPolicy, ...props }: RelayBucketProps,
  ) {
    super(scope, id);
    const { bucketName, versioned, incompleteUploadDays } = props;
    const key = kmsKeyArn === undefined ? encryptionKey : Key.fromKeyArn(this, 'Key', kmsKeyArn);
    this.bucket = new Bucket(this, 'Bucket', {
      ...(bucketName !== undefined && { bucketName }),
      versioned,
      ...this.#encryption(key),
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

  #encryption(key: IKey | undefined): Pick<BucketProps, 'encryption' | 'encryptionKey' | 'bucketKeyEnabled'> {
    if (key === undefined) return { encryption: BucketEncryption.S3_MANAGED };
    return { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true };
  }
}

/** A name that is known, in the place of a reference: policies then depend on no bucket, and no stack on another. */
export function literalName(bucket: IBucket): string {
  const own = bucket.node.defaultChild;
  const name = own instanceof CfnBucket ? own.bucketName : undefined;
  return name === undefined || Token.isUnresolved(name) ? bucket.bucketName : name;
}
