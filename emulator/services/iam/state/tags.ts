/** Tags of users, roles, policies and instance profiles. */
import { ApiError } from '../../../core/api.ts';

export type Tags = ReadonlyMap<string, string>;

export interface Tag {
  Key: string;
  Value: string;
}

const MAX_TAGS = 50;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules */
const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const LIMITS = { key: { least: 1, most: 128 }, value: { least: 0, most: 256 } };

/**
 * @param before tags that are there already; a key that differs from one of theirs only in case takes its place
 * @throws ApiError `ValidationError` (400), `InvalidInput` (400) for a key that is given twice or is AWS's own, `LimitExceeded` (409)
 */
export function withTags(before: Tags, given: readonly Tag[]): Tags {
  const keys = given.map(({ Key }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    const problem = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.';
    throw new ApiError('InvalidInput', 400, problem);
  }
  for (const [index, { Key, Value }] of given.entries()) {
    check('key', Key, index + 1);
    check('value', Value, index + 1);
    if (!/^aws:/i.test(Key)) continue;
    throw new ApiError('InvalidInput', 400, `The tag key ${Key} is invalid: keys that begin with aws: are AWS's own.`);
  }
  const kept = [...before].filter(([key]) => !keys.includes(key.toLowerCase()));
  const after = new Map([...kept, ...given.map(({ Key, Value }): [string, string] => [Key, Value])]);
  if (after.size > MAX_TAGS) {
    throw new ApiError('LimitExceeded', 409, `The number of tags has reached the maximum limit.`);
  }
  return after;
}

/** Keys that aren't there are no error. */
export function withoutTags(before: Tags, keys: readonly string[]): Tags {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return new Map([...before].filter(([key]) => !gone.has(key.toLowerCase())));
}

function check(what: keyof typeof LIMITS, text: string, place: number): void {
  const { least, most } = LIMITS[what];
  if (text.length >= least && text.length <= most && TEXT.test(text)) return;
  const constraint =
    text.length < least
      ? `Member must have length greater than or equal to ${least}`
      : text.length > most
        ? `Member must have length less than or equal to ${most}`
        : `Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*`;
  const problem = `1 validation error detected: Value '${text}' at 'tags.${place}.member.${what}' failed to satisfy constraint: ${constraint}`;
  throw new ApiError('ValidationError', 400, problem);
}
