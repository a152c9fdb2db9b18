/** A customer's side of a route in pull mode, as a construct: the role that the relay reads with. */
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bucketArnOf, type Read, readStatements } from '../../functions/aws/policies.ts';
import { roleName } from '../config/fields.ts';
import { literalName } from '../constructs/relay-bucket.ts';
import { type Checked, refused, requireKnown, saidBy } from '../granted/checked-props.ts';
import { addGrantedRole, grantedOf, requireGranted } from '../granted/granted-role.ts';
import { PREFIX_PATTERN, ROLE_NAME_PATTERN } from '../granted/patterns.ts';
import {
  partitionIn,
  placeOf,
  relayRoleArnOf,
  requireRelaySide,
  roleArnOf,
  SIDE_KINDS,
} from '../granted/relay-side.ts';
import { DEFAULT_READER_ROLE, DEFAULT_REPLAY_ROLE } from '../names.ts';
import { CHECKED_LATER, type Kinds, refuseWrongKinds, YES_OR_NO } from '../prop-kinds.ts';
import type { UploadReaderProps } from './upload-reader-props.ts';

const KINDS: Kinds<UploadReaderProps> = {
  ...SIDE_KINDS,
  replay: YES_OR_NO,
  replayRoleName: CHECKED_LATER,
};

/**
 * A customer's side: a role that the relay of account A may assume to list and read one prefix of a bucket: present objects, and no old
 * versions of them.
 */
export class UploadReader extends Construct {
  /** What a `CfnParameter` needs as its `allowedPattern` for its value to be the `prefix`. */
  static readonly PREFIX_PATTERN = PREFIX_PATTERN;

  /** What is read. */
  readonly bucket: IBucket;
  /** What the relay assumes: it may list and read what lies under the prefix, and nothing else. */
  readonly readerRole: Role;
  /** The ARN of the reader role. */
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: UploadReaderProps) {
    super(scope, id);
    const checked = { construct: this, kind: 'UploadReader' };
    refuseWrongKinds(saidBy(checked), KINDS, props);
    requireRelaySide(checked, props);
    requireReader(checked, props);
    this.bucket = props.bucket;
    const granted = grantedOf(this, props, this.bucket, DEFAULT_READER_ROLE);
    const { region, prefix, kmsKeyArn } = granted;
    const bucket = literalName(this.bucket);
    const read: Read = {
      copyTags: granted.copyTags,
      filter: { prefix },
      pull: { bucket, region, readerRoleArn: granted.roleArn, kmsKeyArn },
    };
    this.readerRole = addGrantedRole(this, props, {
      defaultName: DEFAULT_READER_ROLE,
      does: 'lists and reads',
      trusted: this.#readingRoles(props),
      policy: 'read',
      statements: readStatements(read),
      wide: {
        resource: `${bucketArnOf(bucket, partitionIn(this))}/${prefix}*`,
        reason: 'Keys are not known beforehand: these are what the route takes.',
      },
    });
    this.roleArn = this.readerRole.roleArn;
  }

  #readingRoles({ replay = true, replayRoleName = DEFAULT_REPLAY_ROLE, ...relay }: UploadReaderProps): string[] {
    const own = relayRoleArnOf(this, relay);
    return replay ? [own, roleArnOf(this, placeOf(relay), replayRoleName)] : [own];
  }
}

/** @throws Error that names the prop */
function requireReader(checked: Checked, props: UploadReaderProps): void {
  const { replay, replayRoleName, bucket } = props;
  if (bucket === undefined) throw refused(checked, 'bucket', undefined, 'must be the bucket that is read');
  requireGranted(checked, props, { replayRoleName: roleName.optional() });
  requireKnown(checked, 'replayRoleName', replayRoleName, ROLE_NAME_PATTERN);
  if (replay === false && replayRoleName !== undefined) {
    throw refused(checked, 'replayRoleName', replayRoleName, '"replay" is false, so no such role reads; remove either');
  }
}
