/** Signed requests to services of AWS of which the check asks one thing or two: their SDK clients would be a quarter of its bundle. */
import { Sha256 } from '@aws-sdk/checksums/sha';
import { SignatureV4, type SignatureV4Init } from '@smithy/signature-v4';
import { retry } from '../core/retry.ts';

export interface ServiceRequest {
  /** As in the name of its endpoint, and in signatures. */
  service: 'lambda' | 'events' | 'sqs' | 'logs' | 'monitoring';
  method: 'GET' | 'POST';
  /** Without a query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Signer {
  region: string;
  credentials: SignatureV4Init['credentials'];
  /** The endpoint of every service, e.g. `https://lambda.eu-central-1.amazonaws.com`. */
  endpoint: (service: string) => string;
  /** Node's own unless given. */
  fetch?: (url: URL, request: SentRequest) => Promise<Response>;
}

interface SentRequest {
  method: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  body?: string;
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

async function sendOnce(signer: Signer, { service, ...request }: ServiceRequest, signingDate: Date): Promise<unknown> {
  const url = new URL(request.path, signer.endpoint(service));
  const { protocol, hostname, host, pathname: path } = url;
  const { method, body } = request;
  const { headers } = await new SignatureV4({ ...signer, service, sha256: Sha256 }).sign(
    { method, protocol, hostname, path, headers: { ...request.headers, host }, body },
    { signingDate },
  );
  const send = signer.fetch ?? fetch;
  const answer = await send(url, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS), ...(body && { body }) });
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
