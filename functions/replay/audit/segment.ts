/** One step of an audit: writes a stretch of a part while the listing goes on. */
import { randomUUID } from 'node:crypto';
import { asRelayError } from '../../core/errors.ts';
import { type AuditState, type AuditTotals, NO_LINES, type Segment } from '../../request/audit-request.ts';
import type { Audit } from './audit.ts';
import { gzipMember } from './gzip-member.ts';
import { keyLines } from './key-lines.ts';
import { type Finding, HEADER, type Line } from './line.ts';
import { putFile, uploadFile, workKey } from './report-files.ts';

/** How far a step came. */
export interface Written {
  /** Absent when no line was written. */
  segment?: Segment;
  /** Absent when no key was listed. */
  lastKey?: string;
  totals: AuditTotals;
  isPartFull: boolean;
  isLast: boolean;
  /** The next pause depends on it. */
  durationMs: number;
}

/** What the members of a segment came to so far. */
interface Progress extends Omit<Written, 'segment' | 'durationMs'> {
  lines: number;
  bytes: number;
  findings: Finding[];
}

/**
 * Writes a file of its own, whose name no other attempt has: a late write of an attempt that was killed can't replace it.
 * @throws RelayError
 */
export async function writeSegment(audit: Audit, from: AuditState): Promise<Written> {
  const progress: Progress = {
    lines: 0,
    bytes: 0,
    findings: [],
    totals: structuredClone(NO_LINES),
    isPartFull: false,
    isLast: false,
  };
  const startedAt = audit.now();
  const body = members(audit, from, progress);
  const first = await body.next();
  const name = `${String(from.parts + 1).padStart(5, '0')}-${randomUUID()}`;
  if (!first.done) await uploadFile(audit, workKey(audit, `${name}.csv.gz`), withFirst(first.value, body));
  const { lines, bytes, findings, ...facts } = progress;
  const hasFindings = findings.length > 0;
  if (hasFindings) await putFile(audit, workKey(audit, `${name}.json`), JSON.stringify(findings), 'application/json');
  const written = { ...facts, durationMs: audit.now() - startedAt };
  audit.logger.info('audited', { lines, ...written });
  return first.done ? written : { ...written, segment: { name, lines, bytes, hasFindings } };
}

/** A member of a gzip file before it is compressed. */
class Member {
  readonly lines: Line[] = [];
  keys = 0;
  lastKey: string | undefined;

  add(key: string, lines: readonly Line[]): void {
    this.lines.push(...lines);
    this.keys += 1;
    this.lastKey = key;
  }
}

/**
 * Members end by count alone, from the part's beginning on. So the bytes of a part don't depend on where its steps end, which time
 * decides.
 */
async function* members(audit: Audit, from: AuditState, progress: Progress): AsyncGenerator<Buffer> {
  const { limits, logger, now } = audit;
  const endAt = now() + limits.stepMs;
  const linesBefore = from.open.reduce((sum, { lines }) => sum + lines, 0);
  const isWithoutHeader = () => linesBefore + progress.lines === 0;
  let member = new Member();
  const close = async function* (isEmptyReport = false) {
    const header = isWithoutHeader() && (member.lines.length > 0 || isEmptyReport) ? HEADER : '';
    const text = header + member.lines.map(({ row }) => row).join('');
    commit(progress, member, roomFor(audit, from.totals));
    if (text === '') return;
    const bytes = await gzipMember(text);
    progress.bytes += bytes.length;
    yield bytes;
  };
  try {
    for await (const { key, lines } of keyLines(audit, from.startAfter)) {
      const linesInPart = linesBefore + progress.lines + member.lines.length;
      progress.isPartFull = linesInPart > 0 && linesInPart + lines.length > limits.linesPerPart;
      if (progress.isPartFull) break;
      const isFull = member.keys === limits.keysPerMember || member.lines.length + lines.length > limits.linesPerMember;
      if (isFull && member.keys > 0) {
        yield* close();
        if (progress.lines >= limits.linesPerStep || now() >= endAt) return;
        member = new Member();
      }
      member.add(key, lines);
    }
  } catch (error) {
    const failure = asRelayError(error);
    if (progress.lastKey === undefined || !failure.retryable) throw failure;
    logger.warn('the next step begins here', { lastKey: progress.lastKey, failure: failure.toJSON() });
    return;
  }
  progress.isLast = !progress.isPartFull;
  yield* close(progress.isLast && from.parts === 0);
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** How many more findings of each status the summary may name. */
function roomFor({ limits }: Audit, totals: AuditTotals): (status: keyof AuditTotals) => number {
  return (status) => limits.findings - totals[status].lines;
}

function commit(progress: Progress, { lines, lastKey }: Member, room: (status: keyof AuditTotals) => number): void {
  const { totals } = progress;
  for (const { status, sizeBytes, finding } of lines) {
    if (finding && totals[status].lines < room(status)) progress.findings.push(finding);
    totals[status].lines += 1;
    totals[status].bytes += sizeBytes;
  }
  progress.lines += lines.length;
  if (lastKey !== undefined) progress.lastKey = lastKey;
}
