/** Names the object that an event asks for, if S3 can have one of that name. */
import { RelayError } from '../core/errors.ts';
import { MAX_KEY_BYTES } from '../core/route.ts';
import { SourceObject } from '../core/source-object.ts';

const SHOWN_CHARACTERS = 100;
const UNPAIRED = /\p{Surrogate}/u;

/**
 * Nothing is asked of AWS for a key that no object can have: S3's answers would blame something else.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 * @param key decoded
 * @throws RelayError `KeyTooLong`; `BadEvent` for a key that is no text
 */
export function askedObject(bucket: string, key: string): SourceObject {
  const shown = JSON.stringify(key.length > SHOWN_CHARACTERS ? `${key.slice(0, SHOWN_CHARACTERS)}…` : key);
  const refused = (code: 'KeyTooLong' | 'BadEvent', message: string) =>
    new RelayError({ code, message, retryable: false, operation: 'parse' });
  const unpaired = UNPAIRED.exec(key);
  if (unpaired) {
    const name = `\\u${unpaired[0].charCodeAt(0).toString(16)}`;
    throw refused(
      'BadEvent',
      `The key ${shown} has half a character, the unpaired surrogate ${name} at position ${unpaired.index + 1}: UTF-8 cannot hold it, so no object of S3 has this key.`,
    );
  }
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) {
    throw refused(
      'KeyTooLong',
      `The key ${shown} has ${bytes} bytes, and S3 takes ${MAX_KEY_BYTES}, so there is no such object; is the key mistyped?`,
    );
  }
  return new SourceObject(bucket, key);
}
