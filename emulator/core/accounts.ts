/** What follows from an account's id, and from who is calling. */

import { createHash } from 'node:crypto';
import { ApiError, type Caller } from './api.ts';

/** The canonical user id that S3 reports as the owner of an account's objects: 64 hex digits, stable per account. */
export function canonicalUserId(account: string): string {
  return createHash('sha256').update(`canonical user of account ${account}`).digest('hex');
}

/** The account of whoever signed the request. @throws ApiError `MissingAuthenticationToken` (403) when it is nobody's */
export function accountOf({ principal }: Caller): string {
  if ('account' in principal) return principal.account;
  throw new ApiError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
}
