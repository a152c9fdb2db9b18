/** A customer's side as one template with parameters, made of UploadReader. */
import type { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { orEmpty, ROLE_NAME_PATTERN } from '../granted/patterns.ts';
import { DEFAULT_READER_ROLE, DEFAULT_REPLAY_ROLE } from '../names.ts';
import { UploadReader } from '../upload-reader/upload-reader.ts';
import {
  bucketName,
  keyFields,
  nameSuffix,
  permissionsBoundary,
  prefix,
  refuseExampleId,
  refuseWrongKey,
  relayFields,
  roleName,
  rolePath,
} from './fields.ts';
import { type Field, Form, isGiven, NO, yesOrNo } from './form.ts';
import { changeRole, changeStatements, either, type Json, only, type Resources } from './optional.ts';
import { addOutputs, sharedParts } from './shared-parts.ts';

const readingFields = {
  ...relayFields,
  ReplayRoleName: {
    ...roleName(
      'Role of replay',
      `The name of replay's role in account A, which lists the bucket as well: <name>-replay-<region> for a relay that is not called upload-relay. Empty where the relay has no replay.`,
      DEFAULT_REPLAY_ROLE,
    ),
    allowedPattern: orEmpty(ROLE_NAME_PATTERN),
  },
} satisfies Record<string, Field>;

const bucketFields = {
  BucketName: bucketName('The bucket that is read. It exists already, and is left as it is.'),
  Prefix: prefix(
    'The role may list and read what lies under it and nothing else: filter.prefix of the route. Empty is the whole bucket.',
  ),
  ...keyFields,
} satisfies Record<string, Field>;

const roleFields = {
  ReaderRoleName: roleName(
    'Name of the role',
    'The role that the relay assumes (pull.readerRoleName of the route).',
    DEFAULT_READER_ROLE,
  ),
  ReaderRolePath: rolePath('Path of the role', 'Its IAM path; account A names it as well.'),
  PermissionsBoundary: permissionsBoundary,
  CopyTags: yesOrNo({
    label: 'Tags',
    description: 'Whether the role may read tags of objects, for a route with copyTags.',
    default: NO,
  }),
  NameSuffix: nameSuffix,
} satisfies Record<string, Field>;

/** Fills a stack of its own. */
export function addReader(stack: Stack): void {
  const form = new Form(stack);
  const relay = form.group('The relay, in account A', readingFields);
  const place = form.group('The bucket, in this account', bucketFields);
  const role = form.group('The role, in this account', roleFields);
  refuseExampleId(form, relay);
  refuseWrongKey(form, place);

  form.condition('HasReplay', isGiven(relay.ReplayRoleName));
  form.condition('HasPrefix', isGiven(place.Prefix));
  const { bucketName: name, roleNamed, props } = sharedParts(stack, form, relay, place, role);
  const { roleArn } = new UploadReader(stack, 'Reader', {
    ...props,
    replayRoleName: relay.ReplayRoleName,
    bucket: Bucket.fromBucketName(stack, 'Read', name),
    roleName: roleNamed(role.ReaderRoleName),
    rolePath: role.ReaderRolePath,
  });
  addOutputs(stack, ['ReaderRoleArn', roleArn], name, 'pull');
}

/** What the construct has made with every option on becomes what parameters decide. */
export function openReader(resources: Resources): void {
  const role = only(resources, 'AWS::IAM::Role');
  changeStatements(role.Properties['AssumeRolePolicyDocument'], ([trust]) => {
    const { ArnEquals, ...others } = trust!['Condition'] as { ArnEquals: { 'aws:PrincipalArn': Json[] } };
    const [relay, replay] = ArnEquals['aws:PrincipalArn'];
    const trusted = { 'aws:PrincipalArn': [relay, either('HasReplay', replay)] };
    return [{ ...trust, Condition: { ArnEquals: trusted, ...others } }];
  });
  changeRole(role, ([list, read, decrypt]) => [
    // A listing of the whole bucket names no prefix, so nothing can be demanded of it.
    { ...list, Condition: either('HasPrefix', list!['Condition']) },
    { ...read, Action: either('CopiesTags', read!['Action'], 's3:GetObject') },
    either('HasKey', decrypt),
  ]);
}
