/** A customer's side of a route in pull mode, as a construct: the role that the relay reads with. */
import { Duration, Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bucketArnOf, type Read, readStatements } from '../../functions/aws/policies.ts';
import { kmsKeyArn, prefix as prefixField, roleName, rolePath } from '../config/fields.ts';
import { acknowledgeFinding } from '../constructs/nag-suppressions.ts';
import { policyDocument } from '../constructs/policy-document.ts';
import { literalName } from '../constructs/relay-bucket.ts';
import { atPath } from '../constructs/role-path.ts';
import { type Checked, refused, requireKeyHere, requireKnown, requireProps, saidBy } from '../granted/checked-props.ts';
import { PREFIX_PATTERN, ROLE_NAME_PATTERN } from '../granted/patterns.ts';
import {
  partitionIn,
  relayRoleArnOf,
  relayTrust,
  requireRelaySide,
  roleArnOf,
  SIDE_KINDS,
} from '../granted/relay-side.ts';
import { DEFAULT_READER_ROLE, DEFAULT_REPLAY_ROLE } from '../names.ts';
import { CHECKED_LATER, type Kinds, keyBehind, refuseWrongKinds, YES_OR_NO } from '../prop-kinds.ts';
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
    const { prefix = '', copyTags = false, roleName: name = DEFAULT_READER_ROLE, rolePath: path = '/' } = props;
    this.bucket = props.bucket;
    const { account } = Stack.of(this);
    const { region } = this.bucket.env;
    const key = keyBehind(props.encryptionKey ?? this.bucket.encryptionKey);
    const read: Read = {
      copyTags,
      filter: { prefix },
      pull: {
        bucket: literalName(this.bucket),
        region,
        readerRoleArn: `arn:${partitionIn(this)}:iam::${account}:role${path}${name}`,
        kmsKeyArn: key?.keyArn,
      },
    };
    this.readerRole = new Role(this, 'Role', {
      roleName: name,
      ...atPath(path),
      ...(props.permissionsBoundary && { permissionsBoundary: props.permissionsBoundary }),
      description: `Upload Relay${props.routeName === undefined ? '' : `, route ${props.routeName}`}: lists and reads for account ${props.relayAccount}`,
      assumedBy: relayTrust(props, this.#readingRoles(props)),
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { read: policyDocument(readStatements(read)) },
    });
    this.roleArn = this.readerRole.roleArn;
    acknowledgeFinding(
      this.readerRole,
      `IAM5[Resource::${bucketArnOf(literalName(this.bucket), partitionIn(this))}/${prefix}*]`,
      'Keys are not known beforehand: these are what the route takes.',
    );
  }

  #readingRoles({ replay = true, replayRoleName = DEFAULT_REPLAY_ROLE, ...relay }: UploadReaderProps): string[] {
    const own = relayRoleArnOf(this, relay);
    return replay ? [own, roleArnOf(this, relay, replayRoleName)] : [own];
  }
}

/** @throws Error that names the prop */
function requireReader(checked: Checked, props: UploadReaderProps): void {
  const { prefix, roleName: role, rolePath: path, replay, replayRoleName, encryptionKey, bucket } = props;
  const shape = {
    prefix: prefixField.optional(),
    roleName: roleName.optional(),
    rolePath: rolePath.optional(),
    replayRoleName: roleName.optional(),
    encryptionKey: kmsKeyArn.optional(),
  };
  const texts = { prefix, roleName: role, rolePath: path, replayRoleName, encryptionKey: encryptionKey?.keyArn };
  requireProps(checked, shape, texts);
  if (bucket === undefined) throw refused(checked, 'bucket', undefined, 'must be the bucket that is read');
  requireKeyHere(checked, encryptionKey);
  requireKnown(checked, 'prefix', prefix, PREFIX_PATTERN);
  requireKnown(checked, 'replayRoleName', replayRoleName, ROLE_NAME_PATTERN);
  if (replay === false && replayRoleName !== undefined) {
    throw refused(checked, 'replayRoleName', replayRoleName, '"replay" is false, so no such role reads; remove either');
  }
}
