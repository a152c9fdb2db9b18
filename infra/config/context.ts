/** Finds the relay's configuration: cdk.json, or the file that `--context config=` names. */
import { readFileSync } from 'node:fs';
import type { App } from 'aws-cdk-lib';
import { ConfigError } from './refusal.ts';

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
  try {
    return { context: JSON.parse(readFileSync(file, 'utf8')), file };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'there is no such file' : `it can't be read as JSON (${message})`;
    throw new ConfigError(`--context config=${file}: ${problem}.`);
  }
}

/** A sentence about a field of cdk.json, said of the file that it stands in. */
export function inFile(sentence: string, file: string | undefined): string {
  return file === undefined ? sentence : sentence.replace(/^cdk\.json: field "relay\./, `${file}: field "`);
}
