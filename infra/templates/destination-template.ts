/** Account B's side as one template with parameters, made of UploadDestination. */
import { Fn, type Stack } from 'aws-cdk-lib';
import { DEFAULT_WRITER_ROLE } from '../names.ts';
import { UploadDestination } from '../upload-destination/upload-destination.ts';
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
import { type Field, Form, NO, YES, yesOrNo } from './form.ts';
import { changeRole, changeStatements, either, only, type Resources } from './optional.ts';
import { addOutputs, sharedParts } from './shared-parts.ts';

const bucketFields = {
  CreateBucket: yesOrNo({
    label: 'Create the bucket',
    description:
      'yes: the stack makes the bucket, and keeps it when the stack goes. no: it exists already, and is left as it is.',
    default: YES,
  }),
  BucketName: bucketName('The bucket where the objects go. Names are unique in all accounts.'),
  Prefix: prefix(
    'The role may put objects under it and nowhere else: destination.prefix of the route. Empty is the whole bucket.',
  ),
  Versioned: yesOrNo({ label: 'Keep versions', description: 'Whether a new bucket keeps versions.', default: YES }),
  ...keyFields,
  CreateOnly: yesOrNo({
    label: 'Never overwrite',
    description:
      "yes: a new bucket's policy refuses each write of the role that might overwrite, for a route with createOnly.",
    default: NO,
  }),
} satisfies Record<string, Field>;

const roleFields = {
  WriterRoleName: roleName(
    'Name of the role',
    'The role that the relay assumes (writerRoleName of the route).',
    DEFAULT_WRITER_ROLE,
  ),
  WriterRolePath: rolePath('Path of the role', 'Its IAM path; account A names it as well.'),
  PermissionsBoundary: permissionsBoundary,
  CopyTags: yesOrNo({
    label: 'Tags',
    description: 'Whether the role may set tags of objects, for a route with copyTags.',
    default: NO,
  }),
  NameSuffix: nameSuffix,
} satisfies Record<string, Field>;

/** Fills a stack of its own. */
export function addDestination(stack: Stack): void {
  const form = new Form(stack);
  const relay = form.group('The relay, in account A', relayFields);
  const place = form.group('The bucket, in this account', bucketFields);
  const role = form.group('The role, in this account', roleFields);
  refuseExampleId(form, relay);
  refuseWrongKey(form, place);
  form.refuse(
    'CreateOnlyNeedsNewBucket',
    'CreateOnly is yes, and CreateBucket is no: the policy of an existing bucket is left as it is, so add the statement NeverOverwrite to it yourself',
    {
      when: Fn.conditionEquals(place.CreateOnly, YES),
      unless: Fn.conditionEquals(place.CreateBucket, YES),
    },
  );

  form.condition('IsNew', Fn.conditionEquals(place.CreateBucket, YES));
  form.condition('IsVersioned', Fn.conditionEquals(place.Versioned, YES));
  form.condition('IsCreateOnly', Fn.conditionEquals(place.CreateOnly, YES));
  const { bucketName: name, roleNamed, props } = sharedParts(stack, form, relay, place, role);
  const { roleArn } = new UploadDestination(stack, 'Destination', {
    ...props,
    bucketName: name,
    createOnly: true,
    roleName: roleNamed(role.WriterRoleName),
    rolePath: role.WriterRolePath,
  });
  addOutputs(stack, ['WriterRoleArn', roleArn], name, 'destination');
}

/** What the construct has made with every option on becomes what parameters decide. */
export function openDestination(resources: Resources): void {
  const bucket = only(resources, 'AWS::S3::Bucket');
  bucket.Condition = 'IsNew';
  const { VersioningConfiguration, BucketEncryption } = bucket.Properties;
  bucket.Properties['VersioningConfiguration'] = either('IsVersioned', VersioningConfiguration);
  bucket.Properties['BucketEncryption'] = either('HasKey', BucketEncryption, {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  });
  const policy = only(resources, 'AWS::S3::BucketPolicy');
  policy.Condition = 'IsNew';
  // The bucket is kept, so what its policy refuses stays refused.
  policy['DeletionPolicy'] = bucket['DeletionPolicy'];
  policy['UpdateReplacePolicy'] = bucket['UpdateReplacePolicy'];
  changeStatements(policy.Properties['PolicyDocument'], ([tls, createOnly]) => [
    tls,
    either('IsCreateOnly', createOnly),
  ]);
  changeRole(only(resources, 'AWS::IAM::Role'), ([put, encrypt]) => [
    { ...put, Action: either('CopiesTags', put!['Action'], 's3:PutObject') },
    either('HasKey', encrypt),
  ]);
}
