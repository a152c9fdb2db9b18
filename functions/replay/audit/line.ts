/** Writes the line of one key and route. Pure. */
import type { AuditStatus } from '../../request/audit-request.ts';
import { type Cell, csvRow } from './csv.ts';
import { bare, type Subject, verdictOf } from './verdict.ts';

/** The columns, in their order: docs/audit.md explains each. */
export const FIELDS = [
  'route',
  'key',
  'versionId',
  'sizeBytes',
  'eTag',
  'uploadedAt',
  'status',
  'reason',
  'checksumAlgorithm',
  'checksumType',
  'checksum',
  'checksumOrigin',
  'destinationAccount',
  'destinationBucket',
  'destinationKey',
  'destinationVersionId',
  'destinationETag',
  'destinationChecksum',
  'deliveredAt',
  'durationMs',
  'attempts',
] as const;

type Field = (typeof FIELDS)[number];
type Cells = Partial<Record<Field, Cell>>;

/** What is not as it must be. */
export interface Finding {
  status: AuditStatus;
  route: string;
  key: string;
  sizeBytes: number;
  reason?: string;
}

export interface Line {
  status: AuditStatus;
  sizeBytes: number;
  /** CSV, with its line end. */
  row: string;
  /** Undefined when nobody has to look at it. */
  finding: Finding | undefined;
}

/** Nobody has to look at these. */
export const FINE: readonly AuditStatus[] = ['delivered', 'already there'];

export const HEADER = csvRow(FIELDS, false);

export function lineOf(subject: Subject, defuseFormulas: boolean): Line {
  const { object, route } = subject;
  const { key, sizeBytes } = object;
  const { status, reason, facts } = verdictOf(subject);
  const { account, bucket, prefix } = route.destination;
  const cells: Cells = {
    route: route.name,
    key,
    sizeBytes,
    eTag: bare(object.eTag),
    uploadedAt: object.lastModified.toISOString(),
    status,
    reason,
    destinationAccount: account,
    destinationBucket: bucket,
    destinationKey: prefix + key,
    ...facts,
  };
  const finding = { status, route: route.name, key, sizeBytes, ...(reason !== undefined && { reason }) };
  return {
    status,
    sizeBytes,
    row: csvRow(
      FIELDS.map((field) => cells[field]),
      defuseFormulas,
    ),
    finding: FINE.includes(status) ? undefined : finding,
  };
}
