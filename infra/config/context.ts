/** Finds the relay's configuration: cdk.json, or the file that `--context config=` names. */
import { readFileSync } from 'node:fs';
import type { App } from 'aws-cdk-lib';
import { ConfigError } from './mistakes.ts';
import { isObject } from './schema-parts.ts';

/** What the app is asked to deploy. */
export interface RelayInput {
  /** Unchecked. */
  context: unknown;
  /** Where it stands, when that isn't cdk.json. */
  file?: string;
}

/**
 * The context `relay` of cdk.json or, with `--context config=<file>`, a JSON file that holds such an object, so that several relays are
 * deployed from one checkout.
 * @throws ConfigError naming the file
 */
export function relayInput(app: App): RelayInput {
  const given: unknown = app.node.tryGetContext('config');
  if (given === undefined) return { context: app.node.tryGetContext('relay') };
  const file = String(given);
  return { context: withoutSchema(readJson(file, `--context config=${file}`)), file };
}

/**
 * @param name how the file is called in the sentence
 * @throws ConfigError when it can't be read as JSON
 */
export function readJson(file: string | URL, name: string): unknown {
  const text = textOf(file, name).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${name}: it can't be read as JSON${whyNoJson((error as Error).message, text)}.`);
  }
}

function textOf(file: string | URL, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name}: ${whyUnread(error as NodeJS.ErrnoException)}.`);
  }
}

/** A number with a zero in front is no JSON, and most likely an account. */
function whyNoJson(message: string, text: string): string {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line === undefined) return ', since it ends too early or holds none';
  const isAccount = /:\s*0\d/.test(text.split('\n')[Number(line) - 1] ?? '');
  return ` at line ${line}, column ${column}${isAccount ? '; an account stands in quotes' : ''}`;
}

function whyUnread({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder, and not a file';
  if (code === 'EACCES') return 'it may not be read';
  return `it can't be read (${message})`;
}

/** A file of its own may name the schema for editors, as cdk.json does. */
function withoutSchema(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { $schema: _, ...rest } = value;
  return rest;
}
