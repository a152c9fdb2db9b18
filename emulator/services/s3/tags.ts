/** Tags: their limits, and their form in a header. */
import { ApiError } from '../../core/api.ts';
import { invalidArgument } from './errors.ts';
import { MAX_TAGS } from './limits.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAX_TAG_KEY_LENGTH = 128;
const MAX_TAG_VALUE_LENGTH = 256;
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * @param header x-amz-tagging: `a=1&b=2`, percent-encoded
 * @throws ApiError `InvalidArgument`, `InvalidTag`, `BadRequest`
 */
export function parseTaggingHeader(header: string | undefined): Map<string, string> {
  if (!header) return new Map();
  const pairs = [...new URLSearchParams(header)];
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length) {
    const message =
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
    throw invalidArgument(message, 'x-amz-tagging', header);
  }
  return checkTags(pairs);
}

/** @throws ApiError `InvalidTag`, `BadRequest` */
export function checkTags(pairs: [key: string, value: string][]): Map<string, string> {
  if (pairs.length > MAX_TAGS) {
    throw new ApiError('BadRequest', 400, `Object tags cannot be greater than ${MAX_TAGS}`);
  }
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (key === '' || key.length > MAX_TAG_KEY_LENGTH || !TAG_CHARACTERS.test(key)) {
      throw invalidTag('The TagKey you have provided is invalid', { TagKey: key });
    }
    if (key.startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester', { TagKey: key });
    if (value.length > MAX_TAG_VALUE_LENGTH || !TAG_CHARACTERS.test(value)) {
      throw invalidTag('The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
    }
    if (tags.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key', { TagKey: key });
    tags.set(key, value);
  }
  return tags;
}

function invalidTag(message: string, details: Record<string, string>): ApiError {
  return new ApiError('InvalidTag', 400, message, details);
}
