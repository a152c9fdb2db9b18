/** What the three functions of the relay begin with. */
import '../core/heap.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { createClients } from '../aws/clients.ts';
import { readConfig } from '../core/config.ts';
import { largeSlots } from '../delivery/large-slots.ts';
import type { Relay } from '../invocation/invocation.ts';
import { LogFormat } from '../reporting/log-format.ts';
import { EmbeddedMetrics } from '../reporting/metrics.ts';

/**
 * Makes the relay, once per execution environment.
 * @param suffix tells the function's log lines apart from the relay's own, e.g. `-large`
 * @throws RelayError `ConfigurationInvalid`
 */
export function newRelay(suffix: string): Relay & { logger: Logger } {
  const config = readConfig(process.env);
  const logger = new Logger({ serviceName: `${config.name}${suffix}`, logFormatter: new LogFormat() });
  const now = () => new Date();
  const clients = createClients({ config, logger, now });
  const slots = largeSlots({ clients, config, now });
  return { config, clients, logger, metrics: new EmbeddedMetrics(config), slots, now, sleep };
}
