/** Writes an inventory of a bucket, as S3 documents it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** An object or a version, by its inventory's columns; the key is not encoded yet. */
export type InventoryRow = Record<string, string>;

export interface InventoryOptions {
  sourceBucket: string;
  /** Of the bucket that the inventory is written into. */
  bucket?: string;
  prefix?: string;
  id?: string;
  /** When S3 began it. */
  at?: Date;
  columns?: readonly string[];
  /** The rows of each file. */
  files: readonly (readonly InventoryRow[])[];
  /** Changes the manifest. */
  manifest?: object;
}

export const CURRENT_COLUMNS = [
  'Bucket',
  'Key',
  'Size',
  'LastModifiedDate',
  'ETag',
  'StorageClass',
  'ChecksumAlgorithm',
];
export const VERSION_COLUMNS = [
  'Bucket',
  'Key',
  'VersionId',
  'IsLatest',
  'IsDeleteMarker',
  'Size',
  'LastModifiedDate',
  'ETag',
  'StorageClass',
];

/** Its objects by their keys, those of the manifest last. */
export function inventoryOf(options: InventoryOptions): Map<string, Buffer> {
  const { sourceBucket, prefix = '', id = 'daily', at = new Date(), columns = CURRENT_COLUMNS, files } = options;
  const folder = `${prefix && `${prefix}/`}${sourceBucket}/${id}/`;
  const objects = new Map<string, Buffer>();
  const written = files.map((rows, index) => {
    const key = `${folder}data/0000000${index}-939c6d46-85a9-4ba8-87bd-9db705a579ce.csv.gz`;
    const body = gzipSync(rows.map((row) => `${csvLine(row, columns, sourceBucket)}\n`).join(''));
    objects.set(key, body);
    return { key, size: body.length, MD5checksum: createHash('md5').update(body).digest('hex') };
  });
  const dated = `${folder}${at.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length).replace(':', '-')}Z/`;
  const manifest = JSON.stringify({
    sourceBucket,
    destinationBucket: `arn:aws:s3:::${options.bucket ?? 'inventories'}`,
    version: '2016-11-30',
    creationTimestamp: String(at.getTime()),
    fileFormat: 'CSV',
    fileSchema: columns.join(', '),
    files: written,
    ...options.manifest,
  });
  objects.set(`${dated}manifest.json`, Buffer.from(manifest));
  objects.set(`${dated}manifest.checksum`, Buffer.from(createHash('md5').update(manifest).digest('hex')));
  return objects;
}

export async function putInventory(s3: S3Client, options: InventoryOptions & { bucket: string }): Promise<void> {
  for (const [Key, Body] of inventoryOf(options)) {
    await s3.send(new PutObjectCommand({ Bucket: options.bucket, Key, Body }));
  }
}

/** A row as S3 writes it: the ETag without quotes. */
export function rowOf(
  key: string,
  { eTag, sizeBytes, lastModified }: { eTag: string; sizeBytes: number; lastModified: Date },
): InventoryRow {
  return {
    Key: key,
    Size: String(sizeBytes),
    LastModifiedDate: lastModified.toISOString(),
    ETag: eTag.replaceAll('"', ''),
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: 'CRC64NVME',
  };
}

/** Every cell in quotes, and the key encoded as for a URL. */
function csvLine(row: InventoryRow, columns: readonly string[], Bucket: string): string {
  const cells: InventoryRow = { ...row, Bucket, Key: encodeURIComponent(row['Key']!).replaceAll('%20', '+') };
  return columns.map((name) => `"${(cells[name] ?? '').replaceAll('"', '""')}"`).join(',');
}
