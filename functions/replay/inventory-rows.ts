/** Reads the rows of an inventory file as a stream: a file may be larger than any memory. */
import { createHash } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import { decodeKey } from '../request/encoded-key.ts';
import { type InventoryFile, unusable } from './inventory-manifest.ts';
import { isArchived, type ListedObject } from './list-page.ts';
import type { Replay } from './replay-run.ts';

/** A cell in quotes, in which `""` stands for a quote, or a bare one. */
const CELL = /(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g;

/**
 * The lines of a file, without their ends.
 * @throws RelayError `InventoryUnusable` at its end, if its MD5 is not that of the manifest
 */
export async function* linesOf({ clients }: Replay, bucket: string, { key, md5 }: InventoryFile) {
  const { s3, owner } = clients.lister(undefined);
  const place = new SourceObject(bucket, key);
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner });
  const { Body } = await s3.send(command).catch((error: unknown) => {
    throw sourceFailure(error, 'GetObject', place);
  });
  const hash = createHash('md5');
  async function* hashed(body: AsyncIterable<Buffer>) {
    for await (const chunk of body) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const text = pipeline(Body as Readable, hashed, createGunzip(), () => undefined);
  yield* splitIntoLines(text);
  const found = hash.digest('hex');
  if (found === md5) return;
  throw unusable(
    `${place} has the MD5 ${found}, and its manifest says ${md5}: it has been altered, or was damaged on its way.`,
    true,
  );
}

/** Leaving the iteration destroys the stream. */
async function* splitIntoLines(input: AsyncIterable<Buffer>) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest;
}

/**
 * Pure.
 * @returns undefined for an old version and for a delete marker
 * @throws RelayError `InventoryUnusable`
 */
export function objectOf(line: string, columns: readonly string[]): ListedObject | undefined {
  const cells = [...line.matchAll(CELL)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare!);
  if (cells.length !== columns.length) {
    throw unusable(`A row has ${cells.length} cells, and the manifest names ${columns.length} columns: ${line}`);
  }
  const row = Object.fromEntries(columns.map((name, index) => [name, cells[index]!]));
  if (row['IsLatest'] === 'false' || row['IsDeleteMarker'] === 'true') return undefined;
  const lastModified = new Date(row['LastModifiedDate']!);
  const sizeBytes = Number(row['Size']);
  if (Number.isNaN(lastModified.getTime()) || !/^\d+$/.test(row['Size']!)) {
    throw unusable(`A row has no size or time as S3 writes them: ${line}`);
  }
  return {
    key: decodeKey(row['Key']!),
    eTag: `"${row['ETag']}"`,
    sizeBytes,
    lastModified,
    // Objects that were put before versioning was turned on have none.
    versionId: row['VersionId'] || undefined,
    isArchived: isArchived(row['StorageClass'], undefined),
  };
}
