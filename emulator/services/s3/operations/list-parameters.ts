/** The parameters that listings share, and how they show dates and places. */
import type { XmlNode } from '../../../protocols/xml.ts';
import type { BucketCall } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { encodeKey } from '../key-encoding.ts';
import { MAX_PAGE_SIZE } from '../limits.ts';

export interface ListParameters {
  prefix: string;
  delimiter: string;
  maxItems: number;
  encode: (key: string) => string;
  /** Elements that every kind of listing repeats from its request. */
  echo: Record<string, XmlNode>;
}

/** @throws ApiError `InvalidArgument` */
export function readParameters({ bucket, query }: BucketCall, maximum: 'max-keys' | 'max-uploads'): ListParameters {
  const encodingType = query.get('encoding-type') ?? undefined;
  if (encodingType !== undefined && encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  }
  const encode = encodingType === 'url' ? encodeKey : (key: string) => key;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxItems = pageSize(query, maximum);
  const echo = {
    Name: bucket.settings.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    [maximum === 'max-keys' ? 'MaxKeys' : 'MaxUploads']: maxItems,
    EncodingType: encodingType,
  };
  return { prefix, delimiter, maxItems, encode, echo };
}

/** @throws ApiError `InvalidArgument` */
export function pageSize(query: { get(name: string): string | null | undefined }, name: string): number {
  const text = query.get(name);
  if (!text) return MAX_PAGE_SIZE;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0x7fffffff) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  return Math.min(Number(text), MAX_PAGE_SIZE);
}

/** Listings show whole seconds, as headers do, though in the form of milliseconds. */
export function listedDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, '.000Z');
}

/** What stands for the last item of a page. */
export function encodeToken(last: string): string {
  return `1${Buffer.from(last).toString('base64url')}`;
}

/** @throws ApiError `InvalidArgument` */
export function decodeToken(token: string): string {
  if (!/^1[\w-]+$/.test(token)) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return Buffer.from(token.slice(1), 'base64url').toString();
}
