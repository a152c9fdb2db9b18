/** What an UploadDestination may be told. */
import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { RelaySideProps } from '../granted/relay-side.ts';

/** Properties of an UploadDestination. */
export interface UploadDestinationProps extends RelaySideProps {
  /**
   * The bucket where the objects go: a bucket of this app, or an existing one by `Bucket.fromBucketName`. It should belong to this account
   * and have ACLs turned off.
   *
   * @default - a new bucket: owned by this account, closed to the public, encrypted, reached by TLS only
   */
  readonly bucket?: IBucket;

  /**
   * The name of the new bucket. The relay must know it, so choose one, or tell account A what CloudFormation has chosen.
   *
   * @default - CloudFormation makes a name
   */
  readonly bucketName?: string;

  /**
   * Whether the new bucket keeps versions.
   *
   * @default true
   */
  readonly versioned?: boolean;

  /**
   * After what time the new bucket removes the parts of an interrupted upload, which the writer role itself may not abort: whole days, 7 or
   * more, since a large object may take as long.
   *
   * @default Duration.days(7)
   */
  readonly removeIncompleteUploadsAfter?: Duration;

  /**
   * What becomes of the new bucket when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The role may put objects under it and nowhere else: the prefix of the route, as account A has it. Empty is the whole bucket.
   *
   * @default ''
   */
  readonly prefix?: string;

  /**
   * The customer managed key that the bucket encrypts with. A new bucket is set so; for another one it says what is so already.
   *
   * @default - that of `bucket`, if it has one; a new bucket is encrypted by S3's own keys
   */
  readonly encryptionKey?: IKey;

  /**
   * Whether the bucket's policy refuses each write of the role that might overwrite: for a route with `createOnly`.
   *
   * @default false
   */
  readonly createOnly?: boolean;

  /**
   * Whether the role may set tags of objects: for a route with `copyTags`.
   *
   * @default false
   */
  readonly copyTags?: boolean;

  /**
   * The name of the role: account A derives the ARN from it. Several destinations in one account need a name each.
   *
   * @default 'upload-relay-writer'
   */
  readonly roleName?: string;

  /**
   * The IAM path of the role; account A names it as well.
   *
   * @default '/'
   */
  readonly rolePath?: string;

  /**
   * The permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundary?: IManagedPolicy;

  /**
   * What account A calls the route. It stands in the role's description.
   *
   * @default - the description names no route
   */
  readonly routeName?: string;
}
