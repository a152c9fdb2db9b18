import type { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Checksum, checksumMember, fullObjectChecksum } from './checksum.ts';
import { crc32OfBuffer } from './crc32.ts';
import { destinationFailure } from './failures.ts';
import { openPinned } from './pinned-read.ts';
import { SINGLE_MAX_BYTES } from './plan.ts';
import { readWhole } from './read-whole.ts';
import type { Delivered, Transfer } from './transfer.ts';

/**
 * One PutObject of a body held in memory (at most SINGLE_MAX_BYTES), which lib-storage may therefore repeat.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * @param read the bytes of that very state, where they are known already
 */
export async function putSingle(transfer: Transfer, read?: Buffer): Promise<Delivered> {
  const { source, state, destination, attributes, writer, signal } = transfer;
  const body = read ?? (await pinnedBody(transfer));
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

async function pinnedBody({ reader, source, state, signal }: Transfer): Promise<Buffer> {
  return readWhole(await openPinned(reader, source, state, { signal }), source, state.sizeBytes);
}
