/** Account B's side of a route, as a construct: the bucket, and the role that the relay writes with. */
import type { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { destinationArn, type Written, writeStatements } from '../../functions/aws/policies.ts';
import { bucket as bucketName } from '../config/fields.ts';
import { literalName, RelayBucket } from '../constructs/relay-bucket.ts';
import { type Checked, refused, saidBy } from '../granted/checked-props.ts';
import { addGrantedRole, grantedOf, requireGranted } from '../granted/granted-role.ts';
import { PREFIX_PATTERN } from '../granted/patterns.ts';
import { relayRoleArnOf, requireRelaySide, SIDE_KINDS } from '../granted/relay-side.ts';
import { DEFAULT_WRITER_ROLE } from '../names.ts';
import { CHECKED_LATER, DURATION, type Kinds, refuseWrongKinds, YES_OR_NO } from '../prop-kinds.ts';
import { neverOverwrite } from './never-overwrite.ts';
import type { UploadDestinationProps } from './upload-destination-props.ts';

/** As long as relay-large may take for an object: the parts that it has uploaded must still exist. */
export const INCOMPLETE_UPLOAD_DAYS = 7;
/** What only a new bucket can have. */
const OF_NEW_BUCKET = ['bucketName', 'versioned', 'removeIncompleteUploadsAfter', 'removalPolicy'] as const;

const KINDS: Kinds<UploadDestinationProps> = {
  ...SIDE_KINDS,
  bucketName: CHECKED_LATER,
  versioned: YES_OR_NO,
  removeIncompleteUploadsAfter: {
    is: (value) => DURATION.is(value) && Number.isInteger((value as Duration).toDays({ integral: false })),
    what: 'a Duration of whole days',
  },
  removalPolicy: CHECKED_LATER,
  createOnly: YES_OR_NO,
};

/**
 * Account B's side: a bucket, new or given, and a role that the relay of account A may assume to put objects there. It is all that account
 * B grants.
 */
export class UploadDestination extends Construct {
  /** What a `CfnParameter` needs as its `allowedPattern` for its value to be the `prefix`. */
  static readonly PREFIX_PATTERN = PREFIX_PATTERN;

  /** Where the objects go. */
  readonly bucket: IBucket;
  /** What the relay assumes: it may put objects under the prefix, and nothing else. */
  readonly writerRole: Role;
  /** The ARN of the writer role. */
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: UploadDestinationProps) {
    super(scope, id);
    const checked = { construct: this, kind: 'UploadDestination' };
    refuseWrongKinds(saidBy(checked), KINDS, props);
    requireRelaySide(checked, props);
    requireDestination(checked, props);
    this.bucket = props.bucket ?? this.#newBucket(props);
    const granted = grantedOf(this, props, this.bucket, DEFAULT_WRITER_ROLE);
    const { region, prefix, kmsKeyArn } = granted;
    const written: Written = {
      writerRoleArn: granted.roleArn,
      copyTags: granted.copyTags,
      destination: { bucket: props.bucketName ?? literalName(this.bucket), region, prefix, kmsKeyArn },
    };
    this.writerRole = addGrantedRole(this, props, {
      defaultName: DEFAULT_WRITER_ROLE,
      does: 'puts objects',
      trusted: [relayRoleArnOf(this, props)],
      policy: 'write',
      statements: writeStatements(written),
      wide: {
        resource: `${destinationArn(written)}/${prefix}*`,
        reason: 'Keys are not known beforehand: these are what the route delivers.',
      },
    });
    this.roleArn = this.writerRole.roleArn;
    if (props.createOnly) this.#neverOverwrite(checked, written);
  }

  #newBucket(props: UploadDestinationProps): IBucket {
    const { bucketName: name, versioned = true, removeIncompleteUploadsAfter, removalPolicy, encryptionKey } = props;
    return new RelayBucket(this, 'Uploads', {
      bucketName: name,
      versioned,
      incompleteUploadDays: removeIncompleteUploadsAfter?.toDays() ?? INCOMPLETE_UPLOAD_DAYS,
      encryptionKey,
      removalPolicy,
    }).bucket as IBucket;
  }

  #neverOverwrite(checked: Checked, written: Written): void {
    if (this.bucket.addToResourcePolicy(neverOverwrite(written)).statementAdded) return;
    const why =
      "the bucket is not of this app, so its policy can't be added to; add the statement yourself, and leave the prop out";
    throw refused(checked, 'createOnly', true, why);
  }
}

/** @throws Error that names the prop */
function requireDestination(checked: Checked, props: UploadDestinationProps): void {
  const { removeIncompleteUploadsAfter: after } = props;
  requireGranted(checked, props, { bucketName: bucketName.optional() });
  const idle = OF_NEW_BUCKET.find((prop) => props[prop] !== undefined);
  if (props.bucket !== undefined && idle !== undefined) {
    throw refused(checked, idle, String(props[idle]), 'it is for a new bucket, and "bucket" names one; remove either');
  }
  if (after !== undefined && after.toDays({ integral: false }) < INCOMPLETE_UPLOAD_DAYS) {
    const why = `a large object may take ${INCOMPLETE_UPLOAD_DAYS} days, and its parts must exist as long; give ${INCOMPLETE_UPLOAD_DAYS} days or more`;
    throw refused(checked, 'removeIncompleteUploadsAfter', after.toHumanString(), why);
  }
}
