import { buffer } from 'node:stream/consumers';
import type { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { RelayError } from '../errors.ts';
import { type Checksum, checksumMember, fullObjectChecksum } from './checksum.ts';
import { crc32OfBuffer } from './crc32.ts';
import { destinationFailure, sourceFailure } from './failures.ts';
import { openPinned } from './pinned-read.ts';
import { SINGLE_MAX_BYTES } from './plan.ts';
import type { Delivered, Transfer } from './transfer.ts';

/**
 * One PutObject of a body held in memory (at most SINGLE_MAX_BYTES), which lib-storage may therefore repeat.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export async function putSingle(transfer: Transfer): Promise<Delivered> {
  const { source, state, destination, attributes, writer, signal } = transfer;
  const body = await readWhole(transfer);
  const checksum: Checksum = state.checksum ?? { algorithm: 'CRC32', value: crc32OfBuffer(body) };
  const upload = new Upload({
    client: stoppable(writer, signal),
    // A body within one part makes one PutObject; a part is at least 5 MiB.
    partSize: SINGLE_MAX_BYTES,
    params: {
      Bucket: destination.bucket,
      Key: destination.key,
      Body: body,
      ExpectedBucketOwner: destination.account,
      ...attributes,
      ...checksumMember(checksum),
    },
  });
  const answer = await upload.done().catch((error: unknown) => {
    throw destinationFailure(error, 'PutObject', source, destination);
  });
  return {
    eTag: answer.ETag,
    versionId: answer.VersionId,
    checksum,
    answeredChecksum: fullObjectChecksum(answer)?.value,
    checksumOrigin: state.checksum ? 'source' : 'transit',
    isCertain: answer.$metadata.attempts === 1,
    parts: 1,
  };
}

/**
 * lib-storage's own abort stops the waiting, but not the PutObject: that would go on when Lambda thaws the environment for
 * another invocation, and might overtake a newer object. The SDK's abort signal ends the request itself.
 */
function stoppable(client: S3Client, abortSignal: AbortSignal): S3Client {
  const send = (command: PutObjectCommand) => client.send(command, { abortSignal });
  return Object.assign(Object.create(client) as S3Client, { send });
}

async function readWhole({ reader, source, state, signal }: Transfer): Promise<Buffer> {
  const stream = await openPinned(reader, source, state, { signal });
  const body = await buffer(stream).catch((error: unknown) => {
    throw sourceFailure(error, 'GetObject', source);
  });
  if (body.length === state.sizeBytes) return body;
  throw new RelayError({
    code: 'TransferFailed',
    message: `GetObject on ${source} ended after ${body.length} of ${state.sizeBytes} bytes. It will be tried again.`,
    retryable: true,
    operation: 'GetObject',
    source: `${source}`,
  });
}
