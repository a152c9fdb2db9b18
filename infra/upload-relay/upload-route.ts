/** One way of uploads: where they come from, where they go, and the role that may write there. */
import { type NotificationKeyFilter, StorageClass } from 'aws-cdk-lib/aws-s3';
import { DEFAULT_READER_ROLE, DEFAULT_WRITER_ROLE } from '../names.ts';
import { CHECKED_LATER, type Kinds, OBJECT, refuseWrongKinds } from '../prop-kinds.ts';

/** Properties of a route. Account, region, bucket, key and external id may be tokens. */
export interface UploadRouteProps {
  /** The name of the route, which stands in receipts and session names: up to 40 letters, digits and hyphens. */
  readonly name: string;
  /** Account B, where the objects go: 12 digits. */
  readonly account: string;
  /**
   * The region of the destination bucket.
   * @default - the region of the relay
   */
  readonly region?: string;
  /** The name of the destination bucket. */
  readonly bucket: string;
  /**
   * Put before the key of each object as it is, so it usually ends with `/`.
   * @default - none
   */
  readonly prefix?: string;
  /** What both sides know: 2 to 1,224 characters. It is no secret, but each pair of accounts agrees on its own. */
  readonly externalId: string;
  /**
   * The name of the role in account B that the relay writes with.
   * @default 'upload-relay-writer'
   */
  readonly writerRoleName?: string;
  /**
   * The path of that role in IAM.
   * @default '/'
   */
  readonly writerRolePath?: string;
  /**
   * Which keys the route takes: both must match, letter by letter.
   * @default - all keys
   */
  readonly filter?: NotificationKeyFilter;
  /**
   * The ARN of the customer managed key that the destination bucket encrypts with.
   * @default - S3's own keys
   */
  readonly kmsKeyArn?: string;
  /**
   * Whether each write names its encryption, for a bucket whose policy demands the header.
   * @default false
   */
  readonly sendEncryption?: boolean;
  /**
   * The storage class of the delivered objects: one for all; `copy`, that of the source object; or one for each class of the source, of
   * which those that aren't named are copied.
   * @default - the bucket's
   */
  readonly storageClass?: StorageClass | 'copy' | Readonly<Record<string, StorageClass>>;
  /**
   * Whether object tags are copied. Both sides get the permissions for it.
   * @default false
   */
  readonly copyTags?: boolean;
  /**
   * Whether a key that is taken at the destination is never overwritten.
   * @default false
   */
  readonly createOnly?: boolean;
  /**
   * Whether objects that no checksum proves are refused.
   * @default false
   */
  readonly requireProof?: boolean;
}

/** A bucket of another account that a route reads, through a role of that account. */
export interface PulledBucket {
  /** The account of the bucket: 12 digits. */
  readonly account: string;
  /**
   * The region of the bucket.
   * @default - the region of the relay
   */
  readonly region?: string;
  /** The name of the bucket. It exists already, and nothing about it is changed. */
  readonly bucket: string;
  /** What both sides know: 2 to 1,224 characters, as for a writer role. */
  readonly externalId: string;
  /**
   * The name of the role in the bucket's account that the relay reads with.
   * @default 'upload-relay-reader'
   */
  readonly readerRoleName?: string;
  /**
   * The path of that role in IAM.
   * @default '/'
   */
  readonly readerRolePath?: string;
  /**
   * The ARN of the customer managed key that the bucket encrypts with.
   * @default - S3's own keys
   */
  readonly kmsKeyArn?: string;
}

/** Properties of a route that reads another account's bucket. */
export interface PullRouteProps extends UploadRouteProps {
  /** The bucket that the route reads instead of the relay's own. Its events don't reach the relay: it is pulled by schedule or by hand. */
  readonly from: PulledBucket;
}

const ROUTE: Kinds<UploadRouteProps> = {
  name: CHECKED_LATER,
  account: CHECKED_LATER,
  region: CHECKED_LATER,
  bucket: CHECKED_LATER,
  prefix: CHECKED_LATER,
  externalId: CHECKED_LATER,
  writerRoleName: CHECKED_LATER,
  writerRolePath: CHECKED_LATER,
  filter: CHECKED_LATER,
  kmsKeyArn: CHECKED_LATER,
  sendEncryption: CHECKED_LATER,
  storageClass: { is: (value) => value !== null, what: 'a StorageClass, "copy", or one for each class' },
  copyTags: CHECKED_LATER,
  createOnly: CHECKED_LATER,
  requireProof: CHECKED_LATER,
};

/** A route of an UploadRelay. */
export class UploadRoute {
  /**
   * A route that takes uploads of the relay's own bucket to a bucket of another account.
   * @param props what goes where
   */
  static to(props: UploadRouteProps): UploadRoute {
    refuseWrongKinds('UploadRoute.to', ROUTE, props);
    return new UploadRoute(props, undefined);
  }

  /**
   * A route that reads another account's bucket.
   * @param props what goes where, and from where
   */
  static pull(props: PullRouteProps): UploadRoute {
    const from: unknown = props?.from ?? null;
    refuseWrongKinds('UploadRoute.pull', { ...ROUTE, from: OBJECT }, { ...props, from });
    return new UploadRoute(props, props.from);
  }

  /** The name of the route. */
  readonly name: string;
  readonly #props: UploadRouteProps;
  readonly #from: PulledBucket | undefined;

  private constructor(props: UploadRouteProps, from: PulledBucket | undefined) {
    this.name = props.name;
    this.#props = props;
    this.#from = from;
  }

  /**
   * As the configuration has it; unchecked.
   * @internal
   */
  _context(relayRegion: string): object {
    const { account, region = relayRegion, bucket, prefix, kmsKeyArn, sendEncryption } = this.#props;
    const { name, externalId, writerRoleName = DEFAULT_WRITER_ROLE, writerRolePath, filter } = this.#props;
    const { storageClass, copyTags, createOnly, requireProof } = this.#props;
    return {
      name,
      filter,
      pull: this.#from && { region: relayRegion, readerRoleName: DEFAULT_READER_ROLE, ...this.#from },
      // Whoever makes the bucket, it isn't the relay.
      destination: { account, region, bucket, existingBucket: true, prefix, kmsKeyArn, sendEncryption },
      writerRoleName,
      writerRolePath,
      externalId,
      storageClass: classOf(storageClass),
      copyTags,
      createOnly,
      requireProof,
    };
  }
}

function classOf(rule: UploadRouteProps['storageClass']): unknown {
  if (rule === undefined || typeof rule === 'string') return rule;
  if (rule instanceof StorageClass) return rule.value;
  return Object.fromEntries(Object.entries(rule).map(([from, { value }]) => [from, value]));
}
