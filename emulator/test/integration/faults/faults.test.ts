import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { Faults } from '../../../faults/faults.ts';
import type { Fault, Match, Rule, When } from '../../../faults/rule.ts';
import { templateStack } from '../../../templates/assembly.ts';
import { letS3Send } from '../cloud/queue-policy.ts';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const BUCKET = 'drops';
const WRITER = `arn:aws:iam::${ACCOUNT}:role/writer`;
/** Long enough for an answer to arrive over the loopback. */
const SILENCE_MS = 50;
const BYTES = Buffer.alloc(1000, 'abcdefghij');

/** Writes an object as a session that it has opened itself, as the relay does. */
const CODE = `
  import { PutObjectCommand, S3Client } from ${JSON.stringify(import.meta.resolve('@aws-sdk/client-s3'))};
  import { AssumeRoleCommand, STSClient } from ${JSON.stringify(import.meta.resolve('@aws-sdk/client-sts'))};
  export const handler = async ({ key }) => {
    const assume = new AssumeRoleCommand({ RoleArn: '${WRITER}', RoleSessionName: 'function' });
    const { Credentials: its } = await new STSClient({}).send(assume);
    const credentials = { accessKeyId: its.AccessKeyId, secretAccessKey: its.SecretAccessKey, sessionToken: its.SessionToken };
    await new S3Client({ credentials }).send(new PutObjectCommand({ Bucket: '${BUCKET}', Key: key, Body: key }));
    return process.pid;
  };`;

const roleOf = (RoleName: string, Principal: object, Action: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: { Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } },
    Policies: [{ PolicyName: 'all', PolicyDocument: { Statement: { Effect: 'Allow', Action, Resource: '*' } } }],
  },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const TEMPLATE = {
  Resources: {
    Bucket: {
      Type: 'AWS::S3::Bucket',
      DependsOn: 'QueuePolicy',
      Properties: {
        BucketName: BUCKET,
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: arnOf('Queue'),
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'events/' }] } },
            },
          ],
        },
      },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'queue', VisibilityTimeout: 600 } },
    QueuePolicy: letS3Send('Queue'),
    Writer: roleOf('writer', { AWS: `arn:aws:iam::${ACCOUNT}:root` }, ['s3:*']),
    Role: roleOf('function', { Service: 'lambda.amazonaws.com' }, ['sts:AssumeRole']),
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'write',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 30,
        Role: arnOf('Role'),
        Code: { S3Bucket: `cdk-assets-${ACCOUNT}-${REGION}`, S3Key: 'code.zip' },
      },
    },
  },
  Outputs: { QueueUrl: { Value: { Ref: 'Queue' } } },
};

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const faults = new Faults({ seed: 1 });
let cloud: LocalCloud;
let assetFolder: string;
let s3: S3Client;
let sqs: SQSClient;
let sts: STSClient;
let lambda: LambdaClient;
let queueUrl: string;

const settings = (credentials: Keys, maxAttempts = 1) => ({
  endpoint: cloud.url,
  region: REGION,
  credentials,
  maxAttempts,
  forcePathStyle: true,
  requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem, keepAlive: true }) }),
});

beforeAll(async () => {
  assetFolder = mkdtempSync(join(tmpdir(), 'asset-'));
  writeFileSync(join(assetFolder, 'index.mjs'), CODE);
  const stack = { account: ACCOUNT, region: REGION, name: 'stack', template: TEMPLATE };
  cloud = await LocalCloud.start({
    stacks: [templateStack({ ...stack, assets: new Map([['code', assetFolder]]) })],
    faults,
  });
  const operator = cloud.operator(ACCOUNT);
  s3 = new S3Client(settings(operator));
  sqs = new SQSClient(settings(operator));
  sts = new STSClient(settings(operator));
  lambda = new LambdaClient(settings(operator));
  queueUrl = cloud.outputs('stack')['QueueUrl']!;
  await received();
});
afterEach(() => faults.clear());
afterAll(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  await cloud.close();
  rmSync(assetFolder, { recursive: true });
});

const put = (Key: string, client = s3) => client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: BYTES }));
const exists = (Key: string) =>
  s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key })).then(
    () => true,
    () => false,
  );
async function get(Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  return Buffer.from(await Body!.transformToByteArray());
}

function inject(fault: Fault, match: Match = {}, when: When = { times: 1 }) {
  const rule: Rule = { name: `rule ${fault.kind}`, match, when, fault };
  return faults.add(rule);
}

/** Takes what is visible in the queue now: the keys, in order. */
async function received(): Promise<string[]> {
  const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await sqs.send(command);
  for (const { ReceiptHandle } of Messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  return Messages.map(({ Body }) => JSON.parse(Body!).Records?.[0].s3.object.key);
}

describe('an error is answered in the words of the service', () => {
  test('S3, with the time after which to try again', async () => {
    inject({ kind: 'error', status: 503, code: 'SlowDown', message: 'Slow down!', retryAfterSeconds: 3 });
    const error = await put('slow').catch((caught) => caught);
    expect(error).toMatchObject({ name: 'SlowDown', message: 'Slow down!', $metadata: { httpStatusCode: 503 } });
    expect(error.$response.headers['retry-after']).toBe('3');
    expect(await exists('slow')).toBe(false);
  });

  test('SQS and STS, by operation', async () => {
    inject(
      { kind: 'error', status: 500, code: 'InternalError' },
      { operation: /^(GetQueueAttributes|GetCaller.*)$/ },
      {},
    );
    const attributes = sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl }));
    await expect(attributes).rejects.toMatchObject({
      name: expect.stringContaining('Internal'),
      $metadata: { httpStatusCode: 500 },
    });
    await expect(sts.send(new GetCallerIdentityCommand())).rejects.toMatchObject({ name: 'InternalError' });
    expect(faults.log.slice(-2).map(({ subject }) => subject)).toMatchObject([
      { service: 'sqs', operation: 'GetQueueAttributes', account: ACCOUNT },
      { service: 'sts', operation: 'GetCallerIdentity', account: ACCOUNT },
    ]);
  });

  test('a client that tries again gets through', async () => {
    const rule = inject({ kind: 'error', status: 503, code: 'SlowDown' }, { key: 'again' }, { times: 2 });
    await put('again', new S3Client(settings(cloud.operator(ACCOUNT), 3)));
    expect(rule.injected).toBe(2);
  });

  test.each([
    [true, '"made-up"'],
    [false, '"made-up"'],
  ])('an answer of any kind, the work being done or not: %s', async (done, etag) => {
    inject({ kind: 'answer', status: 200, headers: { etag }, body: 'words', done });
    expect(await put(`answered-${done}`)).toMatchObject({ ETag: etag });
    expect(await exists(`answered-${done}`)).toBe(done);
  });

  test('a lost answer: the work is done', async () => {
    inject({ kind: 'error', status: 500, code: 'InternalError', after: true });
    await expect(put('done')).rejects.toMatchObject({ name: 'InternalError' });
    expect(await exists('done')).toBe(true);
  });
});

describe('a connection that is reset', () => {
  test.each([
    ['request', 0, false],
    ['request', 500, false],
    ['response', 0, true],
  ] as const)('on the %s, at byte %i of a PUT: the object is there: %s', async (side, atByte, stored) => {
    const key = `reset-${side}-${atByte}`;
    const rule = inject({ kind: 'reset', side, atByte });
    await expect(put(key)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(rule.injected).toBe(1);
    expect(await exists(key)).toBe(stored);
  });

  test('in the middle of an answer', async () => {
    await put('broken');
    inject({ kind: 'reset', side: 'response', atByte: 400 }, { key: 'broken' });
    await expect(get('broken')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await get('broken')).toEqual(BYTES);
  });

  test('on the request of a service that reads bodies whole', async () => {
    inject({ kind: 'reset', side: 'request', atByte: 10 }, { service: 'sqs' });
    await expect(received()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('what a client sees of an answer on the wire', () => {
  /** One anonymous GET by hand, whose answer is an error; resolves with how it ended, and what came before. */
  async function rawGet(): Promise<{ end: string; bodyBytes: number; promisedBytes: number }> {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(cloud.url).port), ca: cloud.caPem });
    socket.write(`GET /${BUCKET}/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    const end = await new Promise<string>((resolve) => {
      socket.on('end', () => resolve('end'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      // A busy machine takes its time for the beginning.
      socket.once('data', () => socket.setTimeout(SILENCE_MS, () => resolve('silence')));
    });
    socket.destroy();
    const promisedBytes = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    return { end, promisedBytes, bodyBytes: text.length - text.indexOf('\r\n\r\n') - 4 };
  }

  test.each<[string, string, Fault]>([
    ['truncated', 'end', { kind: 'truncate', atByte: 100 }],
    ['reset', 'ECONNRESET', { kind: 'reset', side: 'response', atByte: 100 }],
    ['stalled', 'silence', { kind: 'stall', side: 'response', atByte: 100 }],
  ])('%s: the bytes before it, then %s', async (_, expected, fault) => {
    inject(fault);
    const { end, bodyBytes, promisedBytes } = await rawGet();
    expect({ end, bodyBytes }).toEqual({ end: expected, bodyBytes: 100 });
    expect(promisedBytes).toBeGreaterThan(100);
  });
});

test('a truncated answer is no object: the SDK fails', async () => {
  await put('short');
  inject({ kind: 'truncate', atByte: 999 }, { key: 'short' });
  await expect(get('short')).rejects.toThrow();
});

describe('a stall', () => {
  test.each([
    ['request', 0],
    ['request', 500],
    ['response', 0],
  ] as const)('on the %s at byte %i ends after its time', async (side, atByte) => {
    const rule = inject({ kind: 'stall', side, atByte, forMs: 20 });
    await put(`stalled-${side}-${atByte}`);
    expect(rule.injected).toBe(1);
    expect(await get(`stalled-${side}-${atByte}`)).toEqual(BYTES);
  });

  test.each([
    ['request', 0],
    ['request', 500],
    ['response', 0],
  ] as const)('on the %s at byte %i without a time lasts until the client gives up', async (side, atByte) => {
    const rule = inject({ kind: 'stall', side, atByte });
    const input = { Bucket: BUCKET, Key: 'still', Body: BYTES };
    const call = s3.send(new PutObjectCommand(input), { abortSignal: AbortSignal.timeout(40) });
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(rule.injected).toBe(1);
  });
});

describe('a flipped bit', () => {
  test('on the way in is refused: by the digest that signed it, or by the checksum', async () => {
    const rule = inject({ kind: 'bit-flip', side: 'request', atByte: 500 }, {}, {});
    await expect(put('flipped')).rejects.toMatchObject({ name: expect.stringMatching(/Digest|SHA256Mismatch/) });
    expect(rule.injected).toBe(1);
    faults.clear();
    expect(await exists('flipped')).toBe(false);
  });

  test('on the way out is one bit, which the SDK finds by the checksum', async () => {
    await put('flipped-out');
    const rule = inject({ kind: 'bit-flip', side: 'response', atByte: 'anywhere' }, { key: 'flipped-out' });
    await expect(get('flipped-out')).rejects.toThrow(/[Cc]hecksum/);
    expect(rule.injected).toBe(1);

    rule.remove();
    inject({ kind: 'bit-flip', side: 'response', atByte: 7 }, { key: 'flipped-out' });
    const unchecked = new S3Client({
      ...settings(cloud.operator(ACCOUNT)),
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    const { Body } = await unchecked.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'flipped-out' }));
    const bytes = Buffer.from(await Body!.transformToByteArray());
    expect(bytes[7]! ^ BYTES[7]!).toBe(1);
    bytes[7]! ^= 1;
    expect(bytes).toEqual(BYTES);
  });

  const ANYWHERE: Record<string, Fault> = {
    'a flipped bit': { kind: 'bit-flip', side: 'response', atByte: 'anywhere' },
    'a truncated body': { kind: 'truncate', atByte: 'anywhere' },
  };

  test.each(Object.keys(ANYWHERE))('%s leaves an answer without a body as it is, its headers too', async (fault) => {
    await put('headed');
    const rule = inject(ANYWHERE[fault]!, { key: 'headed', operation: 'HeadObject' }, {});
    const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'headed' }));
    expect(head.ContentLength).toBe(BYTES.length);
    expect(rule.injected).toBe(0);
  });

  test('in a request that is signed as a whole breaks the signature', async () => {
    inject({ kind: 'bit-flip', side: 'request', atByte: 0 }, { service: 'sqs' });
    await expect(received()).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });
});

test('a delayed request is overtaken', async () => {
  inject({ kind: 'delay', ms: 40 }, { key: 'slow' });
  const order: string[] = [];
  await Promise.all(['slow', 'fast'].map((key) => put(key).then(() => order.push(key))));
  expect(order).toEqual(['fast', 'slow']);
});

test('a delayed request is dropped when its caller has left', async () => {
  const rule = inject({ kind: 'delay', ms: 400 }, { operation: 'SendMessage' });
  const send = (MessageBody: string) => new SendMessageCommand({ QueueUrl: queueUrl, MessageBody });
  const given = sqs.send(send('given up'), { abortSignal: AbortSignal.timeout(50) });
  await expect(given).rejects.toMatchObject({ name: 'AbortError' });
  rule.remove();
  inject({ kind: 'delay', ms: 500 }, { operation: 'SendMessage' });
  await sqs.send(send('{}'));
  expect(await received()).toHaveLength(1);
});

test('a delayed upload is dropped when its caller has left, however much of it has arrived', async () => {
  for (const sizeBytes of [10, 100_000, 400_000, 3_000_000]) {
    const Key = `given up after ${sizeBytes} bytes`;
    const rule = inject({ kind: 'delay', ms: 300 }, { key: Key });
    const upload = new PutObjectCommand({ Bucket: BUCKET, Key, Body: Buffer.alloc(sizeBytes) });
    const given = s3.send(upload, { abortSignal: AbortSignal.timeout(100) });
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    rule.remove();
    await sleep(500);
    expect(await exists(Key), Key).toBe(false);
  }
});

describe('a write that lands late', () => {
  const LATE_MS = 300;
  const late = (answer: 'error' | 'reset' | 'silence' | 'kill', operation = 'PutObject', ms = LATE_MS) =>
    inject({ kind: 'late-landing', ms, answer }, { service: 's3', operation });

  test.each([
    ['error', { name: 'InternalError' }],
    ['reset', { code: 'ECONNRESET' }],
    ['silence', { name: 'AbortError' }],
  ] as const)(
    'its client gets %s, and the object is there later; the cloud has not settled before',
    async (answer, error) => {
      const Key = `events/late/${answer}`;
      const rule = late(answer);
      const command = new PutObjectCommand({ Bucket: BUCKET, Key, Body: BYTES });
      await expect(s3.send(command, { abortSignal: AbortSignal.timeout(100) })).rejects.toMatchObject(error);
      expect(await exists(Key)).toBe(false);
      await cloud.settled();
      expect(await get(Key)).toEqual(BYTES);
      expect(rule.injected).toBe(1);
      expect(await received()).toEqual([Key]);
    },
  );

  test('although its sender was killed, and has no right to write any more', async () => {
    late('kill');
    const Payload = Buffer.from(JSON.stringify({ key: 'events/late/kill' }));
    const invoked = await lambda.send(new InvokeCommand({ FunctionName: 'write', Payload }));
    expect(invoked.FunctionError).toBeDefined();
    const { settings } = cloud.s3.bucket(BUCKET);
    const policy = {
      Statement: [{ Effect: 'Deny' as const, Principal: { AWS: '*' }, Action: 's3:PutObject', Resource: '*' }],
    };
    settings.policy = policy;
    await expect(put('events/late/denied')).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await exists('events/late/kill')).toBe(false);
    await cloud.settled();
    delete settings.policy;
    expect((await get('events/late/kill')).toString()).toBe('events/late/kill');
    expect(await received()).toEqual(['events/late/kill']);
  });

  test('takes the place of what was written meanwhile, unless it was not to', async () => {
    const rule = late('reset');
    await expect(put('events/late/over')).rejects.toThrow();
    rule.remove();
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'events/late/over', Body: 'meanwhile' }));
    const condition = { Bucket: BUCKET, Key: 'events/late/kept', Body: BYTES, IfNoneMatch: '*' };
    late('error');
    await expect(s3.send(new PutObjectCommand(condition))).rejects.toThrow();
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'events/late/kept', Body: 'meanwhile' }));
    await cloud.settled();
    expect(await get('events/late/over')).toEqual(BYTES);
    expect((await get('events/late/kept')).toString()).toBe('meanwhile');
    expect((await received()).sort()).toEqual(['events/late/kept', 'events/late/over', 'events/late/over']);
  });

  test('is a part, or the completion of an upload, which goes on meanwhile', async () => {
    const place = { Bucket: BUCKET, Key: 'events/late/parts' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(place));
    const part = (Body: string) => s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body }));
    const rule = late('reset', 'UploadPart');
    await expect(part('late')).rejects.toMatchObject({ code: 'ECONNRESET' });
    const { ETag: first } = await part('at once');
    await cloud.settled();
    const complete = (ETag: string | undefined) =>
      s3.send(
        new CompleteMultipartUploadCommand({
          ...place,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        }),
      );
    await expect(complete(first)).rejects.toMatchObject({ name: 'InvalidPart' });
    rule.remove();
    const { ETag: second } = await part('at once');
    late('error', 'CompleteMultipartUpload');
    await expect(complete(second)).rejects.toMatchObject({ name: 'InternalError' });
    expect(await exists('events/late/parts')).toBe(false);
    await cloud.settled();
    expect((await get('events/late/parts')).toString()).toBe('at once');
    await received();
  });

  test('never lands when its bytes have not all arrived, or are not what was signed', async () => {
    late('reset', 'PutObject', 1);
    const body = { Bucket: BUCKET, Key: 'events/late/never', Body: BYTES, ContentLength: BYTES.length + 1 };
    const unfinished = s3.send(new PutObjectCommand(body), { abortSignal: AbortSignal.timeout(100) });
    await expect(unfinished).rejects.toThrow();
    await cloud.settled();
    expect(await exists('events/late/never')).toBe(false);
  });

  test('is the sender’s own function only, where that is to be killed', async () => {
    const rule = late('kill');
    await put('events/late/not mine to kill');
    expect(rule.injected).toBe(0);
    await received();
  });

  test('is dropped when the cloud closes', async () => {
    const own = await LocalCloud.start({
      stacks: [],
      accountsWithOperator: [ACCOUNT],
      faults: new Faults({ seed: 1 }),
    });
    own.s3.createBucket({ name: BUCKET, account: ACCOUNT, region: REGION, ownership: 'BucketOwnerEnforced' });
    own.faults!.add({
      name: 'late',
      match: { service: 's3', operation: 'PutObject' },
      when: {},
      fault: { kind: 'late-landing', ms: 60_000, answer: 'error' },
    });
    const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: own.caPem }) });
    const client = new S3Client({ ...settings(own.operator(ACCOUNT)), endpoint: own.url, requestHandler });
    await expect(put('late', client)).rejects.toMatchObject({ name: 'InternalError' });
    await own.close();
    expect(own.s3.bucket(BUCKET).current('late')).toBeUndefined();
    expect(own.unexpectedErrors).toEqual([]);
  });
});

test('an expired session is expired for good, and nobody else is concerned', async () => {
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: WRITER, RoleSessionName: 'mine' }));
  const session = new S3Client(
    settings({
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    }),
  );
  await put('before', session);
  const rule = inject({ kind: 'expire-credentials' }, {}, { nth: [1, 2] });
  await put('by the operator');
  for (const attempt of ['first', 'second']) {
    await expect(put(attempt, session)).rejects.toMatchObject({ name: 'ExpiredToken' });
  }
  expect(rule.injected).toBe(1);
  await put('by the operator');
});

describe('a caller that is killed', () => {
  async function invoke(key: string): Promise<{ errorType?: string } & number> {
    const Payload = Buffer.from(JSON.stringify({ key }));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'write', Payload }));
    return JSON.parse(Buffer.from(answer.Payload!).toString());
  }

  test.each([
    ['before its work is done', {}, false],
    ['after its work is done, which it never learns', { after: true }, true],
  ])('%s', async (when, change, stored) => {
    const rule = inject({ kind: 'kill-caller', ...change }, { operation: 'PutObject' });
    expect(await invoke(when)).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(rule.injected).toBe(1);
    expect(await exists(when)).toBe(stored);
    expect(await invoke(when)).toBeTypeOf('number');
  });

  test('is a function: others live on', async () => {
    const rule = inject({ kind: 'kill-caller' });
    await put('not mine to kill');
    expect(rule.injected).toBe(0);
  });
});

describe('events', () => {
  const dropAll = async (...names: string[]) => {
    for (const name of names) await put(`events/${name}`);
  };
  const keys = (...names: string[]) => names.map((name) => `events/${name}`);

  test('come as they happen without faults', async () => {
    await dropAll('a', 'b');
    expect(await received()).toEqual(keys('a', 'b'));
  });

  test('come twice', async () => {
    inject({ kind: 'duplicate', times: 2 }, { key: 'events/a' });
    await dropAll('a', 'b');
    expect(await received()).toEqual(keys('a', 'a', 'a', 'b'));
  });

  test('come in another order, each still once', async () => {
    inject({ kind: 'reorder', window: 2 }, { bucket: BUCKET }, { nth: 1 });
    await dropAll('a', 'b', 'c', 'd');
    expect(await received()).toEqual(keys('b', 'c', 'a', 'd'));
  });

  test('come late, or twice and late; the cloud has not settled before', async () => {
    inject({ kind: 'delay-event', ms: 30 }, { key: 'events/a' });
    inject({ kind: 'duplicate', times: 1, afterMs: 40 }, { key: 'events/b' });
    await dropAll('a', 'b');
    await cloud.settled();
    expect((await received()).sort()).toEqual(keys('a', 'b', 'b'));
  });

  test('are handed out again while somebody works on them', async () => {
    inject({ kind: 'redeliver' }, { queue: 'queue', key: 'events/again a' });
    await dropAll('again a', 'b');
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    const { Messages: first = [] } = await sqs.send(command);
    const { Messages: second = [] } = await sqs.send(command);
    expect(first).toHaveLength(2);
    expect(second.map(({ MessageId }) => MessageId)).toEqual([first[0]!.MessageId]);
  });
});
