/** Puts the stretches of a part together. */
import { createHash, randomUUID } from 'node:crypto';
import { RelayError } from '../../core/errors.ts';
import type { AuditState, Segment } from '../../request/audit-request.ts';
import type { Audit } from './audit.ts';
import type { Finding } from './line.ts';
import { putFile, readFile, readJson, reportKey, uploadFile, workKey } from './report-files.ts';

/** A part as the manifest has it. */
export interface PartFile {
  /** Relative to the manifest. */
  key: string;
  /** Of the compressed bytes, as hex. */
  sha256: string;
  /** Without the header. */
  lines: number;
  /** Compressed. */
  bytes: number;
}

/** What a later step has to know of a part. It stays in the bucket, since a checkpoint has no room for a thousand of them. */
export interface PartRecord {
  file: PartFile;
  findings: Finding[];
}

export function partName(number: number): string {
  return `part-${String(number).padStart(5, '0')}`;
}

/**
 * A gzip file may consist of several, one after the other, so nothing is compressed again.
 * @throws RelayError
 */
export async function writePart(audit: Audit, { parts, open }: AuditState): Promise<PartFile> {
  const name = partName(parts + 1);
  const key = `${name}.csv.gz`;
  const file = { key, ...(await join(audit, open, reportKey(audit, key))) };
  const record: PartRecord = { file, findings: await findingsOf(audit, open) };
  await putFile(audit, workKey(audit, `${name}.json`), JSON.stringify(record), 'application/json');
  return file;
}

/** Makes one stretch of many, so that a fresh execution is told of one. */
export async function foldSegments(audit: Audit, open: readonly Segment[]): Promise<Segment[]> {
  if (open.length <= 1) return [...open];
  const name = `folded-${randomUUID()}`;
  const { lines, bytes } = await join(audit, open, workKey(audit, `${name}.csv.gz`));
  const findings = await findingsOf(audit, open);
  await putFile(audit, workKey(audit, `${name}.json`), JSON.stringify(findings), 'application/json');
  return [{ name, lines, bytes, hasFindings: true }];
}

export async function recordOf(audit: Audit, number: number): Promise<PartRecord> {
  return readJson<PartRecord>(audit, workKey(audit, `${partName(number)}.json`));
}

async function join(audit: Audit, segments: readonly Segment[], key: string): Promise<Omit<PartFile, 'key'>> {
  const hash = createHash('sha256');
  const body = async function* () {
    for (const segment of segments) {
      let bytes = 0;
      for await (const chunk of readFile(audit, workKey(audit, `${segment.name}.csv.gz`))) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
      if (bytes !== segment.bytes) throw cutShort(segment, bytes);
    }
  };
  await uploadFile(audit, key, body());
  const sum = (name: 'lines' | 'bytes') => segments.reduce((total, segment) => total + segment[name], 0);
  return { sha256: hash.digest('hex'), lines: sum('lines'), bytes: sum('bytes') };
}

async function findingsOf(audit: Audit, segments: readonly Segment[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, hasFindings } of segments) {
    if (hasFindings) findings.push(...(await readJson<Finding[]>(audit, workKey(audit, `${name}.json`))));
  }
  return findings;
}

function cutShort({ name, bytes }: Segment, found: number): RelayError {
  return new RelayError({
    code: 'ReportUnavailable',
    message: `The stretch ${name} of the report has ${found} bytes instead of ${bytes}. It is tried again.`,
    retryable: true,
    operation: 'GetObject',
  });
}
