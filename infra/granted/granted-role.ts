/** The role in another account that the relay assumes, and the props that both such roles have. */
import { Duration, Stack } from 'aws-cdk-lib';
import { type IManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import type { Statement } from '../../functions/aws/policies.ts';
import { kmsKeyArn, prefix as prefixField, roleName, rolePath } from '../config/fields.ts';
import { acknowledgeFinding } from '../constructs/nag-suppressions.ts';
import { policyDocument } from '../constructs/policy-document.ts';
import { atPath } from '../constructs/role-path.ts';
import { keyBehind } from '../prop-kinds.ts';
import { type Checked, requireKeyHere, requireKnown, requireProps } from './checked-props.ts';
import { PREFIX_PATTERN } from './patterns.ts';
import { type RelaySideProps, relayTrust, roleArnOf } from './relay-side.ts';

/** Each construct documents them for itself. */
interface GrantedProps extends RelaySideProps {
  readonly prefix?: string;
  readonly encryptionKey?: IKey;
  readonly copyTags?: boolean;
  readonly roleName?: string;
  readonly rolePath?: string;
  readonly permissionsBoundary?: IManagedPolicy;
  readonly routeName?: string;
}

/** Of a bucket, as the statements about it name them. */
export interface Granted {
  roleArn: string;
  region: string;
  prefix: string;
  copyTags: boolean;
  kmsKeyArn: string | undefined;
}

/**
 * @param more rules for what only this construct has
 * @throws Error that names the prop
 */
export function requireGranted(checked: Checked, props: GrantedProps, more: Record<string, z.ZodType>): void {
  const { prefix, encryptionKey } = props;
  const shape = {
    ...more,
    prefix: prefixField.optional(),
    roleName: roleName.optional(),
    rolePath: rolePath.optional(),
    encryptionKey: kmsKeyArn.optional(),
  };
  const texts = Object.keys(shape).map((name) => [name, props[name as keyof GrantedProps]] as const);
  requireProps(checked, shape, { ...Object.fromEntries(texts), encryptionKey: encryptionKey?.keyArn });
  requireKeyHere(checked, encryptionKey);
  requireKnown(checked, 'prefix', prefix, PREFIX_PATTERN);
}

/** What is granted of a bucket. The role's ARN is known before there is a role, since statements name it. */
export function grantedOf(scope: Construct, props: GrantedProps, bucket: IBucket, defaultName: string): Granted {
  const { prefix = '', copyTags = false, encryptionKey = bucket.encryptionKey } = props;
  const { account } = Stack.of(scope);
  const { region } = bucket.env;
  const roleArn = roleArnOf(scope, { account, path: props.rolePath }, props.roleName ?? defaultName);
  return { roleArn, region, prefix, copyTags, kmsKeyArn: keyBehind(encryptionKey)?.keyArn };
}

interface Making {
  defaultName: string;
  /** In its description. */
  does: string;
  /** ARNs of the roles that may assume it. */
  trusted: readonly string[];
  /** The name of its one policy. */
  policy: string;
  statements: readonly Statement[];
  /** The ARN with a wildcard, and why there is one. */
  wide: { resource: string; reason: string };
}

export function addGrantedRole(scope: Construct, props: GrantedProps, making: Making): Role {
  const { rolePath: path = '/', permissionsBoundary, routeName } = props;
  const role = new Role(scope, 'Role', {
    roleName: props.roleName ?? making.defaultName,
    ...atPath(path),
    ...(permissionsBoundary && { permissionsBoundary }),
    description: `Upload Relay${routeName === undefined ? '' : `, route ${routeName}`}: ${making.does} for account ${props.relayAccount}`,
    assumedBy: relayTrust(props, making.trusted),
    maxSessionDuration: Duration.hours(1),
    inlinePolicies: { [making.policy]: policyDocument(making.statements) },
  });
  const { resource, reason } = making.wide;
  acknowledgeFinding(role, `IAM5[Resource::${resource}]`, reason);
  return role;
}
