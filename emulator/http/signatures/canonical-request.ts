/** The canonical request of Signature Version 4. */
import { createHash } from 'node:crypto';
import { percentEncode } from '../../protocols/percent-encoding.ts';

/** A request as it came in: percent-encoding untouched, every header value as a separate entry. */
export interface RawRequest {
  method: string;
  rawPath: string;
  rawQuery: string;
  /** Names in lower case. */
  headers: NodeJS.Dict<string[]>;
}

export interface CanonicalSettings {
  signedHeaders: string[];
  /** The hex digest, or one of the words such as `UNSIGNED-PAYLOAD`. */
  payloadHash: string;
  /** S3 signs the path as it is; everybody else normalises it and encodes it twice. */
  isS3: boolean;
}

/**
 * The text whose digest is signed.
 * @throws URIError for a path or query that isn't valid percent-encoded UTF-8
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(request: RawRequest, settings: CanonicalSettings): string {
  const { signedHeaders, payloadHash, isS3 } = settings;
  return [
    request.method,
    isS3 ? encodePath(decodeURIComponent(request.rawPath)) : encodePath(normalisePath(request.rawPath)),
    canonicalQuery(request.rawQuery),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(request.headers[name] ?? [])}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/**
 * Node hands header bytes over as Latin-1. So does S3 read them, and takes the digest of that text in UTF-8: seen in the string to
 * sign that it answers (Automattic/knox#223), and in what passes and what doesn't (aws/aws-sdk-js#1297). Elsewhere the bytes count.
 */
export function sha256OfText(text: string, isS3: boolean): string {
  return createHash('sha256')
    .update(text, isS3 ? 'utf8' : 'latin1')
    .digest('hex');
}

function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? '' : pair.slice(equals + 1);
      return [recode(name), recode(value)] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, aValue], [b, bValue]) => compare(a, b) || compare(aValue, bValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalValue(values: string[]): string {
  return values.map((value) => value.trim().replace(/ +/g, ' ')).join(',');
}

/** Clients differ in which characters they escape; the signature is made over one spelling. */
function recode(text: string): string {
  return percentEncode(decodeURIComponent(text.replaceAll('+', ' ')));
}

function encodePath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}

function normalisePath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  const slash = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${slash}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
