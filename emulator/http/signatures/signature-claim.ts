/** What a request says about its signature: in the Authorization header or in a presigned URL. */
import { ApiError } from '../../core/api.ts';
import type { RawRequest } from './canonical-request.ts';
import { signatureError } from './sigv4-errors.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_PRESIGNED_SECONDS = 7 * 24 * 3600;

/** What a request says about its signature: nothing of it is proven yet. */
export interface ClaimedSignature {
  kind: 'header' | 'presigned';
  accessKeyId: string;
  /** `YYYYMMDD` */
  scopeDate: string;
  region: string;
  service: string;
  /** In lower case. */
  signedHeaders: string[];
  signature: string;
  /** `YYYYMMDD'T'HHMMSS'Z'` */
  timestamp: string;
  sessionToken: string | undefined;
  /** Presigned URLs only. */
  expiresSeconds?: number;
}

/**
 * Reads the Authorization header or the query of a presigned URL.
 * @param guessedService whose words an error is put in while the scope can't be read
 * @returns undefined for an unsigned request
 * @throws ApiError `AuthorizationHeaderMalformed`, `IncompleteSignature`, … (400)
 */
export function readSignature(request: RawRequest, guessedService: string): ClaimedSignature | undefined {
  const query = new URLSearchParams(request.rawQuery);
  const authorization = header(request, 'authorization');
  const isPresigned = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
  if (authorization !== undefined && isPresigned) {
    throw new ApiError(
      'InvalidArgument',
      400,
      'Only one auth mechanism allowed: the Authorization header or the query',
    );
  }
  if (query.has('AWSAccessKeyId') || (authorization !== undefined && !authorization.startsWith('AWS4-'))) {
    const problem = `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`;
    throw new ApiError('InvalidRequest', 400, problem);
  }
  if (authorization !== undefined) return readHeader(request, authorization, guessedService);
  return isPresigned ? readPresigned(query) : undefined;
}

function readHeader(request: RawRequest, authorization: string, guessedService: string): ClaimedSignature {
  const malformed = (particulars: string) => signatureError(guessedService, 'malformed', `; ${particulars}`);
  const space = authorization.indexOf(' ');
  if (authorization.slice(0, space) !== ALGORITHM) throw malformed(`the algorithm must be ${ALGORITHM}.`);
  const fields = new Map<string, string>();
  for (const field of authorization.slice(space + 1).split(',')) {
    const equals = field.indexOf('=');
    fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const needed = (name: string): string => {
    const value = fields.get(name);
    if (!value) throw malformed(`${name} is missing.`);
    return value;
  };
  const scope = readScope(needed('Credential'));
  if (!scope) throw malformed('the Credential must be <key id>/<YYYYMMDD>/<region>/<service>/aws4_request.');
  const timestamp = header(request, 'x-amz-date');
  if (timestamp === undefined || parseTimestamp(timestamp) === undefined)
    throw malformed('X-Amz-Date is missing or invalid.');
  return {
    kind: 'header',
    ...scope,
    signedHeaders: needed('SignedHeaders').toLowerCase().split(';'),
    signature: needed('Signature'),
    timestamp,
    sessionToken: header(request, 'x-amz-security-token'),
  };
}

function readPresigned(query: URLSearchParams): ClaimedSignature {
  const malformed = (problem: string) => new ApiError('AuthorizationQueryParametersError', 400, problem);
  const needed = (name: string): string => {
    const value = query.get(name);
    if (!value) throw malformed(`Query-string authentication version 4 requires the ${name} parameter.`);
    return value;
  };
  if (needed('X-Amz-Algorithm') !== ALGORITHM) throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const scope = readScope(needed('X-Amz-Credential'));
  if (!scope) throw malformed('Error parsing the X-Amz-Credential parameter.');
  const timestamp = needed('X-Amz-Date');
  if (parseTimestamp(timestamp) === undefined) throw malformed('X-Amz-Date must be in the ISO8601 Long Format');
  const expiresSeconds = Number(needed('X-Amz-Expires'));
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 0) throw malformed('X-Amz-Expires should be a number');
  if (expiresSeconds > MAX_PRESIGNED_SECONDS) {
    throw malformed(`X-Amz-Expires must be less than a week (in seconds), that is ${MAX_PRESIGNED_SECONDS}`);
  }
  return {
    kind: 'presigned',
    ...scope,
    signedHeaders: needed('X-Amz-SignedHeaders').toLowerCase().split(';'),
    signature: needed('X-Amz-Signature'),
    timestamp,
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    expiresSeconds,
  };
}

function readScope(
  credential: string,
): Pick<ClaimedSignature, 'accessKeyId' | 'scopeDate' | 'region' | 'service'> | undefined {
  const [accessKeyId, scopeDate, region, service, terminator, ...rest] = credential.split('/');
  if (!accessKeyId || !scopeDate || !region || !service || terminator !== 'aws4_request' || rest.length > 0)
    return undefined;
  return { accessKeyId, scopeDate, region, service };
}

export function header(request: RawRequest, name: string): string | undefined {
  return request.headers[name]?.join(',').trim();
}

/** Milliseconds since the epoch; undefined when malformed. */
export function parseTimestamp(timestamp: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? [];
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
