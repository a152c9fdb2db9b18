/** Receives a body into blobs and checks it against its plan. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ApiError, type ApiRequest } from '../../../core/api.ts';
import type { ServiceCall } from '../call.ts';
import { incompleteBody, invalidRequest, malformedXml } from '../errors.ts';
import { MAX_XML_BODY_BYTES } from '../limits.ts';
import type { Segment } from '../state/blobs.ts';
import { AwsChunkedDecoder, malformedTrailer } from './aws-chunked.ts';
import { type BodyPlan, planBody } from './body-plan.ts';
import {
  type ChecksumAlgorithm,
  type ChecksumValue,
  checkChecksumSyntax,
  checksumHeader,
  expectChecksum,
  runningChecksum,
} from './checksums.ts';

/** What has been found out about a body on its way through. */
export interface BodyFacts {
  sizeBytes: number;
  md5Hex: string;
  /** Of each algorithm asked for, and of the one the client sent. */
  checksums: Map<ChecksumAlgorithm, string>;
  given: ChecksumValue | undefined;
}

export interface StoredBody extends BodyFacts {
  segments: Segment[];
}

/**
 * Streams the body to disk and checks everything the client promised about it. When it fails, nothing is left behind.
 * @param compute the algorithms needed besides the one that the client sends
 * @throws ApiError `IncompleteBody`, `BadDigest`, and whatever the framing or the signature of the body is refused with
 */
export async function storeBody(
  { s3, request }: ServiceCall,
  plan: BodyPlan,
  compute: readonly ChecksumAlgorithm[],
): Promise<StoredBody> {
  const writer = await s3.blobs.createWriter();
  try {
    const facts = await consumeBody(request, plan, compute, (bytes) => writer.write(bytes));
    return { ...facts, segments: await writer.finish() };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/**
 * A body that is held in memory: an XML document of a client.
 * @throws ApiError as `storeBody`; `MalformedXML` when it is larger than any document that S3 takes
 */
export async function readXmlBody({ request }: ServiceCall, plan: BodyPlan): Promise<string> {
  if (plan.sizeBytes > MAX_XML_BODY_BYTES) throw malformedXml();
  const pieces: Buffer[] = [];
  await consumeBody(request, plan, [], (bytes) => void pieces.push(bytes));
  return Buffer.concat(pieces).toString('utf8');
}

/** The XML of operations for which S3 demands that the body be protected by a checksum. */
export function readProtectedXmlBody(call: ServiceCall): Promise<string> {
  const plan = planBody(call.request, call.headers);
  if (plan.contentMd5 === undefined && plan.checksum === undefined) {
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  return readXmlBody(call, plan);
}

async function consumeBody(
  request: ApiRequest,
  plan: BodyPlan,
  compute: readonly ChecksumAlgorithm[],
  take: (bytes: Buffer) => void | Promise<void>,
): Promise<BodyFacts> {
  const algorithms = new Set(compute);
  if (plan.checksum) algorithms.add(plan.checksum.algorithm);
  const running = [...algorithms].map((algorithm) => ({ algorithm, checksum: runningChecksum(algorithm) }));
  const md5 = createHash('md5');
  const trailers = new Map<string, string>();
  for await (const bytes of decodedBody(request, plan.sizeBytes, trailers)) {
    md5.update(bytes);
    for (const { checksum } of running) checksum.update(bytes);
    await take(bytes);
  }
  const md5Digest = md5.digest();
  if (plan.contentMd5 !== undefined && !Buffer.from(plan.contentMd5, 'base64').equals(md5Digest)) {
    throw new ApiError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
  }
  const checksums = new Map<ChecksumAlgorithm, string>();
  for (const { algorithm, checksum } of running) {
    checksums.set(algorithm, (await checksum.digest()).toString('base64'));
  }
  const given = givenChecksum(plan, trailers);
  if (given) expectChecksum(given, checksums.get(given.algorithm)!);
  return { sizeBytes: plan.sizeBytes, md5Hex: md5Digest.toString('hex'), checksums, given };
}

/** The bytes of the body without their transfer framing. */
async function* decodedBody(
  request: ApiRequest,
  sizeBytes: number,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const decoder = chunkDecoder(request);
  let received = 0;
  for await (const piece of unbroken(request.body)) {
    for (const bytes of decoder ? decoder.push(piece) : [piece]) {
      received += bytes.length;
      if (received > sizeBytes) throw incompleteBody();
      yield bytes;
    }
  }
  decoder?.end();
  if (received !== sizeBytes) throw incompleteBody();
  for (const [name, value] of decoder?.trailers ?? []) trailers.set(name, value);
}

function chunkDecoder({ payload }: ApiRequest): AwsChunkedDecoder | undefined {
  if (payload.kind === 'chunked-unsigned') return new AwsChunkedDecoder({ trailer: true });
  if (payload.kind !== 'chunked-signed') return undefined;
  return new AwsChunkedDecoder({ signer: payload.chunkSignature, trailer: payload.trailer });
}

/** A connection that breaks off is a body too short; what the gateway itself refuses keeps its own error. */
async function* unbroken(body: Readable): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw error instanceof ApiError ? error : incompleteBody();
  }
}

function givenChecksum(plan: BodyPlan, trailers: Map<string, string>): ChecksumValue | undefined {
  const { checksum } = plan;
  for (const name of trailers.keys()) {
    if (checksum?.value !== undefined || name !== (checksum && checksumHeader(checksum.algorithm)))
      throw malformedTrailer();
  }
  if (!checksum) return undefined;
  const value = checksum.value ?? trailers.get(checksumHeader(checksum.algorithm));
  if (value === undefined) throw malformedTrailer();
  const given = { algorithm: checksum.algorithm, value };
  checkChecksumSyntax(given);
  return given;
}
