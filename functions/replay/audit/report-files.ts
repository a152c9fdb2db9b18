/** Reads and writes the files of a report in its bucket. */
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { RelayError } from '../../core/errors.ts';
import { WORK_FOLDER } from '../../core/report-folder.ts';
import { serviceFailure } from '../../failures/service-failure.ts';
import type { Audit } from './audit.ts';

/** One part of a multipart upload is on its way while the next one fills: ten megabytes. */
const PARTS_AT_ONCE = 1;
const ADVICE =
  'Is the source stack deployed as a whole, and does the bucket of "relay.audit" belong to its account and region?';

/** The key of a file that people read. */
export function reportKey({ config, report }: Audit, name: string): string {
  return `${config.audit.prefix}${report.id}/${name}`;
}

/** The key of a file that only a later step reads. */
export function workKey({ config, report }: Audit, name: string): string {
  return `${config.audit.prefix}${WORK_FOLDER}${report.id}/${name}`;
}

/** @throws RelayError `ReportUnavailable` */
export async function putFile(audit: Audit, key: string, body: string, contentType: string): Promise<void> {
  const { s3, place } = bucketOf(audit, key);
  const command = new PutObjectCommand({ ...place, ...CHECKED, Body: body, ContentType: contentType });
  await s3.send(command).catch((error: unknown) => {
    throw unavailable(audit, key, 'PutObject', error);
  });
}

/**
 * Uploads a stream whose end is not known yet. What a failed one leaves behind is removed by the bucket's lifecycle rule.
 * @throws RelayError `ReportUnavailable`, or what the stream has failed with
 */
export async function uploadFile(audit: Audit, key: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const { s3, place } = bucketOf(audit, key);
  const upload = new Upload({
    client: s3,
    params: { ...place, ...CHECKED, Body: Readable.from(body), ContentType: 'application/gzip' },
    queueSize: PARTS_AT_ONCE,
    leavePartsOnError: true,
  });
  await upload.done().catch((error: unknown) => {
    throw error instanceof RelayError ? error : unavailable(audit, key, 'Upload', error);
  });
}

/** @throws RelayError `ReportUnavailable` */
export async function* readFile(audit: Audit, key: string): AsyncGenerator<Uint8Array> {
  const { s3, place } = bucketOf(audit, key);
  try {
    const { Body } = await s3.send(new GetObjectCommand(place));
    yield* Body as Readable;
  } catch (error) {
    throw unavailable(audit, key, 'GetObject', error);
  }
}

export async function readJson<T>(audit: Audit, key: string): Promise<T> {
  return (await json(readFile(audit, key))) as T;
}

/** S3 verifies it, and keeps it. */
const CHECKED = { ChecksumAlgorithm: 'CRC32' } as const;

/** The bucket belongs to the relay's account, and the relay's own client reaches it. */
function bucketOf({ clients, config }: Audit, key: string) {
  const { s3, owner } = clients.lister(undefined);
  return { s3, place: { Bucket: config.audit.bucket, Key: key, ExpectedBucketOwner: owner } };
}

function unavailable({ config }: Audit, key: string, operation: string, error: unknown): RelayError {
  return serviceFailure('ReportUnavailable', operation, `s3://${config.audit.bucket}/${key}`, error, ADVICE);
}
