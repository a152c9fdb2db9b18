/** What authorization/set-keys.ts says of each action is there in real requests, and a template's policy meets it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@aws-sdk/checksums/sha';
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import { GetEventSourceMappingCommand, LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Evaluation } from '../../../authorization/evaluate.ts';
import { ACTIONS, hasOnAws } from '../../../authorization/key-acceptance.ts';
import { matchesAction } from '../../../authorization/match.ts';
import { SET_BY_ACTION, SET_BY_TAGGED, SET_GLOBALLY } from '../../../authorization/set-keys.ts';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';
import { useIam } from './iam-requests.ts';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
/** The keys that each action has been asked for with. */
const seen = new Map<string, Set<string>>();

// The real one, and a look at what it is asked.
vi.mock('../../../authorization/evaluate.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../authorization/evaluate.ts')>();
  const evaluate = (question: Evaluation) => {
    const action = question.action.toLowerCase();
    seen.set(action, new Set([...(seen.get(action) ?? []), ...question.context.keys()]));
    return original.evaluate(question);
  };
  return { ...original, evaluate };
});

const Tags = [{ Key: 'stage', Value: 'dev' }];
const everything = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const Policies = [{ PolicyName: 'everything', PolicyDocument: everything }];
const trust = (Principal: object) => ({ Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } });
const role = (RoleName: string, Principal: object) => ({
  Type: 'AWS::IAM::Role',
  Properties: { RoleName, Tags, Policies, AssumeRolePolicyDocument: trust(Principal) },
});
const LAB = ['arn:aws:s3:::lab', 'arn:aws:s3:::lab/*'];

const Resources = {
  Dev: { Type: 'AWS::IAM::User', Properties: { UserName: 'dev', Tags, Policies } },
  Live: { Type: 'AWS::IAM::User', Properties: { UserName: 'live', Tags: [{ Key: 'stage', Value: 'live' }], Policies } },
  Helper: role('helper', { AWS: ACCOUNT }),
  Runner: role('runner', { Service: 'lambda.amazonaws.com' }),
  Key: {
    Type: 'AWS::KMS::Key',
    Properties: {
      KeyPolicy: { Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'kms:*', Resource: '*' } },
    },
  },
  Lab: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'lab' } },
  LabPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Lab' },
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: LAB,
          Condition: { StringEquals: { 'aws:PrincipalTag/stage': 'dev' } },
        },
      },
    },
  },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: 'keyed',
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': 'Key.Arn' } } },
        ],
      },
    },
  },
  Locked: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: 'locked',
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: 'Enabled' },
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
      },
    },
  },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'f',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
      Role: { 'Fn::GetAtt': 'Runner.Arn' },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'Function' }, EventSourceArn: { 'Fn::GetAtt': 'Queue.Arn' }, Enabled: false },
  },
  Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'r', EventPattern: { source: ['s'] }, Targets: [] } },
};

let assetFolder: string;
let cloud: LocalCloud;

beforeAll(async () => {
  assetFolder = mkdtempSync(join(tmpdir(), 'asset-'));
  writeFileSync(join(assetFolder, 'index.mjs'), 'export const handler = async () => undefined;');
  const assets = new Map([['abc', assetFolder]]);
  const Outputs = { Mapping: { Value: { Ref: 'Mapping' } }, Key: { Value: { 'Fn::GetAtt': 'Key.Arn' } } };
  cloud = await LocalCloud.start({
    stacks: [templateStack({ account: ACCOUNT, region: REGION, assets, name: 'S', template: { Resources, Outputs } })],
    organization: { accounts: { [ACCOUNT]: {} } },
  });
});

afterAll(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  await cloud.close();
  rmSync(assetFolder, { recursive: true });
});

function settings(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) });
  return { endpoint: cloud.url, region: REGION, maxAttempts: 1, credentials, requestHandler };
}

const userKeys = (name: string) => cloud.directory.addAccessKey(ACCOUNT, name);
const s3Of = (credentials: Parameters<typeof settings>[0]) =>
  new s3.S3Client({ ...settings(credentials), forcePathStyle: true });

async function refused(sent: Promise<unknown>): Promise<void> {
  await expect(sent).rejects.toThrow();
}

test('a bucket policy meets the tags that templates give users', async () => {
  const upload = { Bucket: 'lab', Key: 'k', Body: 'x' };
  const sent = s3Of(userKeys('dev')).send(new s3.PutObjectCommand(upload));
  await expect(sent).rejects.toMatchObject({ name: 'AccessDenied' });
  await s3Of(userKeys('live')).send(new s3.PutObjectCommand(upload));
});

async function assumeHelper() {
  const sts = new STSClient(settings(cloud.operator(ACCOUNT)));
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/helper`;
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ExternalId: 'external' }),
  );
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
}

async function useS3(client: s3.S3Client): Promise<void> {
  const bucket = { Bucket: 'keyed' };
  const object = { ...bucket, Key: 'k' };
  const VersionIdOf = async (Key: string) => {
    const { VersionId } = await client.send(new s3.PutObjectCommand({ ...bucket, Key, Body: 'x', Tagging: 'a=b' }));
    return VersionId!;
  };
  const version = { ...object, VersionId: await VersionIdOf('k') };
  await refused(
    client.send(
      new s3.PutObjectCommand({
        ...object,
        Body: 'x',
        Tagging: 'a=b',
        ACL: 'private',
        GrantFullControl: 'id=1',
        GrantRead: 'id=1',
        GrantReadACP: 'id=1',
        GrantWriteACP: 'id=1',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: cloud.outputs('S')['Key'],
        StorageClass: 'STANDARD',
        WebsiteRedirectLocation: '/x',
        IfMatch: '"x"',
        IfNoneMatch: '*',
      }),
    ),
  );
  await refused(client.send(new s3.PutObjectAclCommand({ ...object, GrantWrite: 'id=1' })));
  const copy = { ...object, CopySource: 'keyed/k', MetadataDirective: 'REPLACE' as const };
  await client.send(new s3.CopyObjectCommand(copy));
  for (const which of [object, version]) {
    await client.send(new s3.GetObjectCommand(which));
    await client.send(new s3.GetObjectTaggingCommand(which));
    await client.send(new s3.GetObjectAclCommand(which));
    await client.send(new s3.GetObjectAttributesCommand({ ...which, ObjectAttributes: ['ObjectSize'] }));
    await client.send(new s3.PutObjectTaggingCommand({ ...which, Tagging: { TagSet: [{ Key: 'c', Value: 'd' }] } }));
    await client.send(new s3.DeleteObjectTaggingCommand(which));
    await client.send(new s3.DeleteObjectCommand(which));
  }
  const listing = { ...bucket, Prefix: 'k', Delimiter: '/', MaxKeys: 1 };
  await client.send(new s3.ListObjectsV2Command(listing));
  await client.send(new s3.ListObjectVersionsCommand(listing));
  await client.send(new s3.ListMultipartUploadsCommand(bucket));
  await client.send(new s3.ListBucketsCommand({}));
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(object));
  await client.send(new s3.ListPartsCommand({ ...object, UploadId }));
  await client.send(new s3.AbortMultipartUploadCommand({ ...object, UploadId }));
  await client.send(new s3.GetBucketLocationCommand(bucket));
  await client.send(new s3.GetBucketVersioningCommand(bucket));
  await client.send(new s3.GetBucketEncryptionCommand(bucket));
  await client.send(new s3.GetBucketNotificationConfigurationCommand(bucket));
  // S3 asks the queue, and says on whose behalf.
  const QueueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:q`;
  const QueueConfigurations = [{ QueueArn, Events: ['s3:ObjectCreated:*' as const] }];
  const NotificationConfiguration = { QueueConfigurations };
  await refused(
    client.send(new s3.PutBucketNotificationConfigurationCommand({ ...bucket, NotificationConfiguration })),
  );
  await client.send(
    new s3.CreateBucketCommand({
      Bucket: 'new',
      ObjectOwnership: 'BucketOwnerEnforced',
      ObjectLockEnabledForBucket: true,
    }),
  );
  await client.send(new s3.DeleteBucketCommand({ Bucket: 'new' }));
  const locked = { Bucket: 'locked', Key: 'k' };
  await client.send(new s3.PutObjectCommand({ ...locked, Body: 'x', ChecksumAlgorithm: 'CRC32' }));
  await client.send(new s3.GetObjectCommand(locked));
}

/** Only a presigned URL has an age. */
async function usePresigned(client: s3.S3Client): Promise<void> {
  const signer = (await client.config.signer()) as unknown as {
    presign(request: object, options: object): Promise<{ query: Record<string, string> }>;
  };
  const { hostname, port } = new URL(cloud.url);
  const headers = { host: `${hostname}:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const path = '/keyed/k';
  const signed = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    port: Number(port),
    path,
    query: {},
    headers,
  };
  const { query } = await signer.presign(signed, { expiresIn: 60, signingRegion: REGION });
  await new Promise<void>((resolve, reject) => {
    const options = { headers: { referer: 'here' }, ca: cloud.caPem };
    const sent = request(`${cloud.url}${path}?${new URLSearchParams(query)}`, options, (answer) => {
      answer.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
}

/** What people set of a bucket of their own. */
async function useBucketSettings(client: s3.S3Client): Promise<void> {
  const bucket = { Bucket: 'own-settings' };
  await client.send(new s3.CreateBucketCommand(bucket));
  const Statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::own-settings/never',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new s3.PutBucketPolicyCommand({ ...bucket, Policy }));
  await client.send(new s3.GetBucketPolicyCommand(bucket));
  await client.send(new s3.GetBucketPolicyStatusCommand(bucket));
  await client.send(new s3.DeleteBucketPolicyCommand(bucket));
  await client.send(new s3.GetBucketOwnershipControlsCommand(bucket));
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
  await client.send(new s3.PutPublicAccessBlockCommand({ ...bucket, PublicAccessBlockConfiguration }));
  await client.send(new s3.GetPublicAccessBlockCommand(bucket));
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }];
  await client.send(new s3.PutBucketEncryptionCommand({ ...bucket, ServerSideEncryptionConfiguration: { Rules } }));
  await client.send(new s3.DeleteBucketCommand(bucket));
}

/** There is no client of KMS among the dependencies. */
async function askKms(operation: string, input: object): Promise<Record<string, string>> {
  const { credentials, requestHandler } = settings(cloud.operator(ACCOUNT));
  const { hostname, port } = new URL(cloud.url);
  const signer = new SignatureV4({ service: 'kms', region: REGION, sha256: Sha256, credentials });
  const signed = await signer.sign({
    method: 'POST',
    protocol: 'https:',
    hostname,
    port: Number(port),
    path: '/',
    query: {},
    headers: {
      host: `${hostname}:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const { response } = await requestHandler.handle(signed as Parameters<typeof requestHandler.handle>[0]);
  expect(response.statusCode).toBe(200);
  return JSON.parse((await text(response.body)) || '{}') as Record<string, string>;
}

async function useKey(): Promise<void> {
  const KeyId = cloud.outputs('S')['Key']!;
  const EncryptionContext = { purpose: 'test' };
  const { CiphertextBlob } = await askKms('Encrypt', { KeyId, Plaintext: 'eA==', EncryptionContext });
  await askKms('Decrypt', { CiphertextBlob, EncryptionContext });
  await askKms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext });
  await askKms('DisableKey', { KeyId });
  await askKms('EnableKey', { KeyId });
}

async function useRules(client: EventBridgeClient): Promise<void> {
  const Name = 'r';
  await client.send(new DescribeRuleCommand({ Name }));
  await client.send(new DisableRuleCommand({ Name }));
  await client.send(new EnableRuleCommand({ Name }));
  await client.send(new ListTargetsByRuleCommand({ Rule: Name }));
  await client.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['none'] }));
  await client.send(new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] }));
  await client.send(new DeleteRuleCommand({ Name }));
}

describe('a policy with a key that is not set is refused wherever it comes', () => {
  const Condition = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };
  const statement = { Effect: 'Deny', Action: 's3:GetObject', Resource: '*', Condition };
  const document = { Version: '2012-10-17', Statement: [statement] };
  const json = JSON.stringify(document);
  const onBucket = { Version: '2012-10-17', Statement: [{ ...statement, Principal: '*' }] };
  const ofRole = { Version: '2012-10-17', Statement: [{ ...trust({ AWS: ACCOUNT }).Statement, Condition }] };
  const clients = () => settings(cloud.operator(ACCOUNT));
  let stacks = 0;
  const deploy = (resource: object) =>
    cloud.deploy(
      templateStack({
        account: ACCOUNT,
        region: REGION,
        name: `T${++stacks}`,
        template: { Resources: { Resource: resource } },
      }),
    );
  const ways: [string, () => Promise<unknown>][] = [
    [
      'a bucket policy of a template',
      () => deploy({ Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: 'keyed', PolicyDocument: onBucket } }),
    ],
    ['a managed policy', () => deploy({ Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document } })],
    ['a trust policy', () => deploy({ Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: ofRole } })],
    [
      'PutUserPolicy',
      () =>
        new iam.IAMClient(clients()).send(
          new iam.PutUserPolicyCommand({ UserName: 'dev', PolicyName: 'p', PolicyDocument: json }),
        ),
    ],
    [
      'UpdateAssumeRolePolicy',
      () =>
        new iam.IAMClient(clients()).send(
          new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'helper', PolicyDocument: JSON.stringify(ofRole) }),
        ),
    ],
    [
      'a session policy',
      () =>
        new STSClient(clients()).send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${ACCOUNT}:role/helper`,
            RoleSessionName: 'session',
            Policy: json,
          }),
        ),
    ],
  ];
  test.each(ways)('%s', async (_, way) => {
    await expect(way()).rejects.toThrow('the condition key aws:SourceVpce is not supported here for s');
  });
});

/** Keys that only some requests for an action have; one action is enough. */
const RARE = ['s3:signatureAge', 's3:x-amz-grant-write', 's3:x-amz-content-sha256', 'kms:ViaService'];
/** New users and roles have no tags before they are there; what isn't asked of a caller here has no caller. */
const UNTAGGED = /^iam:(Create(User|Role)|PassRole)$/;

test('each action has the keys that are declared of it', async () => {
  const keys = cloud.operator(ACCOUNT);
  const session = await assumeHelper();
  await useS3(s3Of(session));
  await usePresigned(s3Of(userKeys('live')));
  await useKey();
  await useRules(new EventBridgeClient(settings(keys)));
  const lambda = new LambdaClient(settings(keys));
  const UUID = cloud.outputs('S')['Mapping']!;
  await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 5 }));
  await useBucketSettings(s3Of(session));
  await useIam(new iam.IAMClient(settings(keys)), ACCOUNT);

  const has = (action: string, key: string) => {
    const start = key.toLowerCase().replace('*', '');
    const found = [...(seen.get(action.toLowerCase()) ?? [])];
    return found.some((each) => (key.endsWith('*') ? each.startsWith(start) : each === start));
  };
  const declared = ACTIONS.flatMap((action) => {
    const named = Object.entries(SET_BY_ACTION).filter(([pattern]) => matchesAction(pattern, action));
    const tags = SET_BY_TAGGED.test(action) && !UNTAGGED.test(action) ? ['aws:ResourceTag/*', 'iam:ResourceTag/*'] : [];
    const all = [...new Set([...named.flatMap(([, each]) => each), ...tags])];
    return all.filter((key) => hasOnAws(key.replace('*', 'x'), action)).map((key) => ({ action, key }));
  });
  expect(declared.length).toBeGreaterThan(200);
  const missing = declared.filter(({ action, key }) => !RARE.includes(key) && !has(action, key));
  expect(missing).toEqual([]);
  const anywhere = (key: string) => [...seen.keys()].some((action) => has(action, key));
  expect([...RARE, ...SET_GLOBALLY].filter((key) => !anywhere(key))).toEqual([]);
});
