import { request } from 'node:http';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
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
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assumeWriter, lambdaKeys } from '../../support/sessions.ts';
import { strangers } from '../../support/strangers.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  type AwsClients,
  DESTINATION_BUCKET as Bucket,
  PREFIX,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  WRITER_ROLE_ARN,
} from '../../support/two-accounts.ts';

const Key = `${PREFIX}there.txt`;
let world: TwoAccounts;
let relay: AwsClients;
let writer: AwsClients;
let uploadId: string;

beforeAll(async () => {
  world = await startTwoAccounts({ last: [strangers()] });
  relay = world.as(lambdaKeys(world, RELAY_ROLE_ARN));
  writer = world.as(await assumeWriter(relay));
  await world.b.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'belongs to B' }));
  const { UploadId } = await writer.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  uploadId = UploadId!;
});

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

test('the writer is who it says', async () => {
  const { Account, Arn } = await writer.sts.send(new GetCallerIdentityCommand({}));
  expect({ Account, Arn }).toEqual({
    Account: ACCOUNT_B,
    Arn: `arn:aws:sts::${ACCOUNT_B}:assumed-role/upload-relay-writer/test`,
  });
});

test('the writer may put an object under its prefix', async () => {
  await writer.s3.send(new PutObjectCommand({ Bucket, Key: `${PREFIX}new.txt`, Body: 'x' }));
});

describe('with the writer role’s own credentials, everything but putting under the prefix is refused', () => {
  test.each<[string, (s3: AwsClients['s3']) => Promise<unknown>]>([
    ['GET', (s3) => s3.send(new GetObjectCommand({ Bucket, Key }))],
    ['HEAD', (s3) => s3.send(new HeadObjectCommand({ Bucket, Key }))],
    ['HEAD of a missing key', (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: `${PREFIX}missing` }))],
    ['GET of what it has just put', (s3) => s3.send(new GetObjectCommand({ Bucket, Key: `${PREFIX}new.txt` }))],
    ['attributes', (s3) => s3.send(new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['Checksum'] }))],
    ['LIST', (s3) => s3.send(new ListObjectsV2Command({ Bucket }))],
    ['LIST of its prefix', (s3) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: PREFIX }))],
    ['LIST of versions', (s3) => s3.send(new ListObjectVersionsCommand({ Bucket }))],
    ['LIST of uploads', (s3) => s3.send(new ListMultipartUploadsCommand({ Bucket }))],
    ['LIST of buckets', (s3) => s3.send(new ListBucketsCommand({}))],
    ['LIST of its own parts', (s3) => s3.send(new ListPartsCommand({ Bucket, Key, UploadId: uploadId }))],
    ['DELETE', (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key }))],
    ['abort', (s3) => s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: uploadId }))],
    ['GET of an ACL', (s3) => s3.send(new GetObjectAclCommand({ Bucket, Key }))],
    ['PUT of an ACL', (s3) => s3.send(new PutObjectAclCommand({ Bucket, Key, ACL: 'public-read' }))],
    ['PUT with an ACL', (s3) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ACL: 'public-read' }))],
    ['GET of tags', (s3) => s3.send(new GetObjectTaggingCommand({ Bucket, Key }))],
    ['PUT of tags', (s3) => s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [] } }))],
    ['PUT with tags', (s3) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Tagging: 'a=b' }))],
    ['PUT outside the prefix', (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'elsewhere.txt', Body: 'x' }))],
    ['PUT beside the prefix', (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'incoming', Body: 'x' }))],
    ['PUT into the source', (s3) => s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'x', Body: 'x' }))],
    ['copy out of the prefix', (s3) => s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}` }))],
  ])('%s', async (_, act) => {
    await expect(act(writer.s3)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  test('DELETE of many', async () => {
    const { Errors } = await writer.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }));
    expect(Errors).toMatchObject([{ Key, Code: 'AccessDenied' }]);
  });

  test('and the refusal is in S3’s own words', async () => {
    await expect(writer.s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${ACCOUNT_B}:assumed-role/upload-relay-writer/test is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::${Bucket}/${Key}" because no identity-based policy allows the s3:GetObject action`,
    });
  });
});

describe('nobody but the relay with the right external id becomes the writer', () => {
  const refusal = (arn: string) => ({
    name: 'AccessDenied',
    message: `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${WRITER_ROLE_ARN}`,
  });
  const stranger = (name: 'Hopeful' | 'Nobody') => {
    const outputs = world.cloud.outputs('strangers');
    return world.as({ accessKeyId: outputs[`${name}Id`]!, secretAccessKey: outputs[`${name}Secret`]! });
  };

  test('another role of account A, although its own policy allows it', async () => {
    const another = world.as(lambdaKeys(world, `arn:aws:iam::${ACCOUNT_A}:role/another-role`));
    await expect(assumeWriter(another)).rejects.toMatchObject(
      refusal(`arn:aws:sts::${ACCOUNT_A}:assumed-role/another-role/test`),
    );
  });

  test('a user of account A, although its own policy allows it', async () => {
    await expect(assumeWriter(stranger('Hopeful'))).rejects.toMatchObject(
      refusal(`arn:aws:iam::${ACCOUNT_A}:user/hopeful`),
    );
  });

  test('a user without the right', async () => {
    await expect(assumeWriter(stranger('Nobody'))).rejects.toMatchObject(
      refusal(`arn:aws:iam::${ACCOUNT_A}:user/nobody`),
    );
  });

  test('account A’s administrator', async () => {
    await expect(assumeWriter(world.a)).rejects.toMatchObject(refusal(`arn:aws:iam::${ACCOUNT_A}:user/operator`));
  });

  test.each([
    ['a wrong external id', { ExternalId: 'guessed' }],
    ['no external id', { ExternalId: undefined }],
  ])('the relay with %s', async (_, change) => {
    await expect(assumeWriter(relay, change)).rejects.toMatchObject(
      refusal(`arn:aws:sts::${ACCOUNT_A}:assumed-role/upload-relay/test`),
    );
  });

  test('not even the root user of account A', async () => {
    const root = world.as(world.cloud.directory.addRootKey(ACCOUNT_A));
    await expect(assumeWriter(root)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  test('and no session of the writer outlasts the hour that role chaining leaves', async () => {
    await expect(assumeWriter(relay, { DurationSeconds: 7200 })).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

test('account A’s administrator reads nothing in account B', async () => {
  await expect(world.a.s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(world.a.s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('the session policy keeps a session within its route even if the role allowed more', async () => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/${PREFIX}narrow/*` }],
  });
  const narrow = world.as(await assumeWriter(relay, { Policy }));
  await narrow.s3.send(new PutObjectCommand({ Bucket, Key: `${PREFIX}narrow/in`, Body: 'x' }));
  await expect(narrow.s3.send(new PutObjectCommand({ Bucket, Key: `${PREFIX}out`, Body: 'x' }))).rejects.toThrow(
    'no session policy allows the s3:PutObject action',
  );
});

test('plain HTTP meets the bucket policy’s TLS condition and is refused, even for the bucket’s own administrator', async () => {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const credentials = world.cloud.operator(ACCOUNT_B);
  const plain = new S3Client({
    endpoint: world.cloud.url.replace('https:', 'http:'),
    region: 'us-east-1',
    credentials,
  });
  await expect(plain.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('with an explicit deny in a resource-based policy'),
  });
});

test('an unsigned request is refused', async () => {
  const { hostname, port } = new URL(world.cloud.url);
  const status = await new Promise((resolve, reject) => {
    request({ hostname, port, path: `/${Bucket}/${Key}` }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});
