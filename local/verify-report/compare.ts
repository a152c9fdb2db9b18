/** Compares a line of the report with what lies at the destination. Pure. */
import type { ReportLine } from './report.ts';

/** What lies there. What the other side does not tell is undefined. */
export interface Found {
  sizeBytes: number;
  /** Without quotes. */
  eTag: string;
  versionId: string | undefined;
  /** The value of a checksum of the whole object, as base64. */
  checksum?: (algorithm: string) => string | undefined;
}

export interface DifferentField {
  field: string;
  expected: string;
  found: string;
}

export interface Difference {
  kind: 'missing' | 'different' | 'present but unrecorded';
  /** At the destination. */
  bucket: string;
  key: string;
  route: string;
  /** As the report has them. */
  status: string;
  reason: string;
  fields?: DifferentField[];
}

/** The report says that the object itself was delivered. */
const DELIVERED = ['delivered', 'unproved'];
/** Nobody knows by what the key was taken. */
const TAKEN = 'already there';

/**
 * | the report has                 | nothing lies there | something lies there              |
 * |--------------------------------|--------------------|-----------------------------------|
 * | a time of delivery             | missing            | compared                          |
 * | "already there" without a time | missing            | as reported                       |
 * | neither                        | as reported        | present but unrecorded            |
 */
export function compare(line: ReportLine, found: Found | undefined): Difference | undefined {
  const isExpected = line['deliveredAt'] !== '' || line['status'] === TAKEN;
  if (found === undefined) return isExpected ? differenceOf(line, 'missing') : undefined;
  if (!isExpected) return differenceOf(line, 'present but unrecorded');
  const fields = fieldsOf(line, found);
  return fields.length === 0 ? undefined : { ...differenceOf(line, 'different'), fields };
}

/** Of an earlier version, the report knows only its ETag and version. */
function fieldsOf(line: ReportLine, found: Found): DifferentField[] {
  const isThis = DELIVERED.includes(line['status']!);
  const checksum = line['destinationChecksum'] || line['checksum'] || '';
  const pairs: [string, string | undefined, string | undefined][] = [
    ['sizeBytes', isThis ? line['sizeBytes'] : undefined, String(found.sizeBytes)],
    ['destinationETag', line['destinationETag'], found.eTag],
    ['destinationVersionId', line['destinationVersionId'], found.versionId],
    ['destinationChecksum', checksum, found.checksum?.(line['checksumAlgorithm'] ?? '')],
  ];
  return pairs.flatMap(([field, expected, there]) =>
    expected && there !== undefined && expected !== there ? [{ field, expected, found: there }] : [],
  );
}

function differenceOf(line: ReportLine, kind: Difference['kind']): Difference {
  const { destinationBucket, destinationKey, route = '', status = '', reason = '' } = line;
  return { kind, bucket: destinationBucket!, key: destinationKey!, route, status, reason };
}
