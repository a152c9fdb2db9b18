/** AWS::S3::*: buckets with their settings, policies and notifications. */
import { z } from 'zod';
import type { PrincipalIds } from '../../authorization/principal.ts';
import { bucketArnOf, dnsSuffixOf, type Place } from '../../core/partition.ts';
import type { ResourceAnswers } from '../../templates/intrinsics.ts';
import { resourcePolicy } from '../../templates/resource-policy.ts';
import {
  boolean,
  type DeployContext,
  HalfMade,
  harmless,
  integer,
  physicalName,
  policyDocument,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { checkBucketPolicy } from './bucket-policy.ts';
import { type BucketNotifications, filterOf } from './notifications/bucket-notifications.ts';
import type { S3Service } from './service.ts';
import type { BucketSettings, Encryption } from './state/model.ts';

/** What these resources are made in. */
export interface Services {
  s3: S3Service;
  notifications: BucketNotifications;
  directory: PrincipalIds;
  keys: { resolve(key: string, place: Place): string };
}
type Context = DeployContext<Services>;

const DefaultEncryption = z.strictObject({
  SSEAlgorithm: z.enum(['AES256', 'aws:kms']),
  KMSMasterKeyID: z.string().optional(),
});

const EncryptionRule = z.strictObject({
  ServerSideEncryptionByDefault: DefaultEncryption,
  BucketKeyEnabled: boolean.default(false),
  BlockedEncryptionTypes: harmless('SSE-C is refused here anyway'),
});

const BucketEncryption = z.strictObject({ ServerSideEncryptionConfiguration: z.tuple([EncryptionRule]) });

const PublicAccessBlock = z.strictObject({
  BlockPublicAcls: boolean.default(false),
  BlockPublicPolicy: boolean.default(false),
  IgnorePublicAcls: boolean.default(false),
  RestrictPublicBuckets: boolean.default(false),
});

const FilterRule = z.strictObject({ Name: z.string(), Value: z.string() });

const Notifications = z.strictObject({
  QueueConfigurations: z
    .array(
      z.strictObject({
        Event: z.string(),
        Queue: z.string(),
        Filter: z.strictObject({ S3Key: z.strictObject({ Rules: z.array(FilterRule) }) }).optional(),
      }),
    )
    .default([]),
  EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: boolean.default(true) }).optional(),
});

const ObjectLock = z.strictObject({
  ObjectLockEnabled: z.literal('Enabled').optional(),
  Rule: z
    .strictObject({
      DefaultRetention: z
        .strictObject({
          Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
          Days: integer(1, 36_500).optional(),
          Years: integer(1, 100).optional(),
        })
        .refine(({ Days, Years }) => (Days === undefined) !== (Years === undefined), 'takes either Days or Years'),
    })
    .optional(),
});

const Bucket = z.strictObject({
  BucketName: z.string().optional(),
  AccessControl: harmless('a bucket whose ACLs grant nothing to others is private', z.literal('Private')),
  BucketEncryption: BucketEncryption.optional(),
  // New buckets block all public access (S3, April 2023).
  PublicAccessBlockConfiguration: PublicAccessBlock.default({
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  }),
  OwnershipControls: z
    .strictObject({
      Rules: z.tuple([
        z.strictObject({ ObjectOwnership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']) }),
      ]),
    })
    .optional(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  ObjectLockEnabled: boolean.optional(),
  ObjectLockConfiguration: ObjectLock.optional(),
  NotificationConfiguration: Notifications.optional(),
  LifecycleConfiguration: harmless('its rules count in days, and nothing here lives that long'),
  LoggingConfiguration: harmless('S3 delivers access logs hours later, at its best effort'),
  MetricsConfigurations: harmless('there is no CloudWatch here that would show them'),
  Tags: tags,
});

const BucketPolicy = z.strictObject({ Bucket: z.string(), PolicyDocument: policyDocument });

type BucketProperties = z.output<typeof Bucket>;

export const s3Types: ResourceTypes<Services> = {
  'AWS::S3::Bucket': resourceType(Bucket, {
    named: 'BucketName',
    replacedBy: ['BucketName'],
    create: createBucket,
    find: (name, { account, region, services }) =>
      services.s3.buckets().some(({ settings }) => settings.name === name && settings.account === account)
        ? bucketAnswers(name, region)
        : undefined,
    update: {
      // Object Lock on a bucket that is there already takes a support case or an operation of its own.
      properties: (Object.keys(Bucket.shape) as (keyof BucketProperties)[]).filter((it) => it !== 'ObjectLockEnabled'),
      run: ({ ref: name, properties: before }, properties, context) => {
        const settings = settingsOf(name, properties, context);
        // Once versioned, a bucket can only be suspended: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
        if (before.VersioningConfiguration && !settings.versioning) settings.versioning = 'Suspended';
        context.services.s3.updateBucket(name, settings);
        if (properties.NotificationConfiguration) {
          configureNotifications(name, properties.NotificationConfiguration, context);
        } else context.services.notifications.remove(name);
      },
    },
    remove: async ({ ref: name }, { account, services }) => {
      if (!services.s3.buckets().some(({ settings }) => settings.name === name && settings.account === account)) return;
      await services.s3.deleteBucket(name);
    },
  }),

  'AWS::S3::BucketPolicy': resourceType(BucketPolicy, {
    replacedBy: ['Bucket'],
    create: (properties, context) => {
      const { Bucket: name } = properties;
      if (context.services.s3.bucket(name).settings.policy) {
        throw new Error(`The bucket policy already exists on bucket ${name}.`);
      }
      setPolicy(properties, context);
      return { ref: name, attributes: {} };
    },
    update: { properties: ['PolicyDocument'], run: (_, properties, context) => setPolicy(properties, context) },
    remove: ({ ref: name }, { services: { s3 } }) => {
      if (s3.buckets().some(({ settings }) => settings.name === name)) s3.setBucketPolicy(name, undefined);
    },
  }),
};

function setPolicy({ Bucket: name, PolicyDocument }: z.output<typeof BucketPolicy>, context: Context): void {
  const policy = resourcePolicy('bucket policy', PolicyDocument, context);
  checkBucketPolicy(context.services.s3.bucket(name), policy);
  context.services.s3.setBucketPolicy(name, policy);
}

function createBucket(properties: BucketProperties, context: Context) {
  const { region, services } = context;
  const name = properties.BucketName ?? physicalName(context, 63).toLowerCase();
  services.s3.createBucket(settingsOf(name, properties, context));
  const answers = bucketAnswers(name, region);
  try {
    if (properties.NotificationConfiguration) {
      configureNotifications(name, properties.NotificationConfiguration, context);
    }
  } catch (error) {
    // By then the bucket is there: with `Retain` it stays, and its name is taken at the next try.
    throw new HalfMade(answers, error);
  }
  return answers;
}

function bucketAnswers(name: string, region: string): ResourceAnswers {
  const domain = `${name}.s3.${dnsSuffixOf(region)}`;
  const regionalDomain = `${name}.s3.${region}.${dnsSuffixOf(region)}`;
  return {
    ref: name,
    attributes: { Arn: bucketArnOf(name, region), DomainName: domain, RegionalDomainName: regionalDomain },
  };
}

function settingsOf(name: string, properties: BucketProperties, context: Context): BucketSettings {
  const { account, region } = context;
  const access = properties.PublicAccessBlockConfiguration;
  const encryption = properties.BucketEncryption?.ServerSideEncryptionConfiguration[0];
  const objectLock = objectLockOf(properties);
  // Object Lock turns versioning on, and keeps it on.
  const versioning = objectLock ? 'Enabled' : properties.VersioningConfiguration?.Status;
  return {
    name,
    account,
    region,
    ownership: properties.OwnershipControls?.Rules[0].ObjectOwnership ?? 'BucketOwnerEnforced',
    publicAccessBlock: {
      blockPublicAcls: access.BlockPublicAcls,
      blockPublicPolicy: access.BlockPublicPolicy,
      ignorePublicAcls: access.IgnorePublicAcls,
      restrictPublicBuckets: access.RestrictPublicBuckets,
    },
    ...(versioning && { versioning }),
    ...(objectLock && { objectLock }),
    ...(encryption && { encryption: encryptionOf(encryption, context) }),
  };
}

/** @throws Error for a rule on a bucket without Object Lock, and for versions that are not kept */
function objectLockOf(properties: BucketProperties): BucketSettings['objectLock'] {
  const { ObjectLockEnabled, ObjectLockConfiguration, VersioningConfiguration } = properties;
  if (!ObjectLockEnabled) {
    if (ObjectLockConfiguration) throw new Error('Object Lock configuration cannot be enabled on existing buckets');
    return undefined;
  }
  if (VersioningConfiguration?.Status === 'Suspended') throw new Error('Object Lock needs versioning');
  const rule = ObjectLockConfiguration?.Rule?.DefaultRetention;
  return rule ? { defaultRetention: { mode: rule.Mode, days: rule.Days ?? rule.Years! * 365 } } : {};
}

function encryptionOf(rule: z.output<typeof EncryptionRule>, context: Context): Encryption {
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = rule.ServerSideEncryptionByDefault;
  if (algorithm === 'AES256') return { algorithm };
  const bucketKeyEnabled = rule.BucketKeyEnabled;
  if (key === undefined) return { algorithm, bucketKeyEnabled };
  return { algorithm, kmsKeyArn: context.services.keys.resolve(key, context), bucketKeyEnabled };
}

function configureNotifications(bucket: string, settings: z.output<typeof Notifications>, context: Context): void {
  const { account, region, services } = context;
  services.notifications.configure(bucket, {
    account,
    region,
    eventBridge: settings.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
    queues: settings.QueueConfigurations.map(({ Event, Queue, Filter }) => ({
      queueArn: Queue,
      events: [Event],
      filter: filterOf(Filter?.S3Key.Rules ?? []),
    })),
  });
}
