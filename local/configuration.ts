/** The configuration for the programs of this machine: that of this repository's cdk.json, or of a file like it. */
import { type Configuration, readConfiguration as readFrom } from '../cli/configuration.ts';

const COMMITTED = new URL('../cdk.json', import.meta.url);

/**
 * @param file cdk.json unless given
 * @throws UserError when it isn't there or is no JSON object
 */
export function readConfiguration(file?: string): Configuration {
  return file === undefined ? readFrom('cdk.json', COMMITTED) : readFrom(file);
}
