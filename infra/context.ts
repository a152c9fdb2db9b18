import { readFileSync } from 'node:fs';
import type { App } from 'aws-cdk-lib';
import { ConfigError } from './config.ts';

/**
 * What the app is asked to deploy, unchecked: the context `relay` of cdk.json or, with `--context config=<file>`, a JSON file that holds
 * such an object, so that several relays are deployed from one checkout.
 * @throws ConfigError naming the file
 */
export function relayContext(app: App): unknown {
  const file: unknown = app.node.tryGetContext('config');
  if (file === undefined) return app.node.tryGetContext('relay');
  try {
    return JSON.parse(readFileSync(String(file), 'utf8'));
  } catch (error) {
    throw new ConfigError(`--context config=${String(file)}: can't be read as JSON (${(error as Error).message}).`);
  }
}
