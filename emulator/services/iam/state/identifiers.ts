/** New ids, keys, secrets and tokens in AWS's form. */
import { randomBytes, randomInt } from 'node:crypto';

/** The alphabet of AWS's ids: base 32 without the digits that look like letters. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function randomId(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** 20 characters; `AKIA` begins a long-term key, `ASIA` a temporary one. */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA'): string {
  return prefix + randomId(16);
}

/** 21 characters; `AIDA` begins a user's id, `AROA` a role's, `AGPA` a group's, `ANPA` a policy's, `AIPA` an instance profile's. */
export function newUniqueId(prefix: 'AIDA' | 'AROA' | 'AGPA' | 'ANPA' | 'AIPA'): string {
  return prefix + randomId(17);
}

/** 40 characters. */
export function newSecret(): string {
  return randomBytes(30).toString('base64');
}

/** As long as a real one is at least, so that nothing which stores or sends it is surprised later. */
export function newSessionToken(): string {
  return randomBytes(270).toString('base64');
}
