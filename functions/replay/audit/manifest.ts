/** Ends a report: the summary, and the manifest, whose presence says that the report is complete. */
import { createHash } from 'node:crypto';
import pMap from 'p-map';
import { AUDIT_STATUSES, type AuditState, type AuditStatus, type AuditTotals } from '../../request/audit-request.ts';
import type { Audit } from './audit.ts';
import { FIELDS, FINE, type Finding } from './line.ts';
import { recordOf } from './part.ts';
import { putFile, reportKey } from './report-files.ts';

const RECORDS_AT_ONCE = 10;
const JSON_TYPE = 'application/json';

/** @throws RelayError */
export async function writeManifest(audit: Audit, { parts, totals }: AuditState): Promise<void> {
  const numbers = Array.from({ length: parts }, (_, index) => index + 1);
  const records = await pMap(numbers, (number) => recordOf(audit, number), { concurrency: RECORDS_AT_ONCE });
  const head = headOf(audit, totals);
  const findings = records.flatMap((record) => record.findings);
  const summary = text({ ...head, attention: attentionOf(findings, totals, audit.limits.findings) });
  await putFile(audit, reportKey(audit, 'summary.json'), summary, JSON_TYPE);
  const manifest = {
    ...head,
    fields: FIELDS,
    parts: records.map(({ file }) => file),
    summary: {
      key: 'summary.json',
      sha256: createHash('sha256').update(summary).digest('hex'),
      bytes: Buffer.byteLength(summary),
    },
  };
  await putFile(audit, reportKey(audit, 'manifest.json'), text(manifest), JSON_TYPE);
}

/** What both files begin with. */
function headOf({ config, request, report, scope }: Audit, totals: AuditTotals) {
  const { goOn: _, ...asked } = request;
  return {
    format: 'upload-relay-audit/1',
    relay: config.name,
    sourceAccount: scope.pulling?.pull?.account ?? config.sourceAccount,
    sourceBucket: scope.bucket,
    asked,
    startedAt: report.startedAt,
    totals: { ...sumOf(totals), byStatus: totals },
  };
}

export function sumOf(totals: AuditTotals): { lines: number; bytes: number } {
  const counts = Object.values(totals);
  const sum = (name: 'lines' | 'bytes') => counts.reduce((total, count) => total + count[name], 0);
  return { lines: sum('lines'), bytes: sum('bytes') };
}

/** All that somebody has to look at: the number is complete, and the list says when it is not. */
function attentionOf(findings: readonly Finding[], totals: AuditTotals, most: number) {
  const needed = AUDIT_STATUSES.filter((status) => !FINE.includes(status)).toReversed();
  return Object.fromEntries(
    needed.map((status) => {
      const listed = findings.filter((finding) => finding.status === status).slice(0, most);
      const { lines } = totals[status as AuditStatus];
      return [
        status,
        { lines, isListComplete: listed.length === lines, listed: listed.map(({ status: _, ...rest }) => rest) },
      ];
    }),
  );
}

function text(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
