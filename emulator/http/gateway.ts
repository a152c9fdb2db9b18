/** The one port: tells TLS from HTTP, finds the service, verifies the signature and writes the answer. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { Readable, type Transform } from 'node:stream';
import { TLSSocket } from 'node:tls';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Clock,
  type ContextKeys,
  type PayloadAuth,
  type Principal,
  type Service,
} from '../core/api.ts';
import type { KeyFinder } from '../core/credentials.ts';
import { findPartition } from '../core/partition.ts';
import { guessService, hostnameOf, rawRequest } from './raw-request.ts';
import { RequestBody, readWhole } from './request-body.ts';
import type { RawRequest } from './signatures/canonical-request.ts';
import { parseTimestamp, readSignature } from './signatures/signature-claim.ts';
import { unsignedPayload, verifySignature } from './signatures/sigv4.ts';
import { signatureError } from './signatures/sigv4-errors.ts';
import { renderWithoutService, writeAnswer } from './write-answer.ts';

const TLS_HANDSHAKE = 0x16;
const KEEP_ALIVE_MS = 60_000;
/** The largest request of all services but S3: DynamoDB's BatchWriteItem of 16 MB. Bodies are hashed before they are believed. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
const UNSIGNED_REGION = 'us-east-1';

export interface GatewayOptions {
  /** Knows keys, and the partition of each account. */
  directory: KeyFinder & { partitionOf(account: string): string };
  clock: Clock;
  /** By which clients sign; `clock` unless given. */
  clientClock?: Clock | undefined;
  /** By the name in the credential scope: `s3`, `sts`, `iam`, `kms`, `sqs`, `lambda`, `dynamodb`, `events`, `cloudformation`, `ssm`. */
  services: Record<string, Service>;
  certificate: { certPem: string; keyPem: string };
  /** Told of everything a service throws that isn't an ApiError; the client sees InternalError. */
  onUnexpectedError?: (error: unknown) => void;
  /** Gets every request that has been let in, in place of its service. */
  intercept?: Intercept;
}

/** @returns undefined when the client gets no answer: the connection then belongs to whoever intercepted */
export type Intercept = (passage: Passage) => Promise<ApiResponse | undefined>;

/** A request whose signature has been verified, with all it takes to serve it or to break it off. */
export interface Passage {
  serviceName: string;
  service: Service;
  request: ApiRequest;
  accessKeyId: string | undefined;
  /** Sends the body through something on its way in; undefined where it has been read and believed already. */
  divertBody: ((through: Transform) => void) | undefined;
  resetConnection: () => void;
  /** Whether the client is gone. */
  hasLeft: () => boolean;
}

/** The one port of the local AWS. It speaks HTTPS and, for policies on aws:SecureTransport to meet it, plain HTTP. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #http: Server;
  readonly #https: Server;
  readonly #tcp: TcpServer;
  readonly #sockets = new Set<Socket>();

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { certPem: cert, keyPem: key } = options.certificate;
    this.#http = this.#serve(createHttpServer(), false);
    this.#https = this.#serve(createHttpsServer({ cert, key }), true);
    this.#tcp = createTcpServer({ noDelay: true }, (socket) => this.#welcome(socket));
  }

  /**
   * @param options port 0 takes any free one
   * @throws the system's error as it is, e.g. with code `EADDRINUSE`
   */
  async listen({ port, host }: { port: number; host: string }): Promise<{ port: number; url: string }> {
    await new Promise<void>((resolve, reject) => {
      this.#tcp.once('error', reject);
      this.#tcp.listen({ port, host }, () => {
        this.#tcp.off('error', reject);
        resolve();
      });
    });
    const { port: actualPort } = this.#tcp.address() as AddressInfo;
    return { port: actualPort, url: `https://${host.includes(':') ? `[${host}]` : host}:${actualPort}` };
  }

  /** Ends idle and active connections alike. Safe to call twice. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#tcp.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(server: Server, isSecure: boolean): Server {
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response, isSecure).catch((error: unknown) => this.#options.onUnexpectedError?.(error));
    };
    server.on('request', answer);
    // Listened to, or Node would invite the body before anybody knows whether it is wanted.
    server.on('checkContinue', answer);
    return server;
  }

  /** The first byte tells TLS from HTTP. */
  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A connection may break before or between requests: that is the client's affair.
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      const server = chunk[0] === TLS_HANDSHAKE ? this.#https : this.#http;
      server.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse, isSecure: boolean): Promise<void> {
    const requestId = randomUUID();
    const { raw, query } = rawRequest(request);
    const route = { name: guessService(raw, query) };
    const body = new RequestBody(request, () => {
      if (request.headers.expect !== undefined && !response.headersSent) response.writeContinue();
    });
    let answer: ApiResponse | undefined;
    try {
      answer = await this.#dispatch({ request, raw, query, body, route, requestId, isSecure });
    } catch (error) {
      const known = error instanceof ApiError;
      if (!known) this.#options.onUnexpectedError?.(error);
      const apiError = known
        ? error
        : new ApiError('InternalError', 500, 'We encountered an internal error. Please try again.');
      const about = { requestId, rawPath: raw.rawPath, method: raw.method };
      const service = this.#serviceOf(route.name);
      answer = service ? service.renderError(apiError, about) : renderWithoutService(apiError, requestId);
    }
    if (!answer) return;
    body.abandon();
    response.setHeader(route.name === 's3' ? 'x-amz-request-id' : 'x-amzn-requestid', requestId);
    // Clients set their clocks by this: it has to be the clock that signatures are checked with.
    response.setHeader('Date', new Date((this.#options.clientClock ?? this.#options.clock)()).toUTCString());
    await writeAnswer(request.method, response, answer);
  }

  async #dispatch(exchange: Exchange): Promise<ApiResponse | undefined> {
    const { request, raw, query, body, route, requestId, isSecure } = exchange;
    const { directory: keys, clock, clientClock = clock } = this.#options;
    const claim = readSignature(raw, route.name);
    if (claim) route.name = claim.service;
    const service = this.#serviceOf(route.name);
    if (!service) throw new ApiError('UnknownService', 400, `This local AWS has no service named "${route.name}".`);

    let principal: Principal = { kind: 'anonymous' };
    let payload: PayloadAuth;
    let signedBody: Readable = body;
    if (route.name === 's3') {
      if (claim)
        ({ principal, payload } = verifySignature(raw, claim, { keys, clock, clientClock, bodySha256: undefined }));
      else payload = unsignedPayload(raw);
      if (payload.kind === 'sha256') body.expectSha256(payload.hex);
    } else {
      if (!claim) throw signatureError(route.name, 'missing');
      const whole = await readWhole(body, MAX_BUFFERED_BYTES);
      const bodySha256 = createHash('sha256').update(whole).digest('hex');
      ({ principal } = verifySignature(raw, claim, { keys, clock, clientClock, bodySha256 }));
      payload = { kind: 'sha256', hex: bodySha256 };
      signedBody = Readable.from([whole], { objectMode: false });
    }
    const region = claim?.region ?? UNSIGNED_REGION;
    this.#refuseElsewhere(principal, region, route.name);
    const apiRequest: ApiRequest = {
      requestId,
      method: raw.method,
      rawPath: raw.rawPath,
      query,
      headers: request.headers,
      body: signedBody,
      region,
      hostname: hostnameOf(request),
      caller: { principal, context: this.#contextOf(request, region, isSecure) },
      payload,
      signature: claim && { kind: claim.kind, ageMs: clientClock() - parseTimestamp(claim.timestamp)! },
      tlsVersion: tlsVersionOf(request.socket),
    };
    const { intercept } = this.#options;
    if (!intercept) return service.handle(apiRequest);
    return intercept({
      serviceName: route.name,
      service,
      request: apiRequest,
      accessKeyId: claim?.accessKeyId,
      divertBody: signedBody === body ? (through) => body.passThrough(through) : undefined,
      resetConnection: () => this.#reset(request.socket),
      hasLeft: () => request.socket.destroyed,
    });
  }

  /** Keys are keys of their account's partition: elsewhere nobody knows them. */
  #refuseElsewhere(principal: Principal, region: string, service: string): void {
    if (!('account' in principal)) return;
    if (this.#options.directory.partitionOf(principal.account) !== findPartition(region)) {
      throw signatureError(service, 'unknownKey');
    }
  }

  /** By a TCP reset, which only the socket beneath TLS can send. */
  #reset({ remotePort }: Socket): void {
    for (const socket of this.#sockets) if (socket.remotePort === remotePort) socket.resetAndDestroy();
  }

  #serviceOf(name: string): Service | undefined {
    const { services } = this.#options;
    return Object.hasOwn(services, name) ? services[name] : undefined;
  }

  #contextOf(request: IncomingMessage, region: string, isSecure: boolean): ContextKeys {
    const now = this.#options.clock();
    const { 'user-agent': userAgent, referer } = request.headers;
    return {
      // An IPv4 client of a port that listens on IPv6 as well.
      'aws:SourceIp': (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      'aws:SecureTransport': String(isSecure),
      'aws:CurrentTime': new Date(now).toISOString(),
      'aws:EpochTime': String(Math.floor(now / 1000)),
      'aws:RequestedRegion': region,
      ...(userAgent !== undefined && { 'aws:UserAgent': userAgent }),
      ...(referer !== undefined && { 'aws:Referer': referer }),
    };
  }
}

function tlsVersionOf(socket: Socket): string | undefined {
  const protocol = socket instanceof TLSSocket ? socket.getProtocol() : undefined;
  return protocol?.replace(/^TLSv/, '');
}

interface Exchange {
  request: IncomingMessage;
  raw: RawRequest;
  query: URLSearchParams;
  body: RequestBody;
  /** Guessed at first; the signature's scope decides. Errors are put in the words of the service named here. */
  route: { name: string };
  requestId: string;
  isSecure: boolean;
}
