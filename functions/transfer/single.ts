import { PutObjectCommand, type PutObjectCommandInput, type PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { requireAnswer } from './answered.ts';
import { type Checksum, checksumMember, fullObjectChecksum } from './checksum.ts';
import { crc32OfBuffer } from './crc32.ts';
import { destinationFailure } from './failures.ts';
import { openPinned } from './pinned-read.ts';
import { BUFFERED_MAX_BYTES } from './plan.ts';
import { readWhole } from './read-whole.ts';
import { streamThrough } from './stream-through.ts';
import { conditionOf, type Delivered, type Transfer } from './transfer.ts';

/**
 * One PutObject: of bytes held in memory where they are few, and otherwise of the stream in which they are read.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * @param read the bytes of that very state, where they are known already
 */
export async function putSingle(transfer: Transfer, read?: Buffer): Promise<Delivered> {
  const { state } = transfer;
  const isStreamed = read === undefined && state.checksum !== undefined && state.sizeBytes > BUFFERED_MAX_BYTES;
  if (isStreamed) return putStream(transfer, state.checksum!);
  return putBuffer(transfer, read ?? (await pinnedBody(transfer)));
}

/** What is held in memory may be repeated by the SDK, and its checksum can be computed beforehand. */
async function putBuffer(transfer: Transfer, body: Buffer): Promise<Delivered> {
  const { source, state, destination, writer, signal } = transfer;
  const checksum: Checksum = state.checksum ?? { algorithm: 'CRC32', value: crc32OfBuffer(body) };
  const command = new PutObjectCommand({ ...inputOf(transfer, checksum), Body: body });
  const answer = await writer.send(command, { abortSignal: signal }).catch((error: unknown) => {
    throw destinationFailure(error, 'PutObject', source, destination);
  });
  return deliveredBy(transfer, answer, checksum, state.checksum ? 'source' : 'transit');
}

/** S3 verifies the source's checksum, which therefore has to be known before the first byte is sent. */
async function putStream(transfer: Transfer, checksum: Checksum): Promise<Delivered> {
  const { state, writer, signal } = transfer;
  const { answer } = await streamThrough(
    transfer,
    { computeCrc32: false, signal },
    {
      operation: 'PutObject',
      send(Body, abortSignal) {
        const input = { ...inputOf(transfer, checksum), Body, ContentLength: state.sizeBytes };
        return writer.send(new PutObjectCommand(input), { abortSignal });
      },
    },
  );
  return deliveredBy(transfer, answer, checksum, 'source');
}

function inputOf(transfer: Transfer, checksum: Checksum): PutObjectCommandInput {
  const { destination, attributes } = transfer;
  return {
    Bucket: destination.bucket,
    Key: destination.key,
    ExpectedBucketOwner: destination.account,
    ...attributes,
    ...checksumMember(checksum),
    ...conditionOf(transfer),
  };
}

function deliveredBy(
  transfer: Transfer,
  answer: PutObjectCommandOutput,
  checksum: Checksum,
  checksumOrigin: Delivered['checksumOrigin'],
): Delivered {
  return {
    eTag: requireAnswer(transfer, 'PutObject', answer, checksum),
    versionId: answer.VersionId,
    checksum,
    answeredChecksum: fullObjectChecksum(answer)?.value,
    checksumOrigin,
    isCertain: answer.$metadata.attempts === 1,
    parts: 1,
  };
}

async function pinnedBody({ reader, source, state, signal }: Transfer): Promise<Buffer> {
  return readWhole(await openPinned(reader, source, state, { signal }), source, state.sizeBytes);
}
