/** An audit in a process of its own, which may be killed at any time: its checkpoints are lines of a file. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import { createReplayClients } from '../../../functions/aws/clients.ts';
import type { ReplayConfig } from '../../../functions/core/config.ts';
import { AUDIT_LIMITS, type AuditLimits } from '../../../functions/replay/audit/audit.ts';
import { type AuditSummary, auditObjects } from '../../../functions/replay/audit/audit-objects.ts';
import { parseAuditEvent } from '../../../functions/request/audit-request.ts';
import { ALL, REPLAY_CONFIG } from '../../support/replay-config.ts';
import { STUB_CONFIG } from './stub.ts';

const [journalFile, limits] = process.argv.slice(2) as [string, string];
const { sourceBucket, sourceAccount, destination, reportBucket, table } = STUB_CONFIG;

const config: ReplayConfig = {
  ...REPLAY_CONFIG,
  sourceBucket,
  sourceAccount,
  routes: [{ ...ALL, name: 'main', destination }],
  ledgerTable: table,
  audit: { bucket: reportBucket, prefix: 'audit/' },
};

/** The results of steps that an earlier process has finished; a line that was cut short does not count. */
const done = new Map<string, unknown>(
  (existsSync(journalFile) ? readFileSync(journalFile, 'utf8') : '').split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as [string, unknown]];
    } catch {
      return [];
    }
  }),
);

function record(name: string, result: unknown): void {
  done.set(name, result);
  appendFileSync(journalFile, `\n${JSON.stringify([name, result])}\n`);
}

const silent = () => undefined;
const logger = { info: silent, warn: console.error, error: console.error };
const clients = createReplayClients(config);

/** Each execution that continues another one has its own checkpoints, and the event that it was started with. */
async function execute(execution: number): Promise<AuditSummary> {
  const context = {
    executionContext: { durableExecutionArn: 'arn/durable-execution/audit/id' },
    step: async (name: string, work: (step: { attempt: number }) => Promise<unknown>) => {
      const id = `${execution} ${name}`;
      if (!done.has(id)) record(id, await work({ attempt: 1 }));
      return done.get(id);
    },
    wait: async () => undefined,
  } as unknown as DurableContext;
  clients.lambda.send = async ({ input }: { input: object }) => {
    record(`event ${execution + 1}`, JSON.parse(Buffer.from((input as { Payload: Uint8Array }).Payload).toString()));
    return {} as never;
  };
  const request = parseAuditEvent(done.get(`event ${execution}`) ?? { audit: {} });
  const run = { config, clients, logger, now: () => Date.now(), publish: silent, context };
  return auditObjects(run, request, { ...AUDIT_LIMITS, ...(JSON.parse(limits) as Partial<AuditLimits>) });
}

/** On Linux, the maximum of `resourceUsage` begins with the memory of the process that has started this one. */
function peakKiB(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return peak === undefined ? process.resourceUsage().maxRSS : Number(peak);
}

let execution = 1;
let summary = await execute(execution);
while (summary.status === 'handed over') summary = await execute(++execution);
process.stdout.write(JSON.stringify({ summary, executions: execution, maxRssKiB: peakKiB() }));
process.exit(0);
