/** AWS::KMS::*: keys and their aliases. S3 encrypts nothing here, but whoever may use a key is asked of its policy. */
import { z } from 'zod';
import type { PrincipalIds } from '../../authorization/principal.ts';
import { ApiError } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import type { PolicyDocument } from '../../core/policy-document.ts';
import { resourcePolicy } from '../../templates/resource-policy.ts';
import {
  boolean,
  type DeployContext,
  harmless,
  policyDocument,
  type ResourceTypes,
  resourceType,
  tags,
  uniqueDigest,
} from '../../templates/resource-type.ts';
import { keyAlias, keyDescription } from '../../templates/texts.ts';
import type { KeyRegistry } from './store.ts';

/** What these resources are made in. */
export interface Services {
  keys: KeyRegistry;
  directory: PrincipalIds & { iamArn(account: string, resource: string): string };
}
type Context = DeployContext<Services>;

const Key = z.strictObject({
  KeyPolicy: policyDocument.optional(),
  Description: harmless('a text for people', keyDescription),
  Enabled: boolean.optional().refine((enabled) => enabled !== false, 'a disabled key is not supported'),
  EnableKeyRotation: harmless('there is no key material to rotate'),
  RotationPeriodInDays: harmless('there is no key material to rotate'),
  PendingWindowInDays: harmless('a key that is deleted is gone at once'),
  KeySpec: z.literal('SYMMETRIC_DEFAULT').optional(),
  KeyUsage: z.literal('ENCRYPT_DECRYPT').optional(),
  Tags: tags,
});

const Alias = z.strictObject({
  AliasName: keyAlias,
  TargetKeyId: z.string(),
});

export const kmsTypes: ResourceTypes<Services> = {
  'AWS::KMS::Key': resourceType(Key, {
    replacedBy: ['KeySpec', 'KeyUsage'],
    create: ({ KeyPolicy }, context) => {
      const keyId = uniqueDigest(context).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
      const arn = arnOf('kms', context, `key/${keyId}`);
      context.services.keys.add(arn, keyPolicy(KeyPolicy, context));
      return { ref: keyId, attributes: { Arn: arn, KeyId: keyId } };
    },
    update: {
      properties: ['KeyPolicy'],
      run: ({ attributes }, { KeyPolicy }, context) => {
        context.services.keys.add(attributes['Arn']!, keyPolicy(KeyPolicy, context));
      },
    },
    remove: ({ attributes }, { services }) => services.keys.remove(attributes['Arn']!),
  }),

  'AWS::KMS::Alias': resourceType(Alias, {
    named: 'AliasName',
    replacedBy: ['AliasName'],
    create: ({ AliasName, TargetKeyId }, { account, region, services }) => {
      const arn = arnOf('kms', { account, region }, AliasName);
      if (services.keys.hasAlias(arn)) {
        throw new ApiError('AlreadyExistsException', 400, `An alias with the name ${arn} already exists`);
      }
      services.keys.addAlias(arn, services.keys.resolve(TargetKeyId, { account, region }));
      return { ref: AliasName, attributes: { Arn: arn } };
    },
    update: {
      properties: ['TargetKeyId'],
      run: ({ attributes }, { TargetKeyId }, { account, region, services }) => {
        services.keys.addAlias(attributes['Arn']!, services.keys.resolve(TargetKeyId, { account, region }));
      },
    },
    remove: ({ attributes }, { services }) => services.keys.removeAlias(attributes['Arn']!),
  }),
};

/** Without a policy of its own, a key leaves everything to the account's identity policies. */
function keyPolicy(given: unknown, context: Context): PolicyDocument {
  if (given !== undefined) return resourcePolicy('key policy', given, context);
  const Principal = { AWS: context.services.directory.iamArn(context.account, 'root') };
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] };
}
