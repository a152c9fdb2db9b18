/** Numbers as they are typed after an option. */
import { UserError } from './user-error.ts';

export interface Limits {
  least: number;
  /** None unless given. */
  most?: number;
}

/** @throws UserError naming the option and what was given */
export function wholeNumber(option: string, text: string, limits: Limits): number {
  return number(option, text, limits, /^\d+$/, 'whole number');
}

/** With or without a fraction. @throws UserError naming the option and what was given */
export function decimalNumber(option: string, text: string, limits: Limits): number {
  return number(option, text, limits, /^\d+(\.\d+)?$/, 'number');
}

function number(option: string, text: string, { least, most }: Limits, form: RegExp, kind: string): number {
  const value = Number(text);
  if (form.test(text) && value >= least && value <= (most ?? Number.MAX_SAFE_INTEGER)) return value;
  const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`;
  throw new UserError(`${option} is "${text}": it must be a ${kind} ${range}.`);
}
