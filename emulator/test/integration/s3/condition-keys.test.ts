/** Bucket policies that speak of how a request is signed and of what it makes: the pages that publish them say what they refuse. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyDocument, Statement } from '../../../core/policy-document.ts';
import { ACCOUNT, REGION, S3Fixture } from './s3-fixture.ts';

const TEN_MINUTES_MS = 600_000;

let fixture: S3Fixture;
let user: S3Client;
let bucketCount = 0;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  user = fixture.user('u', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
});

afterEach(() => fixture.endTest());

afterAll(() => fixture.close());

function policyOf(Bucket: string, statements: Partial<Statement>[]): PolicyDocument {
  const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
  const whole = statements.map(
    (statement): Statement => ({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource, ...statement }),
  );
  return { Version: '2012-10-17', Statement: whole };
}

/** A bucket with an object `k`, and then with this policy. */
async function bucket(...statements: Partial<Statement>[]): Promise<string> {
  const Bucket = fixture.createBucket(`keys-${++bucketCount}`);
  await user.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  fixture.s3.setBucketPolicy(Bucket, policyOf(Bucket, statements));
  fixture.events.length = 0;
  return Bucket;
}

const when = (operator: string, key: string, value: string) => ({ Condition: { [operator]: { [key]: value } } });
const DENIED = { name: 'AccessDenied' };

async function getPresigned(Bucket: string, ageMs = 0): Promise<number> {
  // The SDK's signer can presign, though the type of its config doesn't say so.
  const signer = (await user.config.signer()) as unknown as {
    presign(request: object, options: object): Promise<{ query: Record<string, string> }>;
  };
  const { port } = fixture;
  const path = `/${Bucket}/k`;
  const headers = { host: `127.0.0.1:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const { query } = await signer.presign(
    { method: 'GET', protocol: 'https:', hostname: '127.0.0.1', port, path, query: {}, headers },
    { expiresIn: 3600, signingRegion: REGION, signingDate: new Date(Date.now() - ageMs) },
  );
  return (await fixture.raw({ method: 'GET', path: `${path}?${new URLSearchParams(query)}` })).status;
}

const put = (Bucket: string, more: object = {}) =>
  user.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'y', ...more }));
const get = (Bucket: string) => user.send(new GetObjectCommand({ Bucket, Key: 'k' }));

describe('how a request is signed', () => {
  test('s3:authType', async () => {
    const Bucket = await bucket(when('StringEquals', 's3:authType', 'REST-QUERY-STRING'));
    expect(await getPresigned(Bucket)).toBe(403);
    await get(Bucket);
    const headersOnly = await bucket(when('StringEquals', 's3:authType', 'REST-HEADER'));
    expect(await getPresigned(headersOnly)).toBe(200);
    await expect(get(headersOnly)).rejects.toMatchObject(DENIED);
  });

  test('s3:signatureAge is in milliseconds, and of presigned URLs', async () => {
    const Bucket = await bucket(when('NumericGreaterThan', 's3:signatureAge', '60000'));
    expect(await getPresigned(Bucket, TEN_MINUTES_MS)).toBe(403);
    expect(await getPresigned(Bucket)).toBe(200);
    const present = await bucket(when('Null', 's3:signatureAge', 'false'));
    await get(present);
    expect(await getPresigned(present)).toBe(403);
  });

  test('s3:signatureversion', async () => {
    const Bucket = await bucket(when('StringNotEquals', 's3:signatureversion', 'AWS4-HMAC-SHA256'));
    await put(Bucket);
    await get(Bucket);
    expect(await getPresigned(Bucket)).toBe(200);
    await expect(
      get(await bucket(when('StringEquals', 's3:signatureversion', 'AWS4-HMAC-SHA256'))),
    ).rejects.toMatchObject(DENIED);
  });

  test('s3:x-amz-content-sha256 is a header', async () => {
    const Bucket = await bucket(when('StringEquals', 's3:x-amz-content-sha256', 'UNSIGNED-PAYLOAD'));
    const unsigned = new PutObjectCommand({ Bucket, Key: 'k', Body: 'y' });
    unsigned.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    await expect(user.send(unsigned)).rejects.toMatchObject(DENIED);
    await get(Bucket);
    expect(await getPresigned(Bucket)).toBe(200);
  });

  test('s3:TlsVersion', async () => {
    await expect(get(await bucket(when('NumericLessThan', 's3:TlsVersion', '1.4')))).rejects.toMatchObject(DENIED);
    await get(await bucket(when('NumericLessThan', 's3:TlsVersion', '1.2')));
  });

  test('an anonymous request has no signature', async () => {
    const Bucket = await bucket(
      { Effect: 'Allow', ...when('Null', 's3:signatureversion', 'true') },
      when('Null', 's3:authType', 'false'),
    );
    expect((await fixture.raw({ method: 'GET', path: `/${Bucket}/k` })).status).toBe(200);
    await expect(get(Bucket)).rejects.toMatchObject(DENIED);
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
describe('conditional writes, enforced', () => {
  const onWrites = { Action: 's3:PutObject' };
  const WITHOUT: Partial<Statement> = {
    ...onWrites,
    Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  };

  async function upload(Bucket: string, more: object = {}) {
    const object = { Bucket, Key: 'large' };
    const { UploadId } = await user.send(new CreateMultipartUploadCommand(object));
    const part = { ...object, UploadId, PartNumber: 1 };
    const { ETag } = await user.send(new UploadPartCommand({ ...part, Body: 'y' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return user.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload, ...more }));
  }

  test('a write without If-None-Match is refused in every way, and an upload may be begun', async () => {
    const Bucket = await bucket(WITHOUT);
    await expect(put(Bucket)).rejects.toMatchObject(DENIED);
    await expect(upload(Bucket)).rejects.toMatchObject(DENIED);
    const copy = new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` });
    await expect(user.send(copy)).rejects.toMatchObject(DENIED);
    await put(Bucket, { Key: 'new', IfNoneMatch: '*' });
    await upload(Bucket, { IfNoneMatch: '*' });
    fixture.events.length = 0;
  });

  test('a writer who is allowed nothing else makes an upload', async () => {
    const Bucket = fixture.createBucket('by-policy-alone');
    const writer = fixture.user('none', []);
    const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:user/none` };
    const allow = { ...onWrites, Effect: 'Allow' as const, Principal };
    fixture.s3.setBucketPolicy(
      Bucket,
      policyOf(Bucket, [
        { ...allow, ...when('Null', 's3:if-none-match', 'false') },
        { ...allow, ...when('Bool', 's3:ObjectCreationOperation', 'false') },
      ]),
    );
    await writer.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    await expect(writer.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))).rejects.toMatchObject(DENIED);
  });

  test('s3:if-match on every operation that makes an object', async () => {
    const Bucket = await bucket({ ...onWrites, ...when('Null', 's3:if-match', 'false') });
    await expect(put(Bucket, { IfMatch: '"x"' })).rejects.toMatchObject(DENIED);
    await expect(upload(Bucket, { IfMatch: '"x"' })).rejects.toMatchObject(DENIED);
  });
});

describe('the tags that a request gives', () => {
  const onTags = { Action: ['s3:PutObjectTagging'] };
  const tag = (Bucket: string, ...values: string[]) =>
    user.send(
      new PutObjectTaggingCommand({
        Bucket,
        Key: 'k',
        Tagging: { TagSet: values.map((Value, index) => ({ Key: index === 0 ? 'class' : `more-${index}`, Value })) },
      }),
    );

  test('s3:RequestObjectTag', async () => {
    const Bucket = await bucket({ ...onTags, ...when('StringEquals', 's3:RequestObjectTag/class', 'public') });
    await expect(tag(Bucket, 'public')).rejects.toMatchObject(DENIED);
    await expect(put(Bucket, { Tagging: 'class=public' })).rejects.toMatchObject(DENIED);
    await tag(Bucket, 'private');
    fixture.events.length = 0;
  });

  test('s3:RequestObjectTagKeys', async () => {
    const Bucket = await bucket({
      ...onTags,
      ...when('ForAnyValue:StringEquals', 's3:RequestObjectTagKeys', 'more-1'),
    });
    await expect(tag(Bucket, 'a', 'b')).rejects.toMatchObject(DENIED);
    await tag(Bucket, 'a');
  });

  test('s3:ExistingObjectTag is of before', async () => {
    const Bucket = await bucket({ ...onTags, ...when('StringEquals', 's3:ExistingObjectTag/class', 'sealed') });
    await tag(Bucket, 'sealed');
    await expect(tag(Bucket, 'open')).rejects.toMatchObject(DENIED);
  });
});

test('nobody deletes what a policy keeps by the way it was asked for', async () => {
  const Bucket = await bucket({ Action: 's3:DeleteObject', ...when('StringEquals', 's3:authType', 'REST-HEADER') });
  await expect(user.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject(DENIED);
});
