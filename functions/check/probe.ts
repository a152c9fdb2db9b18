/** Writes the check's own objects to the destination, as the relay writes objects. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { CHECK_FOLDER } from '../core/reserved-keys.ts';
import type { Route } from '../core/route.ts';
import { placeOf } from '../core/source-object.ts';
import { doubtAbout } from '../transfer/answered.ts';
import { routeAttributes } from '../transfer/attributes.ts';
import type { Checksum } from '../transfer/checksum.ts';
import { crc32OfBuffer } from '../transfer/crc32.ts';
import { conditionOf } from '../transfer/transfer.ts';
import type { Check } from './context.ts';

const BODY = Buffer.from('Written by the check of Upload Relay, to see whether objects arrive. It may be deleted.\n');
const CRC32 = crc32OfBuffer(BODY);
export const PROBE_CHECKSUM: Checksum = { algorithm: 'CRC32', value: CRC32 };
/** The CRC32 of a body that no request sends. */
export const WRONG_CRC32 = crc32OfBuffer(Buffer.from('something else'));

export type ProbeName = 'small' | 'in-parts';

/** Each check has a folder of its own, and so never touches another object. */
export function probeKey({ id }: Pick<Check, 'id'>, { destination }: Route, name: ProbeName): string {
  return `${destination.prefix}${CHECK_FOLDER}${id}/${name}`;
}

/** A key that the writer role must not write; undefined where the route has the whole bucket. */
export function keyOutside({ id }: Pick<Check, 'id'>, { destination }: Route): string | undefined {
  if (destination.prefix === '') return undefined;
  const key = `${CHECK_FOLDER}${id}/outside-the-prefix`;
  return key.startsWith(destination.prefix) ? `not-${key}` : key;
}

/** What the route adds to every write: each of these needs a permission or meets a condition. */
function asked(route: Route): Pick<PutObjectCommandInput, 'StorageClass' | 'Tagging'> {
  // The probe stands for an object that is in STANDARD at the source.
  return { ...routeAttributes(route, 'STANDARD'), ...(route.copyTags && { Tagging: 'written-by=upload-relay-check' }) };
}

/** Writes one object as the relay writes small objects. */
export function putProbe(
  writer: S3Client,
  check: Pick<Check, 'id'>,
  route: Route,
  change: Partial<PutObjectCommandInput> = {},
): Promise<PutObjectCommandOutput> {
  const { bucket, account } = route.destination;
  const place = placeOf({ bucket, key: probeKey(check, route, 'small') }, account);
  const input = { ...place, ...asked(route), ...conditionOf(route) };
  return writer.send(new PutObjectCommand({ ...input, Body: BODY, ChecksumCRC32: CRC32, ...change }));
}

/**
 * A write that stores nothing, since its checksum is wrong. S3 decides about permissions before it reads a body, so `BadDigest`
 * means that the write was allowed, and nothing is left behind where nothing may be written.
 */
export function putNothing(
  writer: S3Client,
  check: Pick<Check, 'id'>,
  route: Route,
  change: Partial<PutObjectCommandInput> = {},
): Promise<PutObjectCommandOutput> {
  return putProbe(writer, check, route, { ...change, ChecksumCRC32: WRONG_CRC32 });
}

/**
 * Writes one part as the relay writes multipart uploads: without a checksum of the part, and with one of the whole object at the end.
 * The last part of an upload may be of any size.
 */
export async function putInParts(writer: S3Client, check: Pick<Check, 'id'>, route: Route): Promise<void> {
  const { bucket, account } = route.destination;
  const place = placeOf({ bucket, key: probeKey(check, route, 'in-parts') }, account);
  const { UploadId } = await writer.send(
    new CreateMultipartUploadCommand({
      ...place,
      ...asked(route),
      ChecksumAlgorithm: 'CRC32',
      ChecksumType: 'FULL_OBJECT',
    }),
  );
  const upload = { ...place, UploadId };
  try {
    const { ETag } = await writer.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: BODY }));
    const answer = await writer.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        ChecksumType: 'FULL_OBJECT',
        ChecksumCRC32: CRC32,
        ...conditionOf(route),
      }),
    );
    const doubt = doubtAbout(answer, PROBE_CHECKSUM);
    if (doubt !== undefined) throw new Error(doubt);
  } catch (error) {
    // A role with s3:PutObject alone may not abort. The bucket's lifecycle rule then removes the part.
    await writer.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
