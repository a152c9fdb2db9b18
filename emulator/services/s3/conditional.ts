/** Conditions on ETag and date, for reads and for writes. */
import { conditionalConflict, headerNotImplemented, noSuchKey, preconditionFailed } from './errors.ts';
import type { Headers } from './headers.ts';
import type { ObjectVersion } from './state/model.ts';

/**
 * The conditions of a GET, HEAD, or of a copy's source. If-Match outweighs If-Unmodified-Since, and If-None-Match
 * outweighs If-Modified-Since (RFC 9110, 13.2.2).
 * @param now a date beyond it is no condition (RFC 9110, 13.1.3)
 * @param prefix `x-amz-copy-source-` for the source of a copy, where an unmodified source is a failure as well
 * @returns whether a body is to be sent; if not, the answer is 304
 * @throws ApiError `PreconditionFailed` (412)
 */
export function checkReadConditions(
  headers: Headers,
  object: ObjectVersion,
  now: number,
  prefix = '',
): 'send' | 'not-modified' {
  const ifMatch = headers.get(`${prefix}if-match`);
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  const unmodifiedSince = httpDate(headers.get(`${prefix}if-unmodified-since`));
  const modifiedSince = httpDate(headers.get(`${prefix}if-modified-since`));
  // HTTP dates have no fractions of a second.
  const lastModified = Math.floor(object.lastModified.getTime() / 1000) * 1000;

  if (ifMatch !== undefined) {
    if (!matchesETag(ifMatch, object.eTag)) throw preconditionFailed(`${prefix}If-Match`);
  } else if (unmodifiedSince !== undefined && lastModified > unmodifiedSince) {
    throw preconditionFailed(`${prefix}If-Unmodified-Since`);
  }
  const unchanged =
    ifNoneMatch === undefined
      ? modifiedSince !== undefined && modifiedSince <= now && lastModified <= modifiedSince
      : matchesETag(ifNoneMatch, object.eTag);
  if (!unchanged) return 'send';
  if (prefix === '') return 'not-modified';
  throw preconditionFailed(`${prefix}${ifNoneMatch === undefined ? 'If-Modified-Since' : 'If-None-Match'}`);
}

/**
 * The conditions of a write; to be asked in the same step that makes the object visible.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @param isChanged whether another write or delete of the key has come in between since the write was begun
 * @throws ApiError `PreconditionFailed` (412), `NoSuchKey` (404) for If-Match without an object, `ConditionalRequestConflict` (409)
 */
export function checkWriteConditions(
  headers: Headers,
  key: string,
  current: ObjectVersion | undefined,
  isChanged: boolean,
): void {
  checkWriteConditionSyntax(headers);
  if (headers.has('if-none-match')) {
    if (current) throw preconditionFailed('If-None-Match');
    if (isChanged) throw conditionalConflict('If-None-Match', key);
  }
  const ifMatch = headers.get('if-match');
  if (ifMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!matchesETag(ifMatch, current.eTag)) throw preconditionFailed('If-Match');
  if (isChanged) throw conditionalConflict('If-Match', key);
}

/** @throws ApiError `NotImplemented`: S3 knows only `*` for If-None-Match, an ETag for If-Match, and never both */
export function checkWriteConditionSyntax(headers: Headers): void {
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || headers.has('if-match'))) {
    throw headerNotImplemented('If-None-Match');
  }
  if (headers.get('if-match') === '*') throw headerNotImplemented('If-Match');
  for (const name of ['If-Modified-Since', 'If-Unmodified-Since']) {
    if (headers.has(name.toLowerCase())) throw headerNotImplemented(name);
  }
}

/** @param condition one ETag or several, with quotes or without, or `*` */
export function matchesETag(condition: string, eTag: string): boolean {
  return condition.split(',').some((candidate) => {
    const bare = candidate.trim().replace(/^"(.*)"$/, '$1');
    return bare === '*' || bare === eTag;
  });
}

/** A date that can't be read is no condition, as HTTP has it. */
function httpDate(header: string | undefined): number | undefined {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : time;
}
