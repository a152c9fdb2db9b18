/** Audits a bucket: writes a report with a line for each key and route, step by step. */
import { createHash } from 'node:crypto';
import {
  AUDIT_STATUSES,
  type AuditRequest,
  type AuditState,
  type AuditStatus,
  type AuditTotals,
  NO_LINES,
  type Report,
} from '../../request/audit-request.ts';
import { handOver } from '../hand-over.ts';
import { type ReplayRun, replayStep } from '../replay-run.ts';
import { scopeOf } from '../scope.ts';
import { AUDIT_LIMITS, type Audit, type AuditLimits } from './audit.ts';
import { sumOf, writeManifest } from './manifest.ts';
import { foldSegments, writePart } from './part.ts';
import { reportKey } from './report-files.ts';
import { type Written, writeSegment } from './segment.ts';

export interface AuditSummary {
  /** `handed over`: another execution continues after the last key. */
  status: 'done' | 'handed over';
  bucket: string;
  /** The key of the manifest; it is there once the status is `done`. */
  manifest: string;
  /** One for each key and route, including earlier executions. */
  lines: number;
  /** Of the objects. */
  bytes: number;
  parts: number;
  /** Lines by status. */
  byStatus: Record<AuditStatus, number>;
  /** The name of the execution that continues. */
  execution?: string;
}

/** Of an invocation's fifteen minutes; a step may take two more, and a part one. The pause ends the invocation, and a fresh one continues. */
const BUSY_MS_PER_INVOCATION = 8 * 60_000;
const ID_CHARACTERS = 8;

/**
 * Goes through the source bucket in the order of its keys. A crash repeats at most one step, which writes its own stretch anew.
 * @throws RelayError
 */
export async function auditObjects(
  run: ReplayRun,
  request: AuditRequest,
  limits: AuditLimits = AUDIT_LIMITS,
): Promise<AuditSummary> {
  const scope = scopeOf(request, run.config);
  const report = request.goOn?.report ?? (await replayStep(run, 'report', async () => newReport(run)));
  const audit: Audit = { ...run, request, scope, report, limits };
  let state: AuditState = request.goOn?.state ?? { parts: 0, open: [], totals: NO_LINES };
  let busyMs = 0;
  for (let step = 1; step <= limits.stepsPerExecution; step++) {
    const before = state;
    const written = await replayStep(run, `lines ${step}`, () => writeSegment(audit, before));
    state = stateAfter(state, written);
    if ((written.isPartFull || written.isLast) && state.open.length > 0) {
      const full = state;
      await replayStep(run, `part ${state.parts + 1}`, () => writePart(audit, full));
      state = { ...state, parts: state.parts + 1, open: [] };
    }
    if (written.isLast) {
      const end = state;
      await replayStep(run, 'manifest', () => writeManifest(audit, end));
      return summaryOf(audit, state);
    }
    busyMs += written.durationMs;
    if (busyMs < BUSY_MS_PER_INVOCATION) continue;
    await run.context.wait('for a fresh invocation', { seconds: 1 });
    busyMs = 0;
  }
  const { open } = state;
  const goOn = { report, state: { ...state, open: await replayStep(run, 'fold', () => foldSegments(audit, open)) } };
  const execution = await handOver(run, { audit: { ...request, goOn } }, { report, startAfter: state.startAfter });
  return { ...summaryOf(audit, state), status: 'handed over', execution };
}

/** Two executions that begin in the same second differ by their ARN. */
function newReport({ context, now }: ReplayRun): Report {
  const startedAt = new Date(now()).toISOString();
  const hash = createHash('sha256').update(context.executionContext.durableExecutionArn).digest('hex');
  const time = startedAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '-');
  return { id: `${time}-${hash.slice(0, ID_CHARACTERS)}`, startedAt };
}

/** Pure. */
function stateAfter(before: AuditState, { segment, lastKey, totals }: Written): AuditState {
  const startAfter = lastKey ?? before.startAfter;
  return {
    ...(startAfter !== undefined && { startAfter }),
    parts: before.parts,
    open: segment ? [...before.open, segment] : before.open,
    totals: totalsOf(before.totals, totals),
  };
}

/** Pure. */
function totalsOf(one: AuditTotals, other: AuditTotals): AuditTotals {
  const sum = structuredClone(one);
  for (const status of AUDIT_STATUSES) {
    sum[status].lines += other[status].lines;
    sum[status].bytes += other[status].bytes;
  }
  return sum;
}

function summaryOf(audit: Audit, { parts, totals }: AuditState): AuditSummary {
  return {
    status: 'done',
    bucket: audit.config.audit.bucket,
    manifest: reportKey(audit, 'manifest.json'),
    ...sumOf(totals),
    parts,
    byStatus: Object.fromEntries(
      AUDIT_STATUSES.map((status) => [status, totals[status].lines]),
    ) as AuditSummary['byStatus'],
  };
}
