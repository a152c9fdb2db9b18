/** Finds the newest inventory of a bucket, and reads its manifest. */
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { RelayError } from '../core/errors.ts';
import type { InventorySettings } from '../core/settings.ts';
import { SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import type { Replay } from './replay-run.ts';

/** What S3 writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html */
const manifestSchema = z.object({
  sourceBucket: z.string(),
  fileFormat: z.string(),
  /** The names of the columns, with commas between them. */
  fileSchema: z.string(),
  files: z.array(z.object({ key: z.string(), MD5checksum: z.string() })),
});

export interface InventoryFile {
  key: string;
  /** In hex. */
  md5: string;
}

export interface Manifest {
  /** The names of the columns, in their order. */
  columns: string[];
  files: InventoryFile[];
}

/** The columns that a comparison needs. */
const NEEDED = ['Key', 'Size', 'LastModifiedDate', 'ETag'];
/** Further ones that tell an old version or a delete marker from an object. They come with every inventory of all versions. */
const OF_VERSIONS = ['VersionId', 'IsLatest', 'IsDeleteMarker'];
/** The folder of an inventory has the time when S3 began it. */
const FOLDER = /\/(\d{4}-\d\d-\d\dT\d\d)-(\d\d)Z\/$/;
const DAY_MS = 86_400_000;
/** Older folders are not looked at, so that one request is enough. */
const DAYS_LOOKED_AT = 60;

/**
 * @returns the key of the newest inventory's manifest
 * @throws RelayError `InventoryUnusable` when there is none, or the newest one is too old
 */
export async function newestManifest({ clients, config, now }: Replay, inventory: InventorySettings): Promise<string> {
  const { bucket, folder, staleAfterDays } = inventory;
  const { s3, owner } = clients.lister(undefined);
  const oldest = new Date(now() - DAYS_LOOKED_AT * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: folder,
    Delimiter: '/',
    StartAfter: `${folder}${oldest}`,
    ExpectedBucketOwner: owner,
  });
  const { CommonPrefixes = [] } = await s3.send(command).catch((error: unknown) => {
    throw sourceFailure(error, 'ListObjectsV2', new SourceObject(bucket, folder));
  });
  const folders = CommonPrefixes.map(({ Prefix }) => Prefix!).filter((each) => FOLDER.test(each));
  const newest = folders.sort().at(-1);
  const advice = `S3 writes a first inventory within two days. Look at "aws s3api list-bucket-inventory-configurations --bucket ${config.sourceBucket}".`;
  if (newest === undefined) {
    throw unusable(`s3://${bucket}/${folder} has no inventory of the last ${DAYS_LOOKED_AT} days. ${advice}`);
  }
  const [, hours, minutes] = FOLDER.exec(newest)!;
  const ageDays = (now() - Date.parse(`${hours}:${minutes}Z`)) / DAY_MS;
  if (ageDays > staleAfterDays) {
    throw unusable(
      `The newest inventory, s3://${bucket}/${newest}, is ${Math.floor(ageDays)} days old, and staleAfterDays is ${staleAfterDays}: later uploads would go unseen. ${advice}`,
    );
  }
  return `${newest}manifest.json`;
}

/** @throws RelayError `InventoryUnusable` */
export async function readManifest({ clients, config }: Replay, bucket: string, key: string): Promise<Manifest> {
  const { s3, owner } = clients.lister(undefined);
  const place = new SourceObject(bucket, key);
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner });
  const { Body } = await s3.send(command).catch((error: unknown) => {
    throw sourceFailure(error, 'GetObject', place);
  });
  return manifestOf(await Body!.transformToString(), `${place}`, config.sourceBucket);
}

/**
 * Pure.
 * @param place for messages
 * @throws RelayError `InventoryUnusable`, naming the manifest and what to change
 */
export function manifestOf(text: string, place: string, sourceBucket: string | undefined): Manifest {
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.');
    throw unusable(
      `${place} is no manifest of S3 Inventory${field ? `: field "${field}" is not as S3 writes it` : ''}.`,
    );
  }
  const { sourceBucket: listed, fileFormat, fileSchema, files } = parsed.data;
  if (listed !== sourceBucket) {
    throw unusable(
      `${place} lists the bucket "${listed}", and not "${sourceBucket}": correct relay.reconciliation.inventory.`,
    );
  }
  if (fileFormat !== 'CSV') {
    throw unusable(
      `${place} lists files in ${fileFormat}, and replay reads CSV only: set "Format": "CSV" in the bucket's inventory configuration, and wait for its next inventory.`,
    );
  }
  const columns = fileSchema.split(/,\s*/);
  const lacking = columns.includes('VersionId') ? [...NEEDED, ...OF_VERSIONS] : NEEDED;
  const missing = lacking.find((name) => !columns.includes(name));
  if (missing !== undefined) {
    throw unusable(
      `${place} has no column ${missing}, only ${columns.join(', ')}: add it to OptionalFields of the bucket's inventory configuration, and wait for its next inventory.`,
    );
  }
  return { columns, files: files.map(({ key, MD5checksum }) => ({ key, md5: MD5checksum })) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param retryable whether reading it once more may help */
export function unusable(message: string, retryable = false): RelayError {
  return new RelayError({ code: 'InventoryUnusable', message, retryable, operation: 'read inventory' });
}
