/** Delivers an object by one PutObject. */
import { PutObjectCommand, type PutObjectCommandInput, type PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { placeOf, type SourceObject } from '../core/source-object.ts';
import { destinationFailure } from '../failures/classify.ts';
import { requireAnswer } from './answered.ts';
import { answeredValue, type Checksum, checksumMember } from './checksum.ts';
import { crc32OfBuffer } from './crc32.ts';
import { digestOf, requireDigests } from './digests.ts';
import { openPinned } from './pinned-read.ts';
import { BUFFERED_MAX_BYTES } from './plan.ts';
import type { ChecksumOrigin, Proof } from './proof.ts';
import { readWhole } from './read-whole.ts';
import { withCrcsCombined } from './source-parts.ts';
import { streamThrough } from './stream-through.ts';
import { conditionOf, type Delivered, type Transfer } from './transfer.ts';

/** The checksum that the destination verifies, and where it comes from. */
interface SingleProof {
  checksum: Checksum;
  origin: ChecksumOrigin;
}

/**
 * A small object is held in memory; a larger one is streamed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * @param read the bytes of the state, if they have been read already
 */
export async function putSingle(given: Transfer, read?: Buffer): Promise<Delivered> {
  const { reader, source, signal } = given;
  const transfer = { ...given, state: await withCrcsCombined(reader, source, given.state, signal) };
  const { proof, sizeBytes } = transfer.state;
  const isStreamed = read === undefined && proof.kind === 'handedOn' && sizeBytes > BUFFERED_MAX_BYTES;
  if (isStreamed) return putStream(transfer, proof);
  return putBuffer(transfer, read ?? (await pinnedBody(transfer)));
}

/** The SDK can retry a body that is held in memory, and the relay can compute its checksum beforehand. */
async function putBuffer(transfer: Transfer, body: Buffer): Promise<Delivered> {
  const { source, state, destination, writer, signal } = transfer;
  const single = proofOfBuffer(source, state.proof, body);
  const command = new PutObjectCommand({ ...inputOf(transfer, single), Body: body });
  return await put(transfer, single, () =>
    writer.send(command, { abortSignal: signal }).catch((error: unknown) => {
      throw destinationFailure(error, 'PutObject', source, destination);
    }),
  );
}

/** @throws RelayError `SourceCorrupt` where the digest isn't that of the source's only part */
function proofOfBuffer(source: SourceObject, proof: Proof, body: Buffer): SingleProof {
  if (proof.kind === 'handedOn') return proof;
  if (proof.kind === 'compared') requireDigests(source, proof, [digestOf(proof.algorithm, body)]);
  const checksum: Checksum = { algorithm: 'CRC32', value: crc32OfBuffer(body) };
  return { checksum, origin: proof.kind === 'compared' ? proof.origin : 'transit' };
}

/** The header with the source's checksum is sent before the first byte, and S3 verifies it. */
async function putStream(transfer: Transfer, single: SingleProof): Promise<Delivered> {
  const { writer, signal } = transfer;
  return await put(transfer, single, async () => {
    const { answer } = await streamThrough(
      transfer,
      { computed: { crc32: false }, signal },
      {
        operation: 'PutObject',
        send(Body, ContentLength, abortSignal) {
          const input = { ...inputOf(transfer, single), Body, ContentLength };
          return writer.send(new PutObjectCommand(input), { abortSignal });
        },
      },
    );
    return answer;
  });
}

function inputOf(transfer: Transfer, { checksum, origin }: SingleProof): PutObjectCommandInput {
  const { destination, attributes } = transfer;
  const isETag = origin === 'sourceETag' && checksum.algorithm === 'MD5';
  return {
    ...placeOf(destination, destination.account),
    ...attributes,
    ...(isETag ? { ContentMD5: checksum.value } : checksumMember(checksum)),
    ...conditionOf(transfer),
  };
}

async function put(
  transfer: Transfer,
  { checksum, origin }: SingleProof,
  send: () => Promise<PutObjectCommandOutput>,
): Promise<Delivered> {
  const answer = await transfer.visibleWrites.watch('PutObject', async () => {
    const answered = await send();
    requireAnswer(transfer, 'PutObject', answered, checksum);
    return answered;
  });
  return {
    eTag: answer.ETag,
    versionId: answer.VersionId,
    checksum,
    answeredChecksum: answeredValue(answer, checksum),
    checksumOrigin: origin,
    parts: 1,
  };
}

async function pinnedBody({ reader, source, state, signal }: Transfer): Promise<Buffer> {
  const { body } = await openPinned(reader, source, state, { signal });
  return readWhole(body, source, state.sizeBytes);
}
