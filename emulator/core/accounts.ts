import { createHash } from 'node:crypto';

/** The canonical user id that S3 reports as the owner of an account's objects: 64 hex digits, stable per account. */
export function canonicalUserId(account: string): string {
  return createHash('sha256').update(`canonical user of account ${account}`).digest('hex');
}
