/**
 * A key as S3 writes it into notifications and into listings with encoding-type=url: form encoding, in which a space is `+` and only
 * letters, digits and `*-._` stay, but `/` stays too. User Guide, "Event message structure"; that `@` and parentheses are encoded and
 * `/` is not is what S3 is seen to send.
 */
import { percentEncodeCharacter } from '../../protocols/percent-encoding.ts';

export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, percentEncodeCharacter)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
