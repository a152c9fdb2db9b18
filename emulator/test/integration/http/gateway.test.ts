import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { type AddressInfo, connect, createServer, isIP, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { connect as tlsConnect } from 'node:tls';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ApiError, type ApiRequest, type ApiResponse, type Service } from '../../../core/api.ts';
import type { AccessKey } from '../../../core/credentials.ts';
import { Gateway } from '../../../http/gateway.ts';
import { createCertificate, type ServerCertificate } from '../../../http/tls.ts';
import { xmlDocument } from '../../../protocols/xml.ts';
import { Directory } from '../../../services/iam/state/directory.ts';

const ACCOUNT = '111111111111';
const MEBIBYTE = 1024 * 1024;

/** Answers with what it was told about the request, unless a test has put another behaviour in. */
class EchoService implements Service {
  readonly operations = [];
  behaviour: ((request: ApiRequest) => Promise<ApiResponse>) | undefined;

  async handle(request: ApiRequest): Promise<ApiResponse> {
    if (this.behaviour) return this.behaviour(request);
    const { length } = await buffer(request.body);
    const { caller, region, hostname, rawPath, payload } = request;
    const told = { ...caller, region, hostname, rawPath, payload: payload.kind, length };
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(told) };
  }

  renderError({ code, status, message, details }: ApiError): ApiResponse {
    return { status, body: xmlDocument('Error', { Code: code, Message: message, ...details }) };
  }
}

const echo = new EchoService();
const unexpected: unknown[] = [];
let nowOffsetMs = 0;
const clock = () => Date.now() + nowOffsetMs;
const directory = new Directory(clock);
directory.addAccount(ACCOUNT);
directory.addUser({ account: ACCOUNT, name: 'ann' });
const annKey = directory.addAccessKey(ACCOUNT, 'ann');

let certificate: ServerCertificate;
let gateway: Gateway;
let port: number;
let agent: Agent;
const clients: S3Client[] = [];

beforeAll(async () => {
  certificate = await createCertificate();
  gateway = new Gateway({
    directory,
    clock,
    services: { s3: echo, sts: echo, sqs: echo },
    certificate,
    onUnexpectedError: (error) => unexpected.push(error),
  });
  ({ port } = await gateway.listen({ port: 0, host: '127.0.0.1' }));
  agent = new Agent({ ca: certificate.caPem, keepAlive: true, maxSockets: 1 });
});

afterEach(() => {
  echo.behaviour = undefined;
  nowOffsetMs = 0;
  expect(unexpected.splice(0)).toEqual([]);
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  agent.destroy();
  await gateway.close();
  await gateway.close();
});

function s3(credentials: AccessKey & { sessionToken?: string } = annKey, scheme = 'https'): S3Client {
  const client = new S3Client({
    endpoint: `${scheme}://127.0.0.1:${port}`,
    region: 'eu-west-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials,
    requestHandler: new NodeHttpHandler({
      httpsAgent: new Agent({ ca: certificate.caPem, keepAlive: true }),
      httpAgent: new HttpAgent({ keepAlive: true }),
    }),
  });
  clients.push(client);
  return client;
}

async function whoAmI(client: S3Client) {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'a key+ü' }));
  return JSON.parse(await Body!.transformToString());
}

interface Answer {
  status: number;
  text: string;
  headers: IncomingHttpHeaders;
  /** Tells one connection from another. */
  localPort: number;
}

async function plain(options: RequestOptions, body = ''): Promise<Answer> {
  const request = httpsRequest({ host: '127.0.0.1', port, agent, ...options });
  request.end(body);
  const [socket] = (await once(request, 'socket')) as [Socket];
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { localPort = 0 } = socket;
  const text = (await buffer(response)).toString();
  return { status: response.statusCode!, text, headers: response.headers, localPort };
}

describe('callers', () => {
  test('a request signed by the SDK reaches the service with its caller', async () => {
    const told = await whoAmI(s3());
    expect(told.principal).toMatchObject({ kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/ann` });
    expect(told).toMatchObject({ region: 'eu-west-1', hostname: '127.0.0.1', rawPath: '/b/a%20key%2B%C3%BC' });
    expect(told.context).toMatchObject({ 'aws:SourceIp': '127.0.0.1', 'aws:SecureTransport': 'true' });
  });

  test('plain HTTP on the same port is not secure transport', async () => {
    const told = await whoAmI(s3(annKey, 'http'));
    expect(told.context).toMatchObject({ 'aws:SecureTransport': 'false' });
  });

  test('a session signs with its token until it expires', async () => {
    const trust = { Statement: [] };
    const role = directory.addRole({ account: ACCOUNT, name: 'relay', trust });
    const session = directory.issueSession({ role, sessionName: 's1', durationSeconds: 900 });
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/relay/s1`;
    expect((await whoAmI(s3(session))).principal).toMatchObject({ kind: 'session', arn });
    await expect(whoAmI(s3({ ...session, sessionToken: 'other' }))).rejects.toMatchObject({ name: 'InvalidToken' });
    const { expiration, ...withoutEnd } = session;
    nowOffsetMs = 14 * 60_000;
    expect((await whoAmI(s3(withoutEnd))).principal).toMatchObject({ arn });
    directory.findAccessKey(session.accessKeyId)!.temporary!.expiresAt = clock() - 1;
    await expect(whoAmI(s3(withoutEnd))).rejects.toMatchObject({
      name: 'ExpiredToken',
      message: 'The provided token has expired.',
    });
    expect(expiration.getTime()).toBeGreaterThan(0);
  });

  test('wrong secrets and unknown keys are told apart', async () => {
    await expect(whoAmI(s3({ ...annKey, secretAccessKey: 'x' }))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(whoAmI(s3({ ...annKey, accessKeyId: 'AKIAX' }))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
  });

  test('a client whose clock is an hour off learns the time from the refusal', async () => {
    nowOffsetMs = 3_600_000;
    const client = s3();
    const { headers } = await plain({ path: '/b/k' });
    expect(Date.parse(headers.date!)).toBeGreaterThan(Date.now() + 3_500_000);
    await expect(whoAmI(client)).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
    expect((await whoAmI(client)).principal).toMatchObject({ name: 'ann' });
  });

  test.each([
    ['changed', 'range', 'bytes=0-1', 'SignatureDoesNotMatch'],
    ['added', 'x-amz-tagging', 'a=b', 'AccessDenied'],
  ])('a header %s on the way is noticed', async (_, name, value, code) => {
    const client = s3();
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers[name] = value;
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
    const read = client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k', Range: 'bytes=0-9' }));
    await expect(read).rejects.toMatchObject({ name: code });
  });

  test('a body changed on the way fails while it is read', async () => {
    const client = s3();
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { body: Buffer.from('Hello') });
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
    client.config.requestChecksumCalculation = async () => 'WHEN_REQUIRED';
    const write = client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'hello' }));
    await expect(write).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
  });

  test('a presigned URL needs no header, and ends', async () => {
    // The SDK's signer can presign, though the type of its config doesn't say so.
    const signer = (await s3().config.signer()) as unknown as {
      presign(request: object, options: object): Promise<{ query: Record<string, string> }>;
    };
    const { query } = await signer.presign(
      {
        method: 'GET',
        protocol: 'https:',
        hostname: '127.0.0.1',
        port,
        path: '/b/a%20key',
        query: { partNumber: '1' },
        headers: { host: `127.0.0.1:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn: 60 },
    );
    const path = `/b/a%20key?${new URLSearchParams(query)}`;
    const { status, text } = await plain({ path });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ payload: 'unsigned', principal: { name: 'ann' } });
    expect(await plain({ path: path.replace('partNumber=1', 'partNumber=2') })).toMatchObject({ status: 403 });
    nowOffsetMs = 61_000;
    expect((await plain({ path })).text).toContain('Request has expired');
  });

  test('unsigned requests are anonymous to S3 and refused by everybody else', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const put = await plain({ method: 'PUT', path: '/b/k', headers: form }, 'as curl sends it');
    expect(JSON.parse(put.text).principal).toEqual({ kind: 'anonymous' });
    const sts = await plain({ method: 'POST', path: '/', headers: form }, 'Action=GetCallerIdentity');
    expect(sts).toMatchObject({
      status: 403,
      text: expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    });
    const sqs = await plain({ method: 'POST', path: '/', headers: { 'x-amz-target': 'AmazonSQS.SendMessage' } });
    expect(sqs.text).toContain('MissingAuthenticationToken');
  });

  test.each(['iam', 'constructor'])('a service that is not there is named: %s', async (name) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${annKey.accessKeyId}/20260101/us-east-1/${name}/aws4_request, SignedHeaders=host, Signature=a`;
    const headers = { authorization, 'x-amz-date': '20260101T000000Z' };
    expect((await plain({ path: '/', headers })).text).toContain(`no service named &quot;${name}&quot;`);
  });
});

describe('bodies', () => {
  const deny = async () => {
    throw new ApiError('AccessDenied', 403, 'No');
  };

  test('an upload that is refused before it is read is not even sent', async () => {
    echo.behaviour = deny;
    const request = httpsRequest({
      host: '127.0.0.1',
      port,
      agent,
      method: 'PUT',
      path: '/b/k',
      headers: { expect: '100-continue', 'content-length': String(MEBIBYTE) },
    });
    let invited = false;
    request.on('continue', () => {
      invited = true;
    });
    request.flushHeaders();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect([response.statusCode, invited]).toEqual([403, false]);
    request.destroy();
  });

  test('an upload of the SDK that waits for 100-continue arrives whole', async () => {
    let arrived: unknown;
    echo.behaviour = async ({ body, headers, payload }) => {
      const bytes = await buffer(body);
      arrived = { expect: headers.expect, payload: payload.kind, isWhole: bytes.length === 3 * MEBIBYTE };
      return { status: 200 };
    };
    await s3().send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: Buffer.alloc(3 * MEBIBYTE) }));
    expect(arrived).toEqual({ expect: '100-continue', payload: 'sha256', isWhole: true });
  });

  test('a refused upload neither hangs nor resets the connection, which is used again', async () => {
    echo.behaviour = deny;
    const first = await plain({ method: 'PUT', path: '/b/k' }, 'x'.repeat(8 * MEBIBYTE));
    expect(first.status).toBe(403);
    echo.behaviour = undefined;
    const second = await plain({ path: '/b/k' });
    expect(second).toMatchObject({ status: 200, localPort: first.localPort });
  });

  test('what a service half reads does not stop the connection', async () => {
    echo.behaviour = async ({ body }) => {
      body.read(0);
      while (body.readableLength < body.readableHighWaterMark) await new Promise(setImmediate);
      throw new ApiError('EntityTooLarge', 400, 'Enough');
    };
    const first = await plain({ method: 'PUT', path: '/b/k' }, 'x'.repeat(8 * MEBIBYTE));
    expect(first.status).toBe(400);
    echo.behaviour = undefined;
    expect(await plain({ path: '/b/k' })).toMatchObject({ status: 200, localPort: first.localPort });
  });

  test('a client is read no faster than the service reads', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let bufferedBytes = 0;
    echo.behaviour = async ({ body }) => {
      body.read(0);
      await released;
      bufferedBytes = body.readableLength;
      await buffer(body);
      return { status: 200 };
    };
    const request = httpRequest({ host: '127.0.0.1', port, method: 'PUT', path: '/b/k' });
    // Far more than the buffers of both sockets hold: the last byte can't leave before the service reads.
    request.write(Buffer.alloc(48 * MEBIBYTE));
    await once(request, 'socket');
    await new Promise((resolve) => setTimeout(resolve, 30));
    const isStuck = request.writableLength > 0;
    release();
    request.end();
    await once(request, 'response');
    expect(isStuck).toBe(true);
    expect(bufferedBytes).toBeLessThan(MEBIBYTE);
  });

  test('a client that goes away in mid-upload leaves no whole body behind', async () => {
    const outcome = new Promise((resolve) => {
      echo.behaviour = async ({ body }) => {
        await buffer(body).then(() => resolve('whole'), resolve);
        return { status: 200 };
      };
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
    setImmediate(() => socket.destroySoon());
    expect(await outcome).toMatchObject({ code: 'IncompleteBody' });
  });
});

describe('answers', () => {
  test('HEAD refusals have no body, and the SDK is not confused by them', async () => {
    echo.behaviour = async () => {
      throw new ApiError('NoSuchKey', 404, 'Gone');
    };
    const client = s3();
    const head = () => client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }));
    await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
    await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('an unexpected error is a 500 for the client and a report for us', async () => {
    const fault = new TypeError('a bug');
    echo.behaviour = async () => {
      throw fault;
    };
    const { status, text, headers } = await plain({ path: '/b/k' });
    expect([status, text]).toEqual([500, expect.stringContaining('<Code>InternalError</Code>')]);
    expect(text).not.toContain('a bug');
    expect(headers['x-amz-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(unexpected.splice(0)).toEqual([fault]);
  });

  test('a download that breaks off in the service breaks off for the client too', async () => {
    const fault = new Error('disk');
    echo.behaviour = async () => ({
      status: 200,
      headers: { 'Content-Length': 10 },
      body: Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw fault;
        })(),
      ),
    });
    await expect(plain({ path: '/b/k' })).rejects.toThrow(/aborted|hang up/);
    expect(unexpected.splice(0)).toEqual([fault]);
  });

  test('garbage on the port disturbs nobody', async () => {
    for (const bytes of [Buffer.from('\u0000\u0001\r\n\r\n'), Buffer.from([0x16, 3, 1, 0, 1, 0])]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    expect((await plain({ path: '/b/k' })).status).toBe(200);
  });
});

describe('the port', () => {
  test.each(['localhost', '127.0.0.1', 'bucket.s3.localhost'])('is certified for %s', async (servername) => {
    const name = isIP(servername) ? { host: servername } : { host: '127.0.0.1', servername };
    const socket = tlsConnect({ ...name, port, ca: certificate.caPem });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
  });

  test('that is taken is refused with the error of the system', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: taken } = other.address() as AddressInfo;
    const second = new Gateway({ directory, clock, services: {}, certificate });
    await expect(second.listen({ port: taken, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
    other.close();
  });

  test('is left at once when the gateway closes, even by a request that is being served', async () => {
    let reached = () => {};
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const forever: Service = {
      operations: [],
      handle: () => {
        reached();
        return new Promise(() => {});
      },
      renderError: () => ({ status: 500 }),
    };
    const closing = new Gateway({ directory, clock, services: { s3: forever }, certificate });
    const { port: closingPort } = await closing.listen({ port: 0, host: '127.0.0.1' });
    const request = httpRequest({ host: '127.0.0.1', port: closingPort, path: '/' });
    const failed = once(request, 'response');
    request.end();
    await isReached;
    await closing.close();
    await expect(failed).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
