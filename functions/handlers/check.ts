/**
 * The check: tells a person, and daily the alarm, whether both accounts are set up as the relay needs it. The canary is another function
 * of the same code, with a role of its own.
 */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { createCheckClients } from '../aws/check-clients.ts';
import { checkAll } from '../check/check-all.ts';
import type { Check } from '../check/context.ts';
import { asksForRoutes, type Described, described } from '../check/described.ts';
import { type CheckLine, isOpen } from '../check/line.ts';
import { publishCheck } from '../check/metrics.ts';
import { tableOf } from '../check/table.ts';
import { readCheckConfig } from '../core/config.ts';
import { canaryHandler } from './canary.ts';

export interface CheckAnswer {
  passed: boolean;
  /** The lines as a table for people. */
  table: string;
  lines: CheckLine[];
}

const config = readCheckConfig(process.env);
const logger = new Logger({ serviceName: `${config.name}-check` });

export const canary = canaryHandler(config);

/** A person or a daily schedule invokes it, whatever the event says; only `{"list":"routes"}` tries nothing. It runs as the relay's own role. */
export const handler = middy<unknown, CheckAnswer | Described>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    if (asksForRoutes(event)) return described(config);
    const check: Check = { id: randomUUID(), config, clients: createCheckClients(config) };
    const lines = await checkAll(check);
    const open = lines.filter(isOpen);
    for (const line of open) logger.error(`check ${line.status}`, { line });
    const passed = open.length === 0;
    logger.info('checked', { passed, lines: lines.length, failed: open.length });
    publishCheck(config.name, open.length);
    return { passed, table: tableOf(lines), lines };
  });
