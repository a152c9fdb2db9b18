/** Patterns of policies: wildcards, variables, actions and ARNs. */
import type { Context } from './context.ts';

const ANY_TEXT = Symbol('*');
const ANY_CHARACTER = Symbol('?');
type Glyph = string | typeof ANY_TEXT | typeof ANY_CHARACTER;

/**
 * Where `${…}` in a policy gets its values. `undefined` stands for a policy of before 2012-10-17,
 * which has no variables.
 */
export type Variables = Context | undefined;

/** Whether the action is named, e.g. `s3:Put*`; without regard to case. */
export function matchesAction(pattern: string, action: string): boolean {
  // Most patterns are plain names, and each policy is held against hundreds of them.
  if (!WILDCARD.test(pattern)) return pattern.toLowerCase() === action.toLowerCase();
  return matchesGlyphs(compile(pattern.toLowerCase(), undefined)!, action.toLowerCase());
}

/**
 * Whether the text matches, with `*`, `?` and variables.
 * @returns undefined when a variable has no single value in this request
 */
export function matchesPattern(pattern: string, text: string, variables: Variables): boolean | undefined {
  const glyphs = compile(pattern, variables);
  return glyphs && matchesGlyphs(glyphs, text);
}

/**
 * Whether the ARN matches, each of its six parts by itself: `*` never reaches over a colon, except in the last part,
 * the resource, where it spans `/` and `:`. Characters of the request are never wildcards.
 * @returns undefined when a variable has no single value in this request
 */
export function matchesArn(pattern: string, arn: string, variables: Variables): boolean | undefined {
  if (pattern === '*') return true;
  const glyphs = compile(pattern, variables);
  if (!glyphs) return undefined;
  const patternParts = splitArn(glyphs);
  const parts = splitArn([...arn]);
  if (!patternParts || !parts) return false;
  return patternParts.every((part, index) => matchesGlyphs(part, parts[index]!.join('')));
}

/** Puts the values in, with `*` and `?` as plain characters: for operators that know no wildcards. */
export function substitute(text: string, variables: Variables): string | undefined {
  const glyphs = compile(text, variables);
  return glyphs?.map((glyph) => (typeof glyph === 'string' ? glyph : glyph === ANY_TEXT ? '*' : '?')).join('');
}

const WILDCARD = /[*?]/;
const CHARACTERS = /./gsu;
const VARIABLES_AND_CHARACTERS = /\$\{([^}]*)\}|./gsu;

/** A variable's value is plain text: a `*` in it, or in `${*}`, is no wildcard. Where there are no variables, it is one. */
function compile(pattern: string, variables: Variables): Glyph[] | undefined {
  const glyphs: Glyph[] = [];
  for (const [token, expression] of pattern.matchAll(variables ? VARIABLES_AND_CHARACTERS : CHARACTERS)) {
    if (expression !== undefined && variables) {
      const value = resolve(expression, variables);
      if (value === undefined) return undefined;
      glyphs.push(...value);
    } else if (token === '*') glyphs.push(ANY_TEXT);
    else if (token === '?') glyphs.push(ANY_CHARACTER);
    else glyphs.push(...token);
  }
  return glyphs;
}

/** `key`, or `key, 'default'`, or one of the three escaped characters. */
function resolve(expression: string, variables: Context): string | undefined {
  if (expression === '*' || expression === '?' || expression === '$') return expression;
  const [, key, fallback] = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)')?\s*$/.exec(expression) ?? [];
  if (key === undefined) return undefined;
  const values = variables.get(key.toLowerCase());
  return values?.length === 1 ? values[0] : fallback;
}

/** The six parts of an ARN, of which only the last may contain colons. */
function splitArn<T>(characters: T[]): T[][] | undefined {
  const parts: T[][] = [];
  let start = 0;
  for (let index = 0; index < characters.length && parts.length < 5; index++) {
    if (characters[index] !== ':') continue;
    parts.push(characters.slice(start, index));
    start = index + 1;
  }
  return parts.length === 5 ? [...parts, characters.slice(start)] : undefined;
}

/** Goes back only to the latest `*`, which is enough and keeps hostile patterns from taking exponential time. */
function matchesGlyphs(glyphs: Glyph[], text: string): boolean {
  const characters = [...text];
  let glyphIndex = 0;
  let index = 0;
  let retry: { glyphIndex: number; index: number } | undefined;
  while (index < characters.length) {
    const glyph = glyphs[glyphIndex];
    if (glyph === ANY_TEXT) {
      retry = { glyphIndex: ++glyphIndex, index };
    } else if (glyph !== undefined && (glyph === ANY_CHARACTER || glyph === characters[index])) {
      glyphIndex++;
      index++;
    } else if (retry) {
      glyphIndex = retry.glyphIndex;
      index = ++retry.index;
    } else return false;
  }
  return glyphs.slice(glyphIndex).every((glyph) => glyph === ANY_TEXT);
}
