/** Replay: has objects relayed that are in the source bucket already, redrives the dead-letter queue, or audits. */
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { createReplayClients } from '../aws/clients.ts';
import { readReplayConfig } from '../core/config.ts';
import { type AuditSummary, auditObjects } from '../replay/audit/audit-objects.ts';
import { type RedriveSummary, redrive } from '../replay/redrive.ts';
import { type ReplaySummary, replayObjects } from '../replay/replay-objects.ts';
import type { Replay, ReplayRun } from '../replay/replay-run.ts';
import { asksForAudit, parseAuditEvent } from '../request/audit-request.ts';
import { parseReplayEvent } from '../request/replay-request.ts';
import { DURABLE } from './middlewares.ts';

export type ReplayAnswer = ReplaySummary | RedriveSummary | AuditSummary;

const config = readReplayConfig(process.env);
const logger = new Logger({ serviceName: `${config.name}-replay` });
const replay: Replay = {
  config,
  clients: createReplayClients(config),
  logger,
  now: () => Date.now(),
  // Lambda puts something before the lines of console.log.
  publish: (line) => void process.stdout.write(`${line}\n`),
};

const execution = withDurableExecution<unknown, ReplayAnswer>(
  async (event, context) => {
    const run: ReplayRun = { ...replay, context };
    if (asksForAudit(event)) return auditObjects(run, parseAuditEvent(event));
    const request = parseReplayEvent(event);
    return 'from' in request ? redrive(run) : replayObjects(run, request);
  },
  { client: replay.clients.lambda },
);

export const handler = middy(execution, DURABLE).use(injectLambdaContext(logger));
