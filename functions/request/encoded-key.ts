/** Decodes object keys: the only place where that happens. */
import { badEvent } from './bad-event.ts';

/**
 * Decodes a key of an S3 notification or a Batch Operations manifest: percent-encoded UTF-8, where `+` is a space.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * EventBridge sends keys unencoded; they must not be decoded.
 * @throws RelayError `BadEvent` when the encoding is broken
 */
export function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch (cause) {
    throw badEvent('a URL-encoded object key', encoded, cause);
  }
}
