/** Signed requests to services of AWS of which the check asks one thing or two: their SDK clients would be a quarter of its bundle. */
import { createHash, createHmac } from 'node:crypto';
import { retry } from '../core/retry.ts';

export interface ServiceRequest {
  /** As in the name of its endpoint, and in signatures. */
  service: 'lambda' | 'events' | 'sqs';
  method: 'GET' | 'POST';
  /** Only letters, digits and `/-_.`, so that it is the same when it is encoded. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Signer {
  region: string;
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined }>;
  /** The endpoint of every service, e.g. `https://lambda.eu-central-1.amazonaws.com`. */
  endpoint: (service: string) => string;
}

/** An answer that is no success; it looks like an error of the SDK (failures/facts.ts). */
export class ServiceError extends Error {
  readonly $metadata: { httpStatusCode: number };
  /** By the service's clock; milliseconds since the epoch. */
  readonly answeredAt: number;

  constructor(name: string, message: string, answer: Response) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: answer.status };
    this.answeredAt = Date.parse(answer.headers.get('date') ?? '');
  }
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;
const TIMEOUT_MS = 60_000;
/** Services refuse a signature that is 5 minutes off. */
const SKEW_MS = 4 * 60_000;

/**
 * Sends a request and reads its JSON answer. Throttling, errors of the service and of the network are tried again, and so is a signature
 * that a wrong clock made worthless, as the SDK does.
 * @throws ServiceError for an answer that is no success
 */
export function sendSigned(signer: Signer, request: ServiceRequest): Promise<unknown> {
  let aheadMs = 0;
  const isSkewed = ({ answeredAt }: ServiceError) => {
    const was = aheadMs;
    if (!Number.isNaN(answeredAt)) aheadMs = Date.now() - answeredAt;
    return Math.abs(aheadMs - was) > SKEW_MS;
  };
  return retry<unknown, Error>(() => sendOnce(signer, request, new Date(Date.now() - aheadMs)), {
    attempts: ATTEMPTS,
    isTransient: (error) => !(error instanceof ServiceError) || isSkewed(error) || isPassing(error),
    backoffMs: (failed) => Math.random() * FIRST_PAUSE_MS * 2 ** failed,
  });
}

async function sendOnce(signer: Signer, request: ServiceRequest, now: Date): Promise<unknown> {
  const url = new URL(request.path, signer.endpoint(request.service));
  const { method, body } = request;
  const headers = await signedHeaders(signer, request, url.host, now);
  const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS), ...(body && { body }) });
  const text = await answer.text();
  const value: unknown = text === '' ? {} : JSON.parse(text);
  const failure = answer.headers.get('x-amz-function-error') ?? undefined;
  if (answer.ok && failure === undefined) return value;
  const { __type, message, Message, errorMessage } = value as Record<string, string | undefined>;
  const name = failure ?? answer.headers.get('x-amzn-errortype') ?? __type ?? 'Error';
  throw new ServiceError(bareName(name), message ?? Message ?? errorMessage ?? text, answer);
}

/** `com.amazonaws.sqs#QueueDoesNotExist`, `ResourceNotFoundException:http://…` → the name alone. */
function bareName(name: string): string {
  return name.split(':')[0]!.split('#').at(-1)!;
}

function isPassing({ name, $metadata: { httpStatusCode: status } }: ServiceError): boolean {
  return status === 429 || status >= 500 || /Throttl|TooManyRequests/.test(name);
}

/**
 * Signature Version 4: the headers of a request with its `authorization`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signedHeaders(
  { region, credentials }: Pick<Signer, 'region' | 'credentials'>,
  { service, method, path, headers = {}, body = '' }: ServiceRequest,
  host: string,
  now: Date,
): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const all: Record<string, string> = {
    ...headers,
    host,
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(all).sort();
  const signed = names.join(';');
  const canonical = [method, path, '', ...names.map((name) => `${name}:${all[name]}`), '', signed, sha256(body)];
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical.join('\n'))].join('\n');
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${signed}, Signature=${signature}`;
  return { ...all, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
