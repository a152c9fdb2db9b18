import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canonicalUserId } from '../../../core/accounts.ts';
import type { PolicyDocument, Statement } from '../../../core/policy-document.ts';
import { ACCOUNT, OTHER_ACCOUNT, publicAccess, REGION, S3Fixture } from './s3-fixture.ts';

let fixture: S3Fixture;
let root: S3Client;
let userCount = 0;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  root = fixture.root();
  fixture.createBucket('rights');
});

afterEach(() => fixture.endTest());

afterAll(() => fixture.close());

/** A user who may do this with everything in the bucket, and nothing else. */
function allowed(bucket: string, actions: string[], account = ACCOUNT, condition?: Statement['Condition']): S3Client {
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  const statement: Statement = { Effect: 'Allow', Action: actions, Resource };
  return fixture.user(`user-${++userCount}`, [condition ? { ...statement, Condition: condition } : statement], account);
}

function grantTo(bucket: string, account: string, ...actions: string[]): PolicyDocument {
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: actions, Resource }],
  };
}

const DENIED = { name: 'AccessDenied', $metadata: expect.objectContaining({ httpStatusCode: 403 }) };

describe('a writer with s3:PutObject alone', () => {
  test('uploads in every way, and can do nothing else', async () => {
    const Bucket = fixture.createBucket('write-only');
    const writer = allowed(Bucket, ['s3:PutObject']);
    const object = { Bucket, Key: 'k' };
    await writer.send(new PutObjectCommand({ ...object, Body: 'x', IfNoneMatch: '*' }));
    const { UploadId } = await writer.send(new CreateMultipartUploadCommand(object));
    const upload = { ...object, UploadId };
    const { ETag } = await writer.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'y' }));

    const forbidden = [
      () => writer.send(new GetObjectCommand(object)),
      () => writer.send(new DeleteObjectCommand(object)),
      () => writer.send(new ListObjectsV2Command({ Bucket })),
      () => writer.send(new ListPartsCommand(upload)),
      () => writer.send(new AbortMultipartUploadCommand(upload)),
      () => writer.send(new GetObjectAclCommand(object)),
      () => writer.send(new PutObjectAclCommand({ ...object, ACL: 'private' })),
      () => writer.send(new PutObjectCommand({ ...object, Body: 'x', Tagging: 'a=1' })),
      () => writer.send(new PutObjectCommand({ ...object, Body: 'x', ACL: 'bucket-owner-full-control' })),
      () => writer.send(new PutObjectCommand({ ...object, Body: 'x', IfMatch: '"x"' })),
      () => writer.send(new CopyObjectCommand({ ...object, CopySource: `${Bucket}/k` })),
    ];
    for (const request of forbidden) await expect(request()).rejects.toMatchObject(DENIED);
    await expect(writer.send(new HeadObjectCommand(object))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    const Parts = [{ PartNumber: 1, ETag }];
    await writer.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(fixture.events).toHaveLength(2);
  });

  test('is told what is missing, in the words of IAM', async () => {
    const Bucket = fixture.createBucket('words');
    const writer = allowed(Bucket, ['s3:PutObject']);
    await expect(writer.send(new GetObjectCommand({ Bucket, Key: 'a/b' }))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^User: arn:aws:iam::111111111111:user\/user-\d+ is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::words\/a\/b" because no identity-based policy allows the s3:GetObject action$/,
      ),
    });
  });
});

test('a missing object is only missing to one who may list', async () => {
  const Bucket = fixture.createBucket('missing');
  const reader = allowed(Bucket, ['s3:GetObject']);
  const lister = allowed(Bucket, ['s3:GetObject', 's3:ListBucket']);
  const request = { Bucket, Key: 'none' };
  await expect(reader.send(new GetObjectCommand(request))).rejects.toMatchObject({
    ...DENIED,
    message: expect.stringContaining('s3:ListBucket'),
  });
  await expect(lister.send(new GetObjectCommand(request))).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(lister.send(new HeadObjectCommand(request))).rejects.toMatchObject({ name: 'NotFound' });
});

test('a listing is confined to the prefix of its grant', async () => {
  const Bucket = fixture.createBucket('prefixes');
  const lister = allowed(Bucket, ['s3:ListBucket'], ACCOUNT, { StringLike: { 's3:prefix': 'in/*' } });
  await lister.send(new ListObjectsV2Command({ Bucket, Prefix: 'in/2026' }));
  await expect(lister.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject(DENIED);
  await expect(lister.send(new ListObjectsV2Command({ Bucket, Prefix: 'out/' }))).rejects.toMatchObject(DENIED);
});

test.each<[string, Statement['Condition'], Partial<PutObjectCommandInput>, Partial<PutObjectCommandInput>]>([
  [
    'a storage class',
    { StringEquals: { 's3:x-amz-storage-class': 'STANDARD_IA' } },
    { StorageClass: 'STANDARD_IA' },
    {},
  ],
  [
    'encryption',
    { StringEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
    { ServerSideEncryption: 'AES256' },
    {},
  ],
  ['a tag', { StringEquals: { 's3:RequestObjectTag/team': 'a' } }, { Tagging: 'team=a' }, { Tagging: 'team=b' }],
])('a condition on %s decides over a write', async (name, condition, passes, fails) => {
  const Bucket = fixture.createBucket(`condition-${name.split(' ').at(-1)}`);
  const writer = allowed(Bucket, ['s3:PutObject', 's3:PutObjectTagging'], ACCOUNT, condition);
  await writer.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...passes }));
  await expect(writer.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...fails }))).rejects.toMatchObject(
    DENIED,
  );
});

const versioned = { Bucket: 'rights', Key: 'k', VersionId: 'null' };
const object = { Bucket: 'rights', Key: 'k' };
const copy = { Bucket: 'rights', Key: 'copy', CopySource: 'rights/k' };
const tagging = { TagSet: [{ Key: 'b', Value: '2' }] };

test.each<[string, string, (client: S3Client) => Promise<unknown>]>([
  ['ListBuckets', 's3:ListAllMyBuckets', (client) => client.send(new ListBucketsCommand())],
  ['CreateBucket', 's3:CreateBucket', (client) => client.send(new CreateBucketCommand({ Bucket: 'rights-2' }))],
  ['DeleteBucket', 's3:DeleteBucket', (client) => client.send(new DeleteBucketCommand({ Bucket: 'rights' }))],
  ['GetBucketLocation', 's3:GetBucketLocation', (client) => client.send(new GetBucketLocationCommand(object))],
  [
    'GetBucketEncryption',
    's3:GetEncryptionConfiguration',
    (client) => client.send(new GetBucketEncryptionCommand(object)),
  ],
  ['GetBucketVersioning', 's3:GetBucketVersioning', (client) => client.send(new GetBucketVersioningCommand(object))],
  ['ListObjectVersions', 's3:ListBucketVersions', (client) => client.send(new ListObjectVersionsCommand(object))],
  [
    'ListMultipartUploads',
    's3:ListBucketMultipartUploads',
    (client) => client.send(new ListMultipartUploadsCommand(object)),
  ],
  ['GetObject of a version', 's3:GetObjectVersion', (client) => client.send(new GetObjectCommand(versioned))],
  ['DeleteObject of a version', 's3:DeleteObjectVersion', (client) => client.send(new DeleteObjectCommand(versioned))],
  ['GetObjectTagging', 's3:GetObjectTagging', (client) => client.send(new GetObjectTaggingCommand(object))],
  [
    'PutObjectTagging',
    's3:PutObjectTagging',
    (client) => client.send(new PutObjectTaggingCommand({ ...object, Tagging: tagging })),
  ],
  ['DeleteObjectTagging', 's3:DeleteObjectTagging', (client) => client.send(new DeleteObjectTaggingCommand(object))],
  [
    'GetObjectAttributes',
    's3:GetObjectAttributes',
    (client) => client.send(new GetObjectAttributesCommand({ ...object, ObjectAttributes: ['ETag'] })),
  ],
  ['CopyObject', 's3:GetObject', (client) => client.send(new CopyObjectCommand(copy))],
  ['CopyObject', 's3:PutObject', (client) => client.send(new CopyObjectCommand(copy))],
  ['CopyObject with tags', 's3:GetObjectTagging', (client) => client.send(new CopyObjectCommand(copy))],
  ['CopyObject with tags', 's3:PutObjectTagging', (client) => client.send(new CopyObjectCommand(copy))],
])('%s takes %s', async (_, action, request) => {
  const Bucket = 'rights';
  await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Tagging: 'a=1' }));
  const everything: Statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  const client = fixture.user(`user-${++userCount}`, [everything, { Effect: 'Deny', Action: action, Resource: '*' }]);
  await expect(request(client)).rejects.toMatchObject({
    ...DENIED,
    message: expect.stringContaining(`is not authorized to perform: ${action} `),
  });
});

describe('ownership', () => {
  test('with ACLs off the bucket owner owns what another account writes, and ACLs are refused', async () => {
    const Bucket = fixture.createBucket('enforced');
    fixture.s3.setBucketPolicy(Bucket, grantTo(Bucket, OTHER_ACCOUNT, 's3:PutObject', 's3:PutObjectAcl'));
    const writer = allowed(Bucket, ['s3:PutObject', 's3:PutObjectAcl'], OTHER_ACCOUNT);
    const object = { Bucket, Key: 'k', Body: 'x' };
    await writer.send(new PutObjectCommand({ ...object, ACL: 'bucket-owner-full-control' }));
    for (const acl of [{ ACL: 'private' }, { GrantRead: 'id=abc' }] as const) {
      await expect(writer.send(new PutObjectCommand({ ...object, ...acl }))).rejects.toMatchObject({
        name: 'AccessControlListNotSupported',
        message: 'The bucket does not allow ACLs',
      });
    }
    const { Owner } = await root.send(new GetObjectAclCommand({ Bucket, Key: 'k' }));
    expect(Owner?.ID).toBe(canonicalUserId(ACCOUNT));
    await root.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  });

  test('with ACLs on the writer owns it, and may lock the bucket owner out', async () => {
    const Bucket = fixture.createBucket('object-writer', { ownership: 'ObjectWriter' });
    fixture.s3.setBucketPolicy(Bucket, grantTo(Bucket, OTHER_ACCOUNT, 's3:PutObject', 's3:PutObjectAcl'));
    const writer = fixture.root(OTHER_ACCOUNT);
    const everyone = publicAccess(Bucket, 's3:GetObject').Statement;
    await writer.send(new PutObjectCommand({ Bucket, Key: 'locked', Body: 'x' }));
    await writer.send(new PutObjectCommand({ Bucket, Key: 'open', Body: 'x', ACL: 'bucket-owner-full-control' }));
    await expect(root.send(new GetObjectCommand({ Bucket, Key: 'locked' }))).rejects.toMatchObject(DENIED);
    await root.send(new GetObjectCommand({ Bucket, Key: 'open' }));
    // Nor can the bucket's owner give away what is not theirs.
    fixture.s3.setBucketPolicy(Bucket, { Version: '2012-10-17', Statement: everyone });
    expect((await fixture.raw({ method: 'GET', path: `/${Bucket}/locked` })).status).toBe(403);
    const { Contents } = await root.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }));
    expect(Contents?.[0]?.Owner?.ID).toBe(canonicalUserId(OTHER_ACCOUNT));
    await root.send(new DeleteObjectCommand({ Bucket, Key: 'locked' }));
  });
});

describe('a bucket of another account', () => {
  test('takes both sides to open', async () => {
    const Bucket = fixture.createBucket('cross');
    await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    const withRight = allowed(Bucket, ['s3:GetObject'], OTHER_ACCOUNT);
    const without = fixture.user('nobody', [], OTHER_ACCOUNT);
    await expect(withRight.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject(DENIED);
    fixture.s3.setBucketPolicy(Bucket, grantTo(Bucket, OTHER_ACCOUNT, 's3:GetObject'));
    await withRight.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    await expect(without.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject(DENIED);
  });

  test('is not mistaken for that of the expected owner', async () => {
    const Bucket = fixture.createBucket('expected');
    const object = { Bucket, Key: 'k', Body: 'x' };
    await root.send(new PutObjectCommand({ ...object, ExpectedBucketOwner: ACCOUNT }));
    await expect(
      root.send(new PutObjectCommand({ ...object, ExpectedBucketOwner: OTHER_ACCOUNT })),
    ).rejects.toMatchObject(DENIED);
    const copy = { Bucket, Key: 'copy', CopySource: `${Bucket}/k`, ExpectedSourceBucketOwner: OTHER_ACCOUNT };
    await expect(root.send(new CopyObjectCommand(copy))).rejects.toMatchObject(DENIED);
  });

  test('in another region, is refused with the right region', async () => {
    const Bucket = fixture.createBucket('elsewhere', { region: 'us-west-2' });
    await expect(root.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'AuthorizationHeaderMalformed',
      Region: 'us-west-2',
      message: `The authorization header is malformed; the region '${REGION}' is wrong; expecting 'us-west-2'`,
    });
  });
});

describe('anonymous callers', () => {
  const get = (path: string, secure = true) => fixture.raw({ method: 'GET', path, secure });

  test('read what the bucket policy opens, unless public access is blocked', async () => {
    const settings = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: false };
    for (const [name, restrictPublicBuckets, status] of [
      ['public', false, 200],
      ['blocked', true, 403],
    ] as const) {
      const Bucket = fixture.createBucket(name, {
        policy: publicAccess(name, 's3:GetObject'),
        publicAccessBlock: { ...settings, restrictPublicBuckets },
      });
      await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
      expect((await get(`/${name}/k`)).status).toBe(status);
    }
    expect((await get('/public/k?response-content-type=a')).status).toBe(400);
    expect((await get('/public')).status).toBe(403);
  });

  test('a restricted bucket with a public policy is closed to other accounts, and open to its own', async () => {
    const away = fixture.user('restricted-away', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }], OTHER_ACCOUNT);
    const named: Statement = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::restricted/*',
    };
    const anybody: Statement = { ...named, Principal: '*' };
    const office: Statement = { ...anybody, Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } } };
    const Bucket = fixture.createBucket('restricted');
    await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    const { settings } = fixture.s3.bucket(Bucket);
    const read = (client: S3Client) => client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    const close = (restrictPublicBuckets: boolean, ...Statement: Statement[]) => {
      const kept = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true };
      settings.publicAccessBlock = { ...kept, restrictPublicBuckets };
      fixture.s3.setBucketPolicy(Bucket, { Version: '2012-10-17', Statement });
    };
    close(true, named, anybody);
    await expect(read(away)).rejects.toMatchObject(DENIED);
    expect((await get(`/${Bucket}/k`)).status).toBe(403);
    await read(root);
    // A policy that isn't public is not restricted, and to prevent public policies closes nothing that is there.
    close(true, named, office);
    await read(away);
    expect((await get(`/${Bucket}/k`)).status).toBe(200);
    close(false, anybody);
    expect((await get(`/${Bucket}/k`)).status).toBe(200);
  });

  test('a bucket that demands TLS is closed to plain HTTP', async () => {
    const Bucket = fixture.createBucket('tls-only');
    const { Statement } = publicAccess(Bucket, 's3:GetObject');
    const deny: Statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    fixture.s3.setBucketPolicy(Bucket, { Version: '2012-10-17', Statement: [Statement, deny].flat() });
    await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    expect((await get(`/${Bucket}/k`)).status).toBe(200);
    expect((await get(`/${Bucket}/k`, false)).status).toBe(403);
  });
});

describe('a bucket encrypted with a KMS key', () => {
  const kmsKeyArn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
  const Bucket = 'encrypted';
  const object = { Bucket, Key: 'k' };

  function user(...actions: string[]): S3Client {
    const s3: Statement = { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` };
    const kms: Statement[] = actions.length ? [{ Effect: 'Allow', Action: actions, Resource: kmsKeyArn }] : [];
    return fixture.user(`kms-${++userCount}`, [s3, ...kms]);
  }

  beforeAll(() => {
    fixture.createBucket(Bucket, { encryption: { algorithm: 'aws:kms', kmsKeyArn } });
    const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
    const Statement = [{ Effect: 'Allow' as const, Principal, Action: 'kms:*', Resource: '*' }];
    fixture.kmsKeys.set(kmsKeyArn, { policy: { Version: '2012-10-17', Statement }, enabled: true });
  });

  test('writing takes kms:GenerateDataKey, reading takes kms:Decrypt', async () => {
    const writer = user('kms:GenerateDataKey');
    const put = await writer.send(new PutObjectCommand({ ...object, Body: 'abc' }));
    expect(put).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn });
    expect(put.ETag).not.toBe('"900150983cd24fb0d6963f7d28e17f72"');
    await expect(user('kms:Decrypt').send(new PutObjectCommand({ ...object, Body: 'x' }))).rejects.toMatchObject({
      ...DENIED,
      message: expect.stringContaining(`is not authorized to perform: kms:GenerateDataKey on resource: `),
    });
    await expect(writer.send(new GetObjectCommand(object))).rejects.toMatchObject({
      ...DENIED,
      message: expect.stringContaining('kms:Decrypt'),
    });
    await user('kms:Decrypt').send(new GetObjectCommand(object));
    await user().send(new HeadObjectCommand(object));
    await expect(user().send(new HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('a multipart upload takes both', async () => {
    const writer = user('kms:GenerateDataKey');
    const { UploadId } = await writer.send(new CreateMultipartUploadCommand(object));
    const part = new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'x' });
    await expect(writer.send(part)).rejects.toMatchObject({
      ...DENIED,
      message: expect.stringContaining('kms:Decrypt'),
    });
    await user('kms:Decrypt', 'kms:GenerateDataKey').send(part);
  });

  test('a key that is turned off does nothing for those who may use it, and refuses the others as before', async () => {
    await root.send(new PutObjectCommand({ ...object, Body: 'abc' }));
    const kmsKey = fixture.kmsKeys.get(kmsKeyArn)!;
    kmsKey.enabled = false;
    const disabled = {
      name: 'KMS.DisabledException',
      message: `${kmsKeyArn} is disabled.`,
      $metadata: { httpStatusCode: 400 },
    };
    await expect(root.send(new PutObjectCommand({ ...object, Body: 'x' }))).rejects.toMatchObject(disabled);
    await expect(root.send(new GetObjectCommand(object))).rejects.toMatchObject(disabled);
    await expect(user().send(new GetObjectCommand(object))).rejects.toMatchObject(DENIED);
    await root.send(new HeadObjectCommand(object));
    kmsKey.enabled = true;
    await root.send(new GetObjectCommand(object));
  });

  test('a key that nobody has declared is not found', async () => {
    const unknown = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: `${kmsKeyArn}0` };
    await expect(root.send(new PutObjectCommand({ ...object, Body: 'x', ...unknown }))).rejects.toMatchObject({
      name: 'KMS.NotFoundException',
    });
  });
});
