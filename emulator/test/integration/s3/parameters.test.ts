/**
 * Nothing that the SDK's model of an operation knows is accepted and then ignored: each header and each query parameter of each operation
 * served is read, or refused by name. What is read is seen by watching who asks for it.
 */
import * as s3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { REGION, S3Fixture } from './s3-fixture.ts';

const Bucket = 'parameters';
const Key = 'k';
const AT = { Bucket, Key };

let fixture: S3Fixture;
let root: s3.S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  root = fixture.root();
  fixture.createBucket(Bucket, { versioning: 'Enabled', ownership: 'ObjectWriter' });
});

afterAll(async () => {
  expect(fixture.unexpectedErrors).toEqual([]);
  await fixture.close();
});

/** As much of an operation's schema as this asks for: https://www.npmjs.com/package/@smithy/types */
type Traits = { httpHeader?: string; httpQuery?: string; httpPrefixHeaders?: string };
type Structure = [kind: number, namespace: string, name: string, traits: unknown, names: string[], members: unknown[]];
type Schema = [kind: number, namespace: string, name: string, traits: unknown, input: () => Structure];

interface Parameter {
  kind: 'header' | 'query';
  name: string;
}

function parametersOf(operation: string): Parameter[] {
  const schema = (s3 as unknown as Record<string, Schema>)[`${operation}$`]!;
  const input = schema[4] as unknown as Structure | (() => Structure);
  const [, , , , , members] = typeof input === 'function' ? input() : input;
  return members.flatMap((member): Parameter[] => {
    const traits = Array.isArray(member) ? (member[1] as Traits) : {};
    if (traits.httpHeader !== undefined) return [{ kind: 'header', name: traits.httpHeader.toLowerCase() }];
    if (traits.httpQuery !== undefined) return [{ kind: 'query', name: traits.httpQuery }];
    if (traits.httpPrefixHeaders !== undefined) {
      return [{ kind: 'header', name: `${traits.httpPrefixHeaders}x` }];
    }
    return [];
  });
}

let buckets = 0;

const upload = async () => {
  const { UploadId } = await root.send(new s3.CreateMultipartUploadCommand(AT));
  return { ...AT, UploadId };
};
const uploaded = async () => {
  const to = await upload();
  const { ETag } = await root.send(new s3.UploadPartCommand({ ...to, PartNumber: 1, Body: 'x' }));
  return { ...to, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
};
const object = async () => {
  await root.send(new s3.PutObjectCommand({ ...AT, Body: 'x' }));
  return AT;
};
const bucket = async () => ({ Bucket });
const other = async () => ({ Bucket: fixture.createBucket(`other-${buckets++}`) });
const block = async () => ({ ...(await other()), PublicAccessBlockConfiguration: { BlockPublicAcls: true } });
const withBlock = async () => {
  const input = await block();
  await root.send(new s3.PutPublicAccessBlockCommand(input));
  return { Bucket: input.Bucket };
};
const policy = async () => ({
  Bucket,
  Policy: JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Principal: '*', Action: 's3:PutObjectAcl', Resource: `arn:aws:s3:::${Bucket}/never` },
  }),
});
const withPolicy = async () => {
  await root.send(new s3.PutBucketPolicyCommand(await policy()));
  return { Bucket };
};
const CreateBucketConfiguration = { LocationConstraint: REGION as 'eu-central-1' };

/** A request of each operation that succeeds as it is. */
const REQUESTS: Record<string, () => Promise<object>> = {
  AbortMultipartUpload: upload,
  CompleteMultipartUpload: uploaded,
  CopyObject: async () => ({ ...(await object()), Key: 'copy', CopySource: `${Bucket}/${Key}` }),
  CreateBucket: async () => ({ Bucket: `created-${buckets++}`, CreateBucketConfiguration }),
  CreateMultipartUpload: async () => AT,
  DeleteBucket: async () => ({ Bucket: fixture.createBucket(`deleted-${buckets++}`) }),
  DeleteBucketEncryption: bucket,
  DeleteBucketOwnershipControls: other,
  DeleteBucketPolicy: bucket,
  DeleteObject: object,
  DeleteObjectTagging: object,
  DeleteObjects: async () => ({ Bucket, Delete: { Objects: [{ Key: 'gone' }] } }),
  DeletePublicAccessBlock: other,
  GetBucketEncryption: bucket,
  GetBucketLocation: bucket,
  GetBucketNotificationConfiguration: bucket,
  GetBucketOwnershipControls: bucket,
  GetBucketPolicy: withPolicy,
  GetBucketPolicyStatus: withPolicy,
  GetBucketVersioning: bucket,
  GetObject: object,
  GetObjectAcl: object,
  GetObjectAttributes: async () => ({ ...(await object()), ObjectAttributes: ['ObjectParts', 'Checksum'] }),
  GetObjectTagging: object,
  GetPublicAccessBlock: withBlock,
  HeadBucket: bucket,
  HeadObject: object,
  ListBuckets: async () => ({}),
  ListMultipartUploads: async () => ({ Bucket, KeyMarker: 'a' }),
  ListObjectVersions: async () => ({ Bucket, KeyMarker: 'a' }),
  ListObjects: bucket,
  ListObjectsV2: bucket,
  ListParts: upload,
  PutBucketEncryption: async () => ({
    Bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  }),
  PutBucketNotificationConfiguration: async () => ({ Bucket, NotificationConfiguration: {} }),
  PutBucketOwnershipControls: async () => ({
    ...(await other()),
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  }),
  PutBucketPolicy: policy,
  PutBucketVersioning: async () => ({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  PutObject: async () => ({ ...AT, Body: 'x' }),
  PutObjectAcl: async () => ({ ...(await object()), ACL: 'private' }),
  PutObjectTagging: async () => ({ ...(await object()), Tagging: { TagSet: [] } }),
  PutPublicAccessBlock: block,
  UploadPart: async () => ({ ...(await upload()), PartNumber: 1, Body: 'x' }),
  UploadPartCopy: async () => ({ ...(await upload()), ...{ PartNumber: 1, CopySource: `${Bucket}/${Key}` } }),
};

/** No bucket here has its requesters pay. */
const WITHOUT_EFFECT = ['x-amz-request-payer'];
/** These are found by the beginning of their names. */
const BY_PREFIX = /^x-amz-(grant-|meta-)/;
/** HTTP's own, which the server reads before S3 does. */
const OF_HTTP = ['content-length'];

/** Sends the operation's request with one parameter more. @returns how the parameter was met */
async function met(operation: string, { kind, name }: Parameter): Promise<'read' | 'refused' | 'ignored'> {
  const input = await REQUESTS[operation]!();
  const commands = s3 as unknown as Record<string, new (input: object) => s3.GetObjectCommand>;
  const command = new commands[`${operation}Command`]!(input);
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; query: Record<string, string> };
      const at = kind === 'header' ? request.headers : request.query;
      at[name] ??= 'x';
      return next(args);
    },
    { step: 'build', name: 'oneMore', priority: 'low' },
  );
  const asked = new Set<unknown>();
  const watched = kind === 'header' ? Map.prototype : URLSearchParams.prototype;
  const spies = (['get', 'has'] as const).map((method) => {
    const original = watched[method] as (this: unknown, name: string) => unknown;
    return vi.spyOn(watched as Map<string, unknown>, method).mockImplementation(function (this: unknown, key) {
      const isOfS3 = kind === 'query' || (this as Map<string, unknown>).size > 3;
      if (isOfS3) asked.add(key);
      return original.call(this, key) as never;
    });
  });
  try {
    const error = await root.send(command).then(
      () => undefined,
      (failure: { name: string; message: string; Header?: string; $response?: { statusCode: number } }) => failure,
    );
    const isRefused = error?.$response?.statusCode === 501 || error?.name === 'NotImplemented';
    const named = `${error?.Header ?? ''} ${error?.message ?? ''}`.toLowerCase();
    // An answer to HEAD has no body to name anything in, and PutObjectAcl is refused as a whole.
    const isNamed = [name, operation].some((each) => named.includes(each.toLowerCase()));
    if (isRefused && (isNamed || operation.startsWith('Head'))) return 'refused';
    return asked.has(name) ? 'read' : 'ignored';
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('there is a request of each operation', () => {
  expect(Object.keys(REQUESTS).sort()).toEqual([...fixture.s3.operations].sort());
});

describe.each(Object.keys(REQUESTS))('%s', (operation) => {
  test('ignores nothing', async () => {
    const ignored: string[] = [];
    for (const parameter of parametersOf(operation)) {
      const { name } = parameter;
      if (WITHOUT_EFFECT.includes(name) || OF_HTTP.includes(name)) continue;
      const how = await met(operation, parameter);
      if (how === 'ignored' && !BY_PREFIX.test(name)) ignored.push(name);
    }
    expect(ignored).toEqual([]);
  });

  test('refuses by name a header and a parameter that only others know', async () => {
    for (const name of ['x-amz-fast', 'if-range']) {
      expect(await met(operation, { kind: 'header', name })).toBe('refused');
    }
    // Such a PUT is no creation: it is told that there is no such bucket.
    if (operation === 'CreateBucket') return;
    expect(await met(operation, { kind: 'query', name: 'no-such-parameter' })).toBe('refused');
  });
});

test('parameters of other operations are refused by name', async () => {
  expect(await met('GetObject', { kind: 'query', name: 'prefix' })).toBe('refused');
  expect(await met('ListObjectsV2', { kind: 'query', name: 'marker' })).toBe('refused');
  expect(await met('ListObjects', { kind: 'query', name: 'versionId' })).toBe('refused');
  expect(await met('UploadPart', { kind: 'header', name: 'x-amz-meta-x' })).toBe('refused');
  expect(await met('UploadPart', { kind: 'header', name: 'x-amz-storage-class' })).toBe('refused');
  expect(await met('HeadBucket', { kind: 'header', name: 'if-match' })).toBe('refused');
  expect(await met('ListBuckets', { kind: 'header', name: 'x-amz-expected-bucket-owner' })).toBe('refused');
});

test('a grant is refused by name, on an object and on a bucket', async () => {
  for (const operation of ['PutObject', 'CreateMultipartUpload', 'CopyObject', 'CreateBucket']) {
    expect(await met(operation, { kind: 'header', name: 'x-amz-grant-read' })).toBe('refused');
  }
});

test('a customer’s key (SSE-C) is refused by name wherever the SDK has it', async () => {
  const names = ['x-amz-server-side-encryption-customer-', 'x-amz-copy-source-server-side-encryption-customer-'];
  for (const operation of Object.keys(REQUESTS)) {
    for (const parameter of parametersOf(operation)) {
      if (!names.some((name) => parameter.name.startsWith(name))) continue;
      expect([operation, parameter.name, await met(operation, parameter)]).toEqual([
        operation,
        parameter.name,
        'refused',
      ]);
    }
  }
});
