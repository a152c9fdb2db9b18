/** The canary: every half hour it looks whether its last objects came across, and drops the next ones; for the check it looks at the door. */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { createCanaryClients } from '../aws/canary-clients.ts';
import { canariesCameAcross, dropCanaries } from '../check/canary.ts';
import { LOOK_AT_DOOR, linesOf, lookAtDoor } from '../check/door.ts';
import type { Door } from '../check/door-context.ts';
import { type CheckLine, isOpen } from '../check/line.ts';
import { publishCanary } from '../check/metrics.ts';
import type { CheckConfig } from '../core/config.ts';

export function canaryHandler(config: CheckConfig) {
  const logger = new Logger({ serviceName: `${config.name}-canary` });
  return middy<Partial<typeof LOOK_AT_DOOR>, { lines: CheckLine[] }>()
    .use(injectLambdaContext(logger))
    .handler(async (event) => {
      const door: Door = { config: { ...config, door: config.door! }, clients: createCanaryClients(config.door!) };
      if (event.look === LOOK_AT_DOOR.look) return { lines: await lookAtDoor(door) };
      const seen = linesOf('a canary comes across', await canariesCameAcross(door));
      const dropped = linesOf('a canary can be dropped', await dropCanaries(door, new Date()));
      const lines = [...seen, ...dropped];
      const open = lines.filter(isOpen);
      for (const line of open) logger.error('canary failed', { line });
      const wasSeen = seen.some(({ status }) => status === 'ok');
      // After the first drop there is nothing to tell.
      if (open.length > 0 || wasSeen) publishCanary(config.name, open.length === 0);
      logger.info('canary dropped', { passed: open.length === 0, routes: dropped.length });
      return { lines };
    });
}
