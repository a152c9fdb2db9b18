/** The verifying side of Signature Version 4. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError, type ChunkSigner, type Clock, type PayloadAuth, type Principal } from '../../core/api.ts';
import type { IssuedKey, KeyFinder } from '../../core/credentials.ts';
import { canonicalRequest, type RawRequest, sha256OfText } from './canonical-request.ts';
import { ALGORITHM, type ClaimedSignature, header, parseTimestamp } from './signature-claim.ts';
import { type SignatureFault, signatureError } from './sigv4-errors.ts';

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** How far a client's clock may be off, in either direction. */
const MAX_SKEW_MS = 15 * 60 * 1000;

export interface VerificationSettings {
  keys: KeyFinder;
  clock: Clock;
  /** What clients' clocks are compared with; `clock` unless given. */
  clientClock?: Clock | undefined;
  /** The hex digest of the body. S3 goes by the one that the client declares, since a body may be large. */
  bodySha256: string | undefined;
}

export interface VerifiedSignature {
  principal: Principal;
  payload: PayloadAuth;
}

/**
 * Proves who made the request.
 * @throws ApiError in the words of the claimed service: unknown key, wrong signature, skewed clock, expired token, …
 */
export function verifySignature(
  request: RawRequest,
  claim: ClaimedSignature,
  { keys, clock, clientClock = clock, bodySha256 }: VerificationSettings,
): VerifiedSignature {
  const fail = (fault: SignatureFault, particulars = '', details = {}) =>
    signatureError(claim.service, fault, particulars, details);
  const isS3 = claim.service === 's3';
  const key = keys.findAccessKey(claim.accessKeyId);
  if (!key) throw fail('unknownKey', '', isS3 ? { AWSAccessKeyId: claim.accessKeyId } : {});
  checkTime(claim, clientClock());
  checkCoverage(request, claim);
  if (!isToken(key, claim.sessionToken)) throw fail('wrongToken');

  const declared = declaredPayload(request, claim);
  if (isS3 && declared === undefined) {
    throw new ApiError('InvalidRequest', 400, 'Missing required header for this request: x-amz-content-sha256');
  }
  const payloadHash = isS3 ? declared! : (bodySha256 ?? EMPTY_SHA256);
  const canonical = canonicalOf(request, claim, payloadHash);
  const scope = `${claim.scopeDate}/${claim.region}/${claim.service}/aws4_request`;
  const stringToSign = [ALGORITHM, claim.timestamp, scope, sha256OfText(canonical, isS3)].join('\n');
  const signingKey = deriveKey(key.secretAccessKey, claim);
  if (!isEqual(hmac(signingKey, stringToSign).toString('hex'), claim.signature)) {
    const { accessKeyId: AWSAccessKeyId, signature: SignatureProvided } = claim;
    const details = { AWSAccessKeyId, SignatureProvided, StringToSign: stringToSign, CanonicalRequest: canonical };
    throw fail('wrongSignature', '', isS3 ? details : {});
  }
  if (key.temporary && key.temporary.expiresAt <= clock()) throw fail('expiredToken');
  const sign = (text: string) => hmac(signingKey, text).toString('hex');
  return { principal: key.principal, payload: payloadAuth(payloadHash, chunkSigner(sign, claim, scope)) };
}

/** The body of an unsigned request to S3, which may still declare its digest or come in chunks. */
export function unsignedPayload(request: RawRequest): PayloadAuth {
  return payloadAuth(header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD', undefined);
}

function checkTime(claim: ClaimedSignature, now: number): void {
  const signedAt = parseTimestamp(claim.timestamp)!;
  const { service, expiresSeconds, timestamp, scopeDate } = claim;
  if (!timestamp.startsWith(scopeDate)) {
    throw signatureError(service, 'malformed', `; the Credential's date ${scopeDate} is not that of ${timestamp}.`);
  }
  if (expiresSeconds !== undefined) {
    if (signedAt > now + MAX_SKEW_MS) throw new ApiError('AccessDenied', 403, 'Request is not valid yet');
    if (now > signedAt + expiresSeconds * 1000) throw new ApiError('AccessDenied', 403, 'Request has expired');
  } else if (Math.abs(signedAt - now) > MAX_SKEW_MS) {
    const serverTime = new Date(now).toISOString();
    if (service === 's3')
      throw signatureError(service, 'skewed', '', { RequestTime: timestamp, ServerTime: serverTime });
    throw signatureError(service, 'skewed', `: ${timestamp} is more than 15 min. from ${serverTime}`);
  }
}

/** A header that changes what the request does, but isn't signed, could have been added on the way. */
function checkCoverage(request: RawRequest, claim: ClaimedSignature): void {
  if (!claim.signedHeaders.includes('host')) {
    throw signatureError(claim.service, 'malformed', "; 'Host' must be a signed header.");
  }
  if (claim.service !== 's3') return;
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !claim.signedHeaders.includes(name) && name !== 'x-amz-content-sha256',
  );
  if (unsigned.length === 0) return;
  const problem = 'There were headers present in the request which were not signed';
  throw new ApiError('AccessDenied', 403, problem, { HeadersNotSigned: unsigned.join(', ') });
}

function isToken({ temporary }: IssuedKey, token: string | undefined): boolean {
  if (temporary === undefined || token === undefined) return temporary === undefined && token === undefined;
  return isEqual(temporary.sessionToken, token);
}

function declaredPayload(request: RawRequest, claim: ClaimedSignature): string | undefined {
  const declared = header(request, 'x-amz-content-sha256');
  if (declared !== undefined || claim.kind === 'header') return declared;
  return new URLSearchParams(request.rawQuery).get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
}

function canonicalOf(request: RawRequest, claim: ClaimedSignature, payloadHash: string): string {
  try {
    return canonicalRequest(request, { signedHeaders: claim.signedHeaders, payloadHash, isS3: claim.service === 's3' });
  } catch (error) {
    if (error instanceof URIError) throw new ApiError('InvalidURI', 400, "Couldn't parse the specified URI.");
    throw error;
  }
}

function payloadAuth(declared: string, chunkSignature: ChunkSigner | undefined): PayloadAuth {
  if (declared === 'UNSIGNED-PAYLOAD') return { kind: 'unsigned' };
  if (declared === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { kind: 'chunked-unsigned' };
  if (/^[0-9a-f]{64}$/.test(declared)) return { kind: 'sha256', hex: declared };
  const [signed, trailer] = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/.exec(declared) ?? [];
  if (signed !== undefined && chunkSignature) {
    return { kind: 'chunked-signed', trailer: trailer !== undefined, chunkSignature };
  }
  const expected = 'UNSIGNED-PAYLOAD, one of the STREAMING-… values for this signature, or a valid sha256 value';
  throw new ApiError('InvalidArgument', 400, `x-amz-content-sha256 must be ${expected}.`);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
function chunkSigner(
  sign: (text: string) => string,
  { timestamp, signature }: ClaimedSignature,
  scope: string,
): ChunkSigner {
  let previous = signature;
  const next = (kind: string, ...digests: string[]): string => {
    previous = sign([`${ALGORITHM}-${kind}`, timestamp, scope, previous, ...digests].join('\n'));
    return previous;
  };
  return {
    chunk: (sha256Hex) => next('PAYLOAD', EMPTY_SHA256, sha256Hex),
    trailer: (sha256Hex) => next('TRAILER', sha256Hex),
  };
}

function deriveKey(secretAccessKey: string, { scopeDate, region, service }: ClaimedSignature): Buffer {
  return [scopeDate, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** In constant time, so that nobody can guess a signature byte by byte. */
function isEqual(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
