/** Looks at the objects of a report in an S3 Inventory: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html */
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { UserError } from '../../cli/terminal/user-error.ts';
import { decodeKey } from '../../functions/request/encoded-key.ts';
import type { Found } from './compare.ts';
import { csvRows } from './csv-rows.ts';
import type { Looked } from './head.ts';
import { beside, open, readJson, reasonOf } from './place.ts';
import type { ReportLine } from './report.ts';

const manifestSchema = z.object({
  sourceBucket: z.string(),
  /** The bucket that the inventory lies in. */
  destinationBucket: z.string(),
  /** Milliseconds since the epoch, when it was begun. */
  creationTimestamp: z.string().regex(/^\d+$/),
  fileFormat: z.string(),
  fileSchema: z.string(),
  files: z.array(z.object({ key: z.string() })),
});

export interface Inventory {
  /** The bucket that it lists. */
  bucket: string;
  createdAt: Date;
  columns: string[];
  /** Paths, or `s3://bucket/key`. */
  files: string[];
}

const NEEDED = ['Key', 'Size', 'ETag'];

/**
 * @param place of its manifest; the data files of one in S3 lie where it says, otherwise beside it
 * @throws UserError
 */
export async function readInventory(s3: S3Client, place: string): Promise<Inventory> {
  const parsed = manifestSchema.safeParse(await readJson(s3, place));
  if (!parsed.success) throw new UserError(`${place} is no manifest of S3 Inventory.`);
  const { sourceBucket, destinationBucket, creationTimestamp, fileFormat, fileSchema, files } = parsed.data;
  if (fileFormat !== 'CSV')
    throw new UserError(`${place} lists files in ${fileFormat}, and only CSV can be read here.`);
  const columns = fileSchema.split(/,\s*/);
  const missing = NEEDED.find((name) => !columns.includes(name));
  if (missing !== undefined) throw new UserError(`${place} has no column ${missing}: add it to the inventory.`);
  const isInS3 = place.startsWith('s3://');
  const bucket = destinationBucket.replace(/^arn:[^:]+:s3:::/, '');
  return {
    bucket: sourceBucket,
    createdAt: new Date(Number(creationTimestamp)),
    columns,
    files: files.map(({ key }) => (isInS3 ? `s3://${bucket}/${key}` : beside(place, key.split('/').at(-1)!))),
  };
}

/**
 * The lines of one part are in memory, and the whole inventory goes by: its rows come in any order.
 * @throws UserError
 */
export async function* lookInInventory(
  s3: S3Client,
  lines: AsyncIterable<ReportLine>,
  inventory: Inventory,
): AsyncGenerator<Looked> {
  const open = new Map<string, string>();
  for await (const line of lines) open.set(ownCopy(line['destinationKey']!), packed(line));
  if (open.size === 0) return;
  for await (const { key, found } of rowsOf(s3, inventory)) {
    const line = open.get(key);
    if (line === undefined) continue;
    open.delete(key);
    yield { line: unpacked(key, line), found };
  }
  for (const [key, line] of open) yield { line: unpacked(key, line), found: undefined };
}

/** What is compared and told of a line, besides its key. */
const KEPT = [
  'route',
  'status',
  'reason',
  'sizeBytes',
  'deliveredAt',
  'destinationBucket',
  'destinationETag',
  'destinationVersionId',
];

/** A million lines as they are would fill a gigabyte and more. */
function packed(line: ReportLine): string {
  return JSON.stringify(KEPT.map((field) => line[field]));
}

function unpacked(destinationKey: string, line: string): ReportLine {
  const cells = JSON.parse(line) as (string | null)[];
  const fields = KEPT.map((field, index): [string, string] => [field, cells[index] ?? '']);
  return { ...Object.fromEntries(fields), destinationKey };
}

/** A cell is a slice of a long text, which would stay in memory with it. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

/** The newest versions. */
async function* rowsOf(s3: S3Client, { files, columns }: Inventory): AsyncGenerator<{ key: string; found: Found }> {
  for (const file of files) {
    const text = pipeline(await open(s3, file), createGunzip(), () => undefined).setEncoding('utf8');
    try {
      for await (const cells of csvRows(text)) {
        const row = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']));
        if (row['IsLatest'] === 'false' || row['IsDeleteMarker'] === 'true') continue;
        const { Key, Size, ETag, VersionId } = row;
        const found = { sizeBytes: Number(Size), eTag: ETag!.replaceAll('"', ''), versionId: VersionId || undefined };
        yield { key: decodeKey(Key!), found };
      }
    } catch (error) {
      throw new UserError(`${file} can't be read as S3 Inventory: ${reasonOf(error)}`);
    }
  }
}
