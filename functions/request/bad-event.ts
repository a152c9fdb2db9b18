/** Checks what comes in against a schema, and says what was expected where it does not fit. */
import type * as z from 'zod/mini';
import { RelayError } from '../core/errors.ts';

const SHOWN_CHARACTERS = 200;

/** A permanent failure that says what was expected and what came instead. */
export function badEvent(expected: string, got: unknown, cause?: unknown): RelayError {
  return new RelayError({
    code: 'BadEvent',
    message: `Expected ${expected}; got ${excerpt(got)}.`,
    retryable: false,
    operation: 'parse',
    cause,
  });
}

/**
 * Checks a value against a schema.
 * @throws RelayError `BadEvent`, naming the field
 */
export function parseShape<T extends z.ZodMiniType>(schema: T, value: unknown, expected: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badEvent(`${expected}${issue ? fieldOf(issue) : ''}`, value);
}

function fieldOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return ` (field "${[...issue.path, issue.keys[0]].join('.')}" is not known)`;
  return issue.path.length > 0 ? ` (field "${issue.path.join('.')}": ${issue.message})` : '';
}

function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)` : text;
}
