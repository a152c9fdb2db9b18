/** AWS::KMS::*: keys and their aliases. S3 encrypts nothing here, but whoever may use a key is asked of its policy. */
import { z } from 'zod';
import { ApiError } from '../../api.ts';
import type { Directory } from '../../iam/directory.ts';
import { type PolicyDocument, parsePolicy } from '../../iam/policy.ts';
import { bindPrincipals } from '../../iam/principal.ts';
import {
  boolean,
  harmless,
  policyDocument,
  type ResourceType,
  resourceType,
  tags,
  uniqueDigest,
} from '../resource-type.ts';

const Key = z.strictObject({
  KeyPolicy: policyDocument.optional(),
  Description: harmless('a text for people'),
  Enabled: boolean.optional().refine((enabled) => enabled !== false, 'a disabled key is not supported'),
  EnableKeyRotation: harmless('there is no key material to rotate'),
  RotationPeriodInDays: harmless('there is no key material to rotate'),
  PendingWindowInDays: harmless('a key that is deleted is gone at once'),
  KeySpec: z.literal('SYMMETRIC_DEFAULT').optional(),
  KeyUsage: z.literal('ENCRYPT_DECRYPT').optional(),
  Tags: tags,
});

const Alias = z.strictObject({
  AliasName: z.string().startsWith('alias/'),
  TargetKeyId: z.string(),
});

export const kmsTypes: Record<string, ResourceType> = {
  'AWS::KMS::Key': resourceType(Key, {
    replacedBy: ['KeySpec', 'KeyUsage'],
    create: ({ KeyPolicy }, context) => {
      const { account, region, services } = context;
      const keyId = uniqueDigest(context).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
      const arn = `arn:aws:kms:${region}:${account}:key/${keyId}`;
      services.keys.add(arn, keyPolicy(KeyPolicy, account, services.directory));
      return { ref: keyId, attributes: { Arn: arn, KeyId: keyId } };
    },
    update: {
      properties: ['KeyPolicy'],
      run: ({ attributes }, { KeyPolicy }, { account, services }) => {
        services.keys.add(attributes['Arn']!, keyPolicy(KeyPolicy, account, services.directory));
      },
    },
    remove: ({ attributes }, { services }) => services.keys.remove(attributes['Arn']!),
  }),

  'AWS::KMS::Alias': resourceType(Alias, {
    named: 'AliasName',
    replacedBy: ['AliasName'],
    create: ({ AliasName, TargetKeyId }, { account, region, services }) => {
      const arn = `arn:aws:kms:${region}:${account}:${AliasName}`;
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
function keyPolicy(given: unknown, account: string, directory: Directory): PolicyDocument {
  if (given !== undefined) return bindPrincipals(parsePolicy(given, 'key policy', 'resource'), directory);
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] };
}
