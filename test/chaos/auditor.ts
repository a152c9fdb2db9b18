import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { checksumAlgorithm, runningChecksum } from '../../local/s3/checksums.ts';
import { LEDGER_TABLE } from '../support/two-accounts.ts';
import { contentOf, uploadsIn } from './content.ts';
import { type PlannedUpload, UPLOAD_METADATA } from './uploads.ts';
import type { ChaosWorld } from './world.ts';

/** The source keys that something is wrong with. */
export interface Audit {
  /** Not at the destination. */
  lost: string[];
  /** An older upload of the key is there. */
  stale: string[];
  /** Bytes of no upload of the key. */
  corrupt: string[];
  /** Bytes of several uploads of the key. */
  spliced: string[];
  /** No item in the ledger, or not of the newest object. */
  withoutReceipt: string[];
}

const KEYS_AT_ONCE = 8;

/** Compares what the destination and the ledger hold with the newest source object of every key, byte by byte. */
export async function audit(world: ChaosWorld, uploads: readonly PlannedUpload[]): Promise<Audit> {
  const found: Audit = { lost: [], stale: [], corrupt: [], spliced: [], withoutReceipt: [] };
  const byKey = Object.entries(Object.groupBy(uploads, ({ key }) => key)).values();
  const auditor = async (): Promise<void> => {
    for (const [key, ofKey] of byKey) {
      const { source, destination } = world;
      const newest = await source.s3.send(new HeadObjectCommand({ Bucket: source.bucket, Key: key }));
      const bytes = await readObject(destination, destination.prefix + key);
      const number = Number(newest.Metadata?.[UPLOAD_METADATA]);
      const verdict = bytes === undefined ? 'lost' : compare(bytes, ofKey!, number);
      if (verdict !== 'delivered') found[verdict].push(key);
      const content = contentOf(number, newest.ContentLength!);
      if (!(await hasReceipt(world.ledger, key, newest, content))) found.withoutReceipt.push(key);
    }
  };
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, auditor));
  for (const keys of Object.values(found) as string[][]) keys.sort();
  return found;
}

/** @param newest the number of the upload that the source holds */
export function compare(
  bytes: Buffer,
  ofKey: readonly PlannedUpload[],
  newest: number,
): 'delivered' | 'stale' | 'spliced' | 'corrupt' {
  const same = ofKey.filter(
    ({ number, sizeBytes }) => sizeBytes === bytes.length && contentOf(number, sizeBytes).equals(bytes),
  );
  if (same.some(({ number }) => number === newest)) return 'delivered';
  if (same.length > 0) return 'stale';
  const parts = [...(uploadsIn(bytes) ?? [])];
  const own = parts.every((part) => ofKey.some(({ number }) => number === part));
  return own && parts.length > 1 ? 'spliced' : 'corrupt';
}

async function readObject({ s3, bucket }: ChaosWorld['destination'], key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from(await Body!.transformToByteArray());
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

async function hasReceipt(
  { dynamodb, routeName }: ChaosWorld['ledger'],
  key: string,
  newest: HeadObjectCommandOutput,
  content: Buffer,
): Promise<boolean> {
  const id = { S: `${routeName}/${key}` };
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: LEDGER_TABLE, Key: { id }, ConsistentRead: true }),
  );
  const recorded = (attribute: string) => Item?.[attribute]?.S;
  return (
    recorded('status') === 'delivered' &&
    unquoted(recorded('sourceETag')) === unquoted(newest.ETag) &&
    recorded('sourceVersionId') === newest.VersionId &&
    recorded('checksumValue') === (await checksumOf(content, recorded('checksumAlgorithm')))
  );
}

/** In base64; undefined for an algorithm that S3 doesn't have. */
async function checksumOf(bytes: Buffer, name = ''): Promise<string | undefined> {
  const algorithm = checksumAlgorithm(name);
  if (algorithm === undefined) return undefined;
  const checksum = runningChecksum(algorithm);
  checksum.update(bytes);
  return (await checksum.digest()).toString('base64');
}

function unquoted(eTag: string | undefined): string | undefined {
  return eTag?.replaceAll('"', '');
}
