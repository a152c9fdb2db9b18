/** The bucket and the key that a request names. */
import { ApiError, type ApiRequest } from '../../core/api.ts';
import { DNS_SUFFIXES } from '../../core/partition.ts';
import { MAX_KEY_BYTES } from './limits.ts';

/** What the host and the path of a request name. */
export interface Target {
  bucketName?: string;
  /** Decoded, once. */
  key?: string;
}

/**
 * Reads both ways of naming a bucket:
 * `https://host/bucket/key` (path style) and `https://bucket.host/key` (virtual-hosted style).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 * @throws ApiError `InvalidURI`, `KeyTooLongError`
 */
export function resolveTarget({ hostname, rawPath }: Pick<ApiRequest, 'hostname' | 'rawPath'>): Target {
  const hosted = bucketOfHost(hostname);
  if (hosted !== undefined) return target(hosted, rawPath.slice(1));
  const path = rawPath.slice(1);
  const slash = path.indexOf('/');
  if (path === '') return {};
  return slash === -1 ? target(decode(path), '') : target(decode(path.slice(0, slash)), path.slice(slash + 1));
}

/** The bucket that a host name begins with, if it does. */
export function bucketOfHost(hostname: string): string | undefined {
  const host = hostname.toLowerCase();
  const suffix = ['localhost', ...DNS_SUFFIXES].find((end) => host.endsWith(`.${end}`));
  if (suffix === undefined) return undefined;
  const labels = host.slice(0, -suffix.length - 1);
  const endpoint = /^(?:(.+)\.)?s3(?:[.-][a-z]{2,4}(?:-[a-z]+)+-\d)?$/.exec(labels);
  return endpoint ? endpoint[1] : labels;
}

function target(bucketName: string, rawKey: string): Target {
  if (rawKey === '') return { bucketName };
  const key = decode(rawKey);
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes > MAX_KEY_BYTES) {
    throw new ApiError('KeyTooLongError', 400, 'Your key is too long', {
      Size: String(sizeBytes),
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    });
  }
  return { bucketName, key };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError('InvalidURI', 400, "Couldn't parse the specified URI.", { URI: text });
  }
}
