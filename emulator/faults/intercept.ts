/** Breaks requests on their way to their services, and answers on their way back. */
import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ApiRequest, type ApiResponse } from '../core/api.ts';
import type { KeyFinder } from '../core/credentials.ts';
import type { Intercept, Passage } from '../http/gateway.ts';
import { signatureError } from '../http/signatures/sigv4-errors.ts';
import { type BodyFault, BodyFaultStream } from './body-fault.ts';
import type { Faults, Injection } from './faults.ts';
import { LateEndStream } from './late-end.ts';
import type { LateLandings } from './late-landings.ts';
import { requestSubject } from './request-subject.ts';
import type { RequestFault } from './rule.ts';
import { SessionOrigins } from './session-origins.ts';

export interface InterceptOptions {
  faults: Faults;
  lateLandings: LateLandings;
  directory: KeyFinder;
  /** The execution environment whose code signs with this key. */
  sandboxOf: (accessKeyId: string) => { kill(): Promise<void> } | undefined;
}

/** The gateway's hook: lets each request through, or does to it what a rule says. */
export function interceptor({ faults, lateLandings, directory, sandboxOf }: InterceptOptions): Intercept {
  const origins = new SessionOrigins();
  return async (passage) => {
    const body = passage.divertBody ? undefined : await buffer(passage.request.body);
    const request = body ? { ...passage.request, body: Readable.from([body], { objectMode: false }) } : passage.request;
    const subject = requestSubject(passage.serviceName, request, body);
    const work = async (): Promise<ApiResponse> => {
      const answer = await passage.service.handle(request);
      if (subject.operation?.startsWith('AssumeRole')) origins.note(passage.accessKeyId, answer);
      return answer;
    };
    const injection = faults.decide('request', subject);
    if (!injection) return work();
    const call: Call = { passage, request, bodyLengthBytes: body?.length ?? declaredLength(request.headers), work };
    const key = directory.findAccessKey(passage.accessKeyId ?? '');
    const sandbox = sandboxOf(origins.of(passage.accessKeyId ?? ''));
    if (injection.fault.kind === 'late-landing') {
      return landLate(call, injection as Injection<LateLanding>, sandbox, lateLandings);
    }
    return inject(call, injection as Injection<AtOnce>, key, sandbox);
  };
}

/** One request that something is about to happen to. */
interface Call {
  passage: Passage;
  request: ApiRequest;
  bodyLengthBytes: number;
  /** Lets the service do what it is asked for. */
  work: () => Promise<ApiResponse>;
}

type Sandbox = ReturnType<InterceptOptions['sandboxOf']>;
type LateLanding = Extract<RequestFault, { kind: 'late-landing' }>;
type AtOnce = Exclude<RequestFault, LateLanding>;
type Outcome = Promise<ApiResponse | undefined>;

async function inject(
  call: Call,
  injection: Injection<AtOnce>,
  key: ReturnType<KeyFinder['findAccessKey']>,
  sandbox: Sandbox,
): Outcome {
  const { fault } = injection;
  switch (fault.kind) {
    case 'error':
      if (!injection.claim()) return call.work();
      if (fault.after) await done(call);
      return errorAnswer(call, fault);
    case 'answer':
      if (!injection.claim()) return call.work();
      // The client would take an answer in mid-body for a refusal.
      await (fault.done ? done(call) : buffer(call.request.body));
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' };
    case 'delay':
      return injection.claim() ? workLater(call, fault.ms) : call.work();
    case 'expire-credentials':
      // Only sessions expire.
      if (!key?.temporary || !injection.claim()) return call.work();
      key.temporary.expiresAt = 0;
      throw signatureError(call.passage.serviceName, 'expiredToken');
    case 'kill-caller':
      if (!sandbox || !injection.claim()) return call.work();
      if (fault.after) await done(call);
      await sandbox.kill();
      return undefined;
    default:
      return fault.kind !== 'truncate' && fault.side === 'request'
        ? injectIntoRequest(call, injection as Injection<BodyFault>)
        : injectIntoAnswer(call, injection as Injection<BodyFault>);
  }
}

async function injectIntoRequest(call: Call, injection: Injection<BodyFault>): Outcome {
  const { fault } = injection;
  const { passage, bodyLengthBytes } = call;
  const { divertBody, resetConnection } = passage;
  const position = injection.position(fault.atByte, bodyLengthBytes);
  if (divertBody && position < bodyLengthBytes) {
    divertBody(new BodyFaultStream({ injection, position, resetConnection }));
    return call.work();
  }
  // The body has been read as a whole, or there is none: it is still as if the connection had failed at that byte.
  const isReached = position < bodyLengthBytes || (position === 0 && fault.kind !== 'bit-flip');
  if (!isReached || !injection.claim()) return call.work();
  if (fault.kind === 'bit-flip') throw signatureError(passage.serviceName, 'wrongSignature');
  if (fault.kind === 'stall' && fault.forMs !== undefined) return workLater(call, fault.forMs);
  if (fault.kind === 'reset') resetConnection();
  return undefined;
}

async function injectIntoAnswer(call: Call, injection: Injection<BodyFault>): Outcome {
  const { fault } = injection;
  const { passage, request } = call;
  const answer = await call.work().catch((error: unknown) => {
    if (error instanceof ApiError) return passage.service.renderError(error, request);
    throw error;
  });
  const bytes = answer.body instanceof Readable ? undefined : Buffer.from(answer.body ?? '');
  const lengthBytes = request.method === 'HEAD' ? 0 : (bytes?.length ?? declaredLength(answer.headers));
  const position = injection.position(fault.atByte, lengthBytes);
  if (position === 0 && (fault.kind === 'reset' || fault.kind === 'stall')) {
    if (!injection.claim()) return answer;
    if (fault.kind === 'reset') passage.resetConnection();
    else if (fault.forMs !== undefined) {
      await sleep(fault.forMs, undefined, { ref: false });
      return answer;
    }
    discard(answer);
    return undefined;
  }
  if (position >= lengthBytes) return answer;
  const body = bytes ? Readable.from([bytes], { objectMode: false }) : (answer.body as Readable);
  const through = new BodyFaultStream({ injection, position, resetConnection: passage.resetConnection });
  // The gateway hears of a failure from the stream at the end.
  pipeline(body, through, () => {});
  const headers = {
    ...answer.headers,
    ...(bytes && { 'content-length': lengthBytes }),
    // Without it the client would wait for the missing bytes on a connection that stays open.
    ...(fault.kind === 'truncate' && { connection: 'close' }),
  };
  return { ...answer, headers, body: through };
}

/** A request whose client has left by then is dropped. */
async function workLater({ passage, bodyLengthBytes, work }: Call, milliseconds: number): Outcome {
  if (passage.divertBody && bodyLengthBytes > 0) {
    // Unread, it would fill the connection's buffers, and nobody would notice the client's leaving behind it.
    passage.divertBody(new LateEndStream({ milliseconds, hasLeft: passage.hasLeft }));
    return work();
  }
  await sleep(milliseconds, undefined, { ref: false });
  return passage.hasLeft() ? undefined : work();
}

/** What breaks off before its end, or isn't what was signed, never lands. */
async function landLate(
  { passage, request }: Call,
  injection: Injection<LateLanding>,
  sandbox: Sandbox,
  lateLandings: LateLandings,
): Outcome {
  const { ms, answer } = injection.fault;
  const bytes = await buffer(request.body);
  const work = (body: Readable) => passage.service.handle({ ...request, body });
  if ((answer === 'kill' && !sandbox) || !injection.claim()) {
    return work(Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false }));
  }
  lateLandings.begin(bytes, ms, work);
  if (answer === 'error') throw new ApiError('InternalError', 500, 'Injected by the local AWS.');
  if (answer === 'reset') passage.resetConnection();
  if (answer === 'kill') await sandbox!.kill();
  return undefined;
}

/** Resolves when the work is done, or has been refused. */
async function done(call: Call): Promise<void> {
  try {
    discard(await call.work());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

function discard({ body }: ApiResponse): void {
  if (body instanceof Readable) body.destroy();
}

function errorAnswer({ passage, request }: Call, fault: Extract<RequestFault, { kind: 'error' }>): ApiResponse {
  const { code, status, message = 'Injected by the local AWS.', retryAfterSeconds } = fault;
  const answer = passage.service.renderError(new ApiError(code, status, message), request);
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } };
}

function declaredLength(headers: ApiResponse['headers'] = {}): number {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'content-length');
  return Number((name && headers[name]) ?? 0);
}
