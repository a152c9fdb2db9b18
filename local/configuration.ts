/** Reads the relay's configuration for the programs of this machine: that of cdk.json, or of a file like it. */

import { UserError } from '../cli/terminal/user-error.ts';
import { parseConfig } from '../infra/config/config.ts';
import { readJson } from '../infra/config/context.ts';
import { ConfigError } from '../infra/config/mistakes.ts';
import type { RelayContext } from '../infra/config/relay-context.ts';

const COMMITTED = new URL('../cdk.json', import.meta.url);
const COMMITTED_NAME = 'cdk.json';

export interface Configuration {
  /** The file, for the sentences about it. */
  file: string;
  /** What the context `relay` holds, unchecked. */
  relay: unknown;
}

/**
 * @param file cdk.json unless given
 * @throws UserError when it isn't there or is no JSON object
 */
export function readConfiguration(file?: string): Configuration {
  const name = file ?? COMMITTED_NAME;
  const content = parse(name, file ?? COMMITTED);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    const what = Array.isArray(content) ? 'an array' : JSON.stringify(content);
    throw new UserError(
      `${name} holds ${what}: it must be an object with a context "relay"; docs/configuration.md shows one.`,
    );
  }
  return { file: name, relay: (content as { context?: { relay?: unknown } }).context?.relay };
}

/** @throws UserError in the words of the synthesis */
export function checkedConfig({ file, relay }: Configuration): RelayContext {
  try {
    return parseConfig(relay);
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(namingFile(error.message, file)) : error;
  }
}

/** What is said of cdk.json, said of another file. */
export function namingFile(sentences: string, file: string): string {
  return sentences.replaceAll(/^cdk\.json(?=:? )/gm, file);
}

function parse(name: string, path: string | URL): unknown {
  try {
    return readJson(path, name);
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
}
