/** The error for a mistake in cdk.json, and its wording. */

/** A mistake in `cdk.json`, in one sentence that names the field. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * @param field its path, from `relay` on
 * @param reason what is wrong with the value and what would be right; no full stop at its end
 */
export function refusal(field: string, value: unknown, reason: string): ConfigError {
  const what = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return new ConfigError(`cdk.json: field "${field}" ${what}: ${reason}.`);
}

/** @param first the field that has the value already */
export function repetition(field: string, value: string, first: string, advice: string): ConfigError {
  return new ConfigError(`cdk.json: field "${field}" is ${JSON.stringify(value)}, as in ${first}: ${advice}.`);
}
