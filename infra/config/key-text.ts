/** Whether a text may be a prefix or a suffix of keys, and whether it is likely to be a slip. */
import { MAX_KEY_BYTES } from '../../functions/core/route.ts';

/** A prefix is part of policies, and the length of policies is limited. */
const MOST_PREFIX_CHARACTERS = 512;
/** IAM and STS take no character above this one: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names */
const LAST_POLICY_CODE = 0xff;

/**
 * Why a prefix can't stand in the policies that confine a route; undefined when it can. Pure. A wildcard in the place of a
 * character that IAM doesn't take would let more through than the prefix says, so there is no way round.
 */
export function whyNoPrefix(text: string): string | undefined {
  if (text.length > MOST_PREFIX_CHARACTERS) return `must have at most ${MOST_PREFIX_CHARACTERS} characters`;
  const foreign = find(text, (code) => code > LAST_POLICY_CODE);
  if (foreign !== undefined) {
    return `must have no character beyond U+00FF, since IAM and STS take none in a policy, and ${nameOf(foreign)} is one`;
  }
  if (/[*?$]/.test(text)) return 'must not contain *, ? or $, which IAM policies would read as wildcards';
  return whyNoKeyText(text);
}

/** Why a text can't be part of a key that people write down: control characters are typing errors. Pure. */
export function whyNoKeyText(text: string): string | undefined {
  if (!text.isWellFormed()) return 'must be Unicode, and it holds half of a surrogate pair';
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_KEY_BYTES) return `must have at most ${MAX_KEY_BYTES} bytes, as S3's keys have, and it has ${bytes}`;
  const control = find(text, (code) => code < 0x20 || (code >= 0x7f && code < 0xa0));
  return control === undefined ? undefined : `must have no control character, and ${nameOf(control)} is one`;
}

/**
 * Why a prefix is possible but most likely a slip; undefined when nothing is odd. Pure. S3 compares keys letter by letter: a
 * leading slash, an empty folder and a space belong to the key.
 */
export function whyUnusual(text: string): string | undefined {
  if (text.startsWith('/')) return 'begins with "/", as hardly any key in S3 does';
  if (text.includes('//')) return 'holds "//", as hardly any key in S3 does';
  if (/(^|\/)\.{1,2}\//.test(text)) return 'holds a folder "." or "..", which S3 doesn\'t resolve';
  if (text !== text.trim()) return 'has a space at one of its ends';
  return undefined;
}

/** The same for a text that is part of no policy. A wildcard in it would look as if it worked. */
export function whyUnusualPattern(text: string): string | undefined {
  return whyNoWildcard(text) ?? whyUnusual(text);
}

/** The same for the end of keys, which may well begin with "/": the name of a file in whatever folder. */
export function whyUnusualSuffix(text: string): string | undefined {
  return whyNoWildcard(text) ?? whyUnusual(text.replace(/^\//, ''));
}

function whyNoWildcard(text: string): string | undefined {
  const wildcard = /[*?]/.exec(text)?.[0];
  return wildcard && `holds "${wildcard}", which is compared as it stands and is no wildcard`;
}

function find(text: string, isIt: (code: number) => boolean): string | undefined {
  return [...text].find((character) => isIt(character.codePointAt(0)!));
}

function nameOf(character: string): string {
  const code = character.codePointAt(0)!;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return code < 0xa0 ? name : `"${character}" (${name})`;
}
