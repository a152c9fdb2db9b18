/** Puts a configuration into cdk.json, beside whatever else is in it. */
import { existsSync, readFileSync } from 'node:fs';
import { objectIn } from '../configuration.ts';
import { replaceText } from '../output.ts';
import { UserError } from '../terminal/user-error.ts';

const INDENT = 2;

/** @throws UserError for a file with another relay in it, unless it may be replaced; or that is no JSON, or has a context that is none */
export function requireRoom(file: string, force: boolean): void {
  if (!existsSync(file)) return;
  const { context } = objectIn(file) as { context?: { relay?: unknown } };
  if (context !== undefined && (typeof context !== 'object' || context === null || Array.isArray(context))) {
    throw new UserError(`${file}: field "context" is ${JSON.stringify(context)}: it must be an object.`);
  }
  if (force || context?.relay === undefined) return;
  throw new UserError(`${file} has a context "relay" already: --force replaces it, and leaves the rest as it is.`);
}

/** Everything else stays, in its order and with its indentation. */
export function putRelay(file: string, relay: object): void {
  if (!existsSync(file)) {
    replaceText(file, jsonOf({ context: { relay } }, INDENT));
    return;
  }
  const content = objectIn(file) as { context?: object };
  const [, indent = INDENT] = /^([ \t]+)"/m.exec(readFileSync(file, 'utf8')) ?? [];
  replaceText(file, jsonOf({ ...content, context: { ...content.context, relay } }, indent));
}

function jsonOf(value: object, indent: string | number): string {
  return `${JSON.stringify(value, undefined, indent)}\n`;
}
