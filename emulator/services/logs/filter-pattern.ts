/**
 * Filter patterns of CloudWatch Logs, as far as people type them here: terms, and one comparison of a JSON field.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { ApiError } from '../../core/api.ts';

export type LineMatcher = (line: string) => boolean;

const COMPARISON = /^\{\s*\$((?:\.\w+)+)\s*(<=|>=|!=|<|>|=)\s*(?:"([^"]*)"|(-?\d+(?:\.\d+)?))\s*\}$/;
/** A word, or a phrase in quotes; `?` before it makes it one of several of which any will do. */
const TERM = /\s*(\?)?(?:"([^"]*)"|(\w[\w.:/-]*))(?=\s|$)/y;

/**
 * Case counts, as on AWS.
 * @throws ApiError InvalidParameterException for what isn't known here: regular expressions, exclusions, `&&` and `||`, columns
 */
export function compileFilter(pattern: string): LineMatcher {
  const trimmed = pattern.trim();
  if (trimmed === '') return () => true;
  const comparison = COMPARISON.exec(trimmed);
  if (comparison) return matcherOfField(comparison);
  const { required, optional } = termsOf(trimmed);
  if (required.length > 0) return (line) => required.every((term) => line.includes(term));
  return (line) => optional.some((term) => line.includes(term));
}

function termsOf(pattern: string): { required: string[]; optional: string[] } {
  const required: string[] = [];
  const optional: string[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const match = TERM.exec(pattern);
    if (!match) throw unknownPattern(pattern);
    const [, mark, phrase, word] = match;
    (mark ? optional : required).push(phrase ?? word!);
  }
  // AWS ignores the optional ones then, which nobody means.
  if (required.length > 0 && optional.length > 0) throw unknownPattern(pattern);
  return { required, optional };
}

function unknownPattern(pattern: string): ApiError {
  return new ApiError(
    'InvalidParameterException',
    400,
    `The filter pattern ${pattern} is not valid, or not known here.`,
  );
}

function matcherOfField([, path, operator, text, number]: RegExpExecArray): LineMatcher {
  const names = path!.slice(1).split('.');
  const wanted = text ?? Number(number);
  return (line) => {
    const value = fieldOf(line, names);
    return typeof value === typeof wanted && compares(operator!, value as string | number, wanted);
  };
}

function compares(operator: string, value: string | number, wanted: string | number): boolean {
  if (operator === '=') return value === wanted;
  if (operator === '!=') return value !== wanted;
  if (operator === '<') return value < wanted;
  if (operator === '<=') return value <= wanted;
  return operator === '>' ? value > wanted : value >= wanted;
}

/** @returns undefined where the line is no JSON, or has no such field */
function fieldOf(line: string, names: string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
