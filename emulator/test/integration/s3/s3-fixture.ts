import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect } from 'vitest';
import { IamAuthorizer } from '../../../authorization/authorizer.ts';
import type { AccessKey } from '../../../core/credentials.ts';
import type { PolicyDocument, Statement } from '../../../core/policy-document.ts';
import { Gateway } from '../../../http/gateway.ts';
import { createCertificate } from '../../../http/tls.ts';
import { Directory } from '../../../services/iam/state/directory.ts';
import { BucketNotifications } from '../../../services/s3/notifications/bucket-notifications.ts';
import type { ObjectCreated } from '../../../services/s3/notifications/s3-notification.ts';
import { S3Service } from '../../../services/s3/service.ts';
import type { BucketSettings, KmsKey } from '../../../services/s3/state/model.ts';

export const ACCOUNT = '111111111111';
export const OTHER_ACCOUNT = '222222222222';
export const REGION = 'eu-central-1';

export interface RawRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  secure?: boolean;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function nobody(): never {
  throw new Error('Nobody takes notifications here');
}

/** An S3 behind the real gateway, over HTTPS, with two accounts. */
export class S3Fixture {
  readonly events: ObjectCreated[] = [];
  readonly unexpectedErrors: unknown[] = [];
  readonly kmsKeys = new Map<string, KmsKey>();
  readonly directory: Directory;
  readonly s3: S3Service;
  readonly folder: string;
  readonly #gateway: Gateway;
  readonly #caPem: string;
  readonly #clients: S3Client[] = [];
  port = 0;

  static async start(): Promise<S3Fixture> {
    const folder = await mkdtemp(join(tmpdir(), 's3-'));
    await mkdir(join(folder, 'objects'));
    const fixture = new S3Fixture(folder, await createCertificate());
    ({ port: fixture.port } = await fixture.#gateway.listen({ port: 0, host: '127.0.0.1' }));
    return fixture;
  }

  private constructor(folder: string, certificate: Awaited<ReturnType<typeof createCertificate>>) {
    const clock = Date.now;
    this.folder = folder;
    this.directory = new Directory(clock);
    this.directory.addAccount(ACCOUNT);
    this.directory.addAccount(OTHER_ACCOUNT);
    this.s3 = new S3Service({
      authorizer: new IamAuthorizer(this.directory),
      folder: join(folder, 'objects'),
      clock,
      notifications: new BucketNotifications({ sqs: { sendMessage: nobody }, eventBus: { publish: nobody }, clock }),
      kmsKey: (arn) => this.kmsKeys.get(arn),
      principals: this.directory,
      onObjectCreated: (event) => void this.events.push(event),
    });
    this.#caPem = certificate.caPem;
    this.#gateway = new Gateway({
      directory: this.directory,
      clock,
      services: { s3: this.s3 },
      certificate,
      onUnexpectedError: (error) => this.unexpectedErrors.push(error),
    });
  }

  /** Forgets the events of a test. @throws AssertionError for a fault of the local AWS itself */
  endTest(): void {
    this.events.length = 0;
    expect(this.unexpectedErrors.splice(0)).toEqual([]);
  }

  createBucket(name: string, settings: Partial<BucketSettings> = {}): string {
    this.s3.createBucket({ name, account: ACCOUNT, region: REGION, ownership: 'BucketOwnerEnforced', ...settings });
    return name;
  }

  /** A user with these rights and a client that signs as that user. */
  user(name: string, statements: Statement[], account = ACCOUNT): S3Client {
    const document: PolicyDocument = { Version: '2012-10-17', Statement: statements };
    this.directory.addUser({ account, name, policies: statements.length ? [{ name: 'rights', document }] : [] });
    return this.client(this.directory.addAccessKey(account, name));
  }

  root(account = ACCOUNT, config: Partial<S3ClientConfig> = {}): S3Client {
    return this.client(this.directory.addRootKey(account), config);
  }

  client(credentials: AccessKey, config: Partial<S3ClientConfig> = {}): S3Client {
    const client = new S3Client({
      endpoint: `https://127.0.0.1:${this.port}`,
      region: REGION,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials,
      requestHandler: this.handler(),
      ...config,
    });
    this.#clients.push(client);
    return client;
  }

  /** Resolves every name to this machine, as virtual-hosted buckets need it. */
  handler(): NodeHttpHandler {
    const httpsAgent = new Agent({
      ca: this.#caPem,
      keepAlive: true,
      lookup: (_, { all }, done) => {
        if (all) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
      },
    });
    return new NodeHttpHandler({ httpsAgent });
  }

  /** A request that no SDK would send: not signed, byte for byte as given. */
  async raw({ method, path, headers = {}, body = '', secure = true }: RawRequest): Promise<RawAnswer> {
    const options = { host: '127.0.0.1', port: this.port, method, path, headers, ca: this.#caPem, agent: false };
    const request = secure ? httpsRequest(options) : httpRequest(options);
    if (body === '') {
      // Node would say a length of 0 where a test wants to say none.
      request.removeHeader('content-length');
      request.removeHeader('transfer-encoding');
    } else {
      // As bytes: Node would write the headers in the encoding of a string that follows them.
      request.write(Buffer.from(body));
    }
    request.end();
    return answerOf(request);
  }

  /** Begins an upload and breaks the connection in the middle of it, once `underWay` holds. */
  async breakOff(upload: RawRequest & { body: Buffer }, underWay: () => Promise<void>): Promise<void> {
    const { method, path, headers = {}, body } = upload;
    const options = { host: '127.0.0.1', port: this.port, method, path, headers, ca: this.#caPem, agent: false };
    const request = httpsRequest(options);
    request.on('error', () => undefined);
    request.write(body);
    await underWay();
    request.destroy();
  }

  /** Begins an upload, and sends its last bytes and reads the answer when `meanwhile` says so. */
  async slowly(
    { method, path, headers = {}, body }: RawRequest & { body: Buffer },
    meanwhile: (finish: (rest: Buffer) => Promise<RawAnswer>) => Promise<void>,
  ): Promise<void> {
    const options = { host: '127.0.0.1', port: this.port, method, path, headers, ca: this.#caPem, agent: false };
    const request = httpsRequest(options);
    request.write(body);
    await meanwhile(async (rest) => {
      request.end(rest);
      return answerOf(request);
    });
  }

  async filesOnDisk(): Promise<number> {
    return (await readdir(join(this.folder, 'objects'))).length;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.#gateway.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function answerOf(request: ClientRequest): Promise<RawAnswer> {
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return { status: answer.statusCode!, headers: answer.headers, body: (await buffer(answer)).toString() };
}

/** Lets anybody do this with a bucket's objects, so that raw requests need no signature. */
export function publicAccess(bucket: string, ...actions: string[]): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: actions,
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      },
    ],
  };
}
