/** Reads the relay's configuration from a file like cdk.json, and tells its mistakes in the words of the synthesis. */
import { parseConfig } from '../infra/config/config.ts';
import { readJson } from '../infra/config/context.ts';
import { ConfigError } from '../infra/config/mistakes.ts';
import type { RelayContext } from '../infra/config/relay-context.ts';
import { UserError } from './terminal/user-error.ts';

export interface Configuration {
  /** The file, for the sentences about it. */
  file: string;
  /** What the context `relay` holds, unchecked. */
  relay: unknown;
}

/**
 * @param path where it is, if that isn't how it is called
 * @throws UserError when it isn't there or is no JSON object
 */
export function readConfiguration(file: string, path: string | URL = file): Configuration {
  const content = objectIn(file, path);
  return { file, relay: (content as { context?: { relay?: unknown } }).context?.relay };
}

/** @throws UserError as `readConfiguration` */
export function objectIn(file: string, path: string | URL = file): Record<string, unknown> {
  const content = toldAsMistake(() => readJson(path, file));
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    return content as Record<string, unknown>;
  }
  const what = Array.isArray(content) ? 'an array' : JSON.stringify(content);
  throw new UserError(
    `${file} holds ${what}: it must be an object with a context "relay"; docs/configuration.md shows one.`,
  );
}

/** @throws UserError in the words of the synthesis */
export function checkedConfig({ file, relay }: Configuration): RelayContext {
  return toldAsMistake(() => parseConfig(relay), file);
}

/** What is said of cdk.json, said of another file. */
export function namingFile(sentences: string, file: string): string {
  return sentences.replaceAll(/^cdk\.json(?=:? )/gm, file);
}

function toldAsMistake<T>(work: () => T, file = 'cdk.json'): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(namingFile(error.message, file)) : error;
  }
}
