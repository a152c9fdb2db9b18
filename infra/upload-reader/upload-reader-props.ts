/** What an UploadReader may be told. */
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { RelaySideProps } from '../granted/relay-side.ts';

/** Properties of an UploadReader. */
export interface UploadReaderProps extends RelaySideProps {
  /** The bucket that is read: a bucket of this app, or an existing one by `Bucket.fromBucketName`. Nothing about it is changed. */
  readonly bucket: IBucket;

  /**
   * The role may list and read what lies under it and nothing else: the filter's prefix of the route, as account A has it. Empty is the
   * whole bucket.
   *
   * @default ''
   */
  readonly prefix?: string;

  /**
   * The customer managed key that the bucket is encrypted with.
   *
   * @default - that of `bucket`, if it has one
   */
  readonly encryptionKey?: IKey;

  /**
   * Whether the role may read tags of objects: for a route with `copyTags`.
   *
   * @default false
   */
  readonly copyTags?: boolean;

  /**
   * Whether replay and reconciliation list the bucket as well, in a role of their own.
   *
   * @default true
   */
  readonly replay?: boolean;

  /**
   * The name of replay's role in account A. A relay of another name than `upload-relay` has `<name>-replay-<region>`.
   *
   * @default 'upload-relay-replay'
   */
  readonly replayRoleName?: string;

  /**
   * The name of the role: account A derives the ARN from it.
   *
   * @default 'upload-relay-reader'
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
