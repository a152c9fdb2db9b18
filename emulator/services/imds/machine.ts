/** A machine's instance metadata service: EC2's IMDS version 2, on a port of loopback instead of 169.254.169.254. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../core/api.ts';
import type { AssumeAsService } from '../../core/credentials.ts';
import { type HeldProfile, MachineCredentials } from './machine-credentials.ts';
import { metadataOf } from './metadata.ts';
import { Tokens } from './tokens.ts';

const HOST = '127.0.0.1';
const TOKEN_PATH = '/latest/api/token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const TOKEN_HEADER = 'x-aws-ec2-metadata-token';

export interface MachineOptions {
  account: string;
  region: string;
  /** Undefined once it has been deleted. */
  profile: () => HeldProfile | undefined;
  assume: AssumeAsService;
  clock: Clock;
}

interface Answer {
  status: number;
  text?: string;
  headers?: Record<string, string>;
}

/**
 * Version 1, which asks without a token, is refused, as on machines with `HttpTokens=required`.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export class Machine {
  /** `i-…`, which is also the name of its role's session. */
  readonly instanceId = `i-0${randomBytes(8).toString('hex')}`;
  readonly #options: MachineOptions;
  readonly #tokens: Tokens;
  readonly #credentials: MachineCredentials;
  readonly #server: Server;

  static async start(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options);
    machine.#server.listen(0, HOST);
    await once(machine.#server, 'listening');
    return machine;
  }

  private constructor(options: MachineOptions) {
    this.#options = options;
    this.#tokens = new Tokens(options.clock);
    this.#credentials = new MachineCredentials({ ...options, sessionName: this.instanceId });
    this.#server = createServer((request, response) => {
      const { status, text = '', headers = {} } = this.#answer(request);
      response.writeHead(status, { 'content-type': 'text/plain', server: 'EC2ws', ...headers }).end(text);
    });
    this.#server.unref();
  }

  /** For AWS_EC2_METADATA_SERVICE_ENDPOINT. */
  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #answer({ method, url = '', headers }: IncomingMessage): Answer {
    const { pathname } = new URL(url, 'http://machine');
    if (pathname === TOKEN_PATH) return this.#token(method, headers);
    if (method !== 'GET') return { status: 405 };
    if (!this.#tokens.isValid(headers[TOKEN_HEADER])) return { status: 401 };
    const text = metadataOf(pathname, {
      ...this.#options,
      instanceId: this.instanceId,
      credentials: this.#credentials,
    });
    return text === undefined ? { status: 404 } : { status: 200, text };
  }

  /** Whoever comes through a proxy gets none. */
  #token(method: string | undefined, headers: IncomingMessage['headers']): Answer {
    if (method !== 'PUT') return { status: 405, headers: { allow: 'OPTIONS, PUT' } };
    if (headers['x-forwarded-for'] !== undefined) return { status: 403 };
    const seconds = String(headers[TTL_HEADER]);
    const token = this.#tokens.issue(seconds);
    return token === undefined ? { status: 400 } : { status: 200, text: token, headers: { [TTL_HEADER]: seconds } };
  }
}
