import type { Logger } from '@aws-lambda-powertools/logger';
import { createClients } from '../aws/clients.ts';
import { readConfig } from '../config.ts';
import { RelayMetrics } from './metrics.ts';
import type { Relay } from './relay.ts';

/**
 * What every function of the relay begins with, once per execution environment.
 * @throws RelayError `ConfigurationInvalid`
 */
export function newRelay(logger: Logger): Relay {
  const config = readConfig(process.env);
  return { config, clients: createClients(config), logger, metrics: new RelayMetrics(), now: () => new Date() };
}
