import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { createCheckClients } from './aws/check-clients.ts';
import type { Check } from './check/check.ts';
import { checkAll } from './check/check-all.ts';
import type { CheckLine } from './check/line.ts';
import { publishCheck } from './check/metrics.ts';
import { tableOf } from './check/table.ts';
import { readCheckConfig } from './config.ts';

export interface CheckAnswer {
  passed: boolean;
  /** For people. */
  table: string;
  /** The same for programs. */
  lines: CheckLine[];
}

const config = readCheckConfig(process.env);
const logger = new Logger({ serviceName: `${config.name}-check` });

/** Invoked by a person, and daily by a schedule; whatever it is sent, it looks at everything. It runs as the relay itself. */
export const handler = middy<unknown, CheckAnswer>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const check: Check = { config, clients: createCheckClients() };
    const lines = await checkAll(check);
    const failed = lines.filter(({ status }) => status === 'failed');
    for (const line of failed) logger.error('check failed', { line });
    logger.info('checked', { passed: failed.length === 0, lines: lines.length, failed: failed.length });
    publishCheck(config.name, failed.length);
    return { passed: failed.length === 0, table: tableOf(lines), lines };
  });
