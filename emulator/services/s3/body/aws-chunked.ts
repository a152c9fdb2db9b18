/** Reads bodies in aws-chunked encoding, with their signatures and trailers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiError, type ChunkSigner } from '../../../core/api.ts';

/**
 * Decodes `aws-chunked` bodies, whatever pieces the network delivers them in:
 *
 *     <size in hex>[;chunk-signature=<hex>] CRLF <data> CRLF … 0[;chunk-signature=<hex>] CRLF [<trailer lines>] CRLF
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
 */

export interface AwsChunkedOptions {
  /** Given when chunks are signed. */
  signer?: ChunkSigner | undefined;
  /** Whether lines may follow the last chunk. */
  trailer: boolean;
}

/** S3 refuses a smaller chunk unless it is the last one that holds data. */
const MIN_CHUNK_BYTES = 8192;
/** Longer header or trailer lines are refused: they would have to be held in memory. */
const MAX_LINE_BYTES = 1024;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

type State = 'size' | 'data' | 'data-end' | 'trailer' | 'done' | 'closed';

export class AwsChunkedDecoder {
  /** What the lines after the last chunk said; complete after `end`. */
  readonly trailers = new Map<string, string>();
  readonly #options: AwsChunkedOptions;
  #state: State = 'size';
  #line = '';
  #leftBytes = 0;
  #chunkNumber = 0;
  #smallChunk: { number: number; sizeBytes: number } | undefined;
  #signature: string | undefined;
  #sha256 = createHash('sha256');
  #signedTrailer = '';
  #trailerSignature: string | undefined;

  constructor(options: AwsChunkedOptions) {
    this.#options = options;
  }

  /**
   * @returns the data among these bytes, as views of them
   * @throws ApiError `IncompleteBody` on bad framing, `InvalidChunkSizeError`, `SignatureDoesNotMatch`
   */
  push(bytes: Buffer): Buffer[] {
    const data: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#leftBytes);
        at += piece.length;
        this.#takeData(piece);
        data.push(piece);
      } else {
        at = this.#readLine(bytes, at);
      }
    }
    return data;
  }

  /** @throws ApiError `IncompleteBody` when the body stopped before its end, `SignatureDoesNotMatch` for the trailer */
  end(): void {
    const isWhole = this.#state === 'done' || this.#state === 'closed';
    if (!isWhole || this.#line !== '') throw unexpectedEnd();
    if (!this.#options.signer || !this.#options.trailer) return;
    const sha256Hex = createHash('sha256').update(this.#signedTrailer).digest('hex');
    expectSignature(this.#trailerSignature, this.#options.signer.trailer(sha256Hex));
  }

  #takeData(piece: Buffer): void {
    if (this.#options.signer) this.#sha256.update(piece);
    this.#leftBytes -= piece.length;
    if (this.#leftBytes > 0) return;
    this.#checkChunkSignature();
    this.#state = 'data-end';
  }

  #readLine(bytes: Buffer, from: number): number {
    if (this.#state === 'closed') throw unexpectedEnd();
    const newline = bytes.indexOf(0x0a, from);
    const end = newline === -1 ? bytes.length : newline;
    this.#line += bytes.toString('latin1', from, end);
    if (this.#line.length > MAX_LINE_BYTES) throw unexpectedEnd();
    if (newline === -1) return end;
    const line = this.#line;
    this.#line = '';
    // Lines of the trailer end in LF alone with some clients, as in AWS's own example.
    if (line.endsWith('\r')) this.#takeLine(line.slice(0, -1));
    else if (this.#state === 'trailer') this.#takeLine(line);
    else throw unexpectedEnd();
    return newline + 1;
  }

  #takeLine(line: string): void {
    if (this.#state === 'size') this.#takeSize(line);
    else if (this.#state === 'trailer') this.#takeTrailer(line);
    else if (line !== '') throw unexpectedEnd();
    // minio-go sends a second blank line, and S3 takes it (minio/minio-go#1705).
    else this.#state = this.#state === 'done' ? 'closed' : 'size';
  }

  #takeSize(line: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (!match) throw unexpectedEnd();
    this.#signature = match[2];
    this.#leftBytes = Number.parseInt(match[1]!, 16);
    this.#chunkNumber++;
    if (this.#leftBytes === 0) {
      this.#checkChunkSignature();
      this.#state = 'trailer';
      return;
    }
    if (this.#smallChunk) throw chunkTooSmall(this.#smallChunk);
    if (this.#leftBytes < MIN_CHUNK_BYTES) {
      this.#smallChunk = { number: this.#chunkNumber, sizeBytes: this.#leftBytes };
    }
    this.#state = 'data';
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      // Signed trailers come with a blank line of their own in some clients: the signature follows it.
      const signatureAwaited =
        this.#options.signer && this.#options.trailer && this.trailers.size > 0 && !this.#trailerSignature;
      if (!signatureAwaited) this.#state = 'done';
      return;
    }
    const colon = line.indexOf(':');
    if (!this.#options.trailer || colon <= 0) throw malformedTrailer();
    const name = line.slice(0, colon).toLowerCase().trim();
    const value = line.slice(colon + 1).trim();
    if (name === TRAILER_SIGNATURE) {
      this.#trailerSignature = value;
      return;
    }
    if (this.trailers.has(name) || this.#trailerSignature) throw malformedTrailer();
    this.trailers.set(name, value);
    this.#signedTrailer += `${name}:${value}\n`;
  }

  #checkChunkSignature(): void {
    const { signer } = this.#options;
    if (!signer) return;
    expectSignature(this.#signature, signer.chunk(this.#sha256.digest('hex')));
    this.#sha256 = createHash('sha256');
  }
}

function expectSignature(given: string | undefined, expected: string): void {
  const left = Buffer.from(given ?? '');
  const right = Buffer.from(expected);
  if (left.length === right.length && timingSafeEqual(left, right)) return;
  throw new ApiError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

/** What S3 answers to any fault of the framing (observed on S3 in versity/versitygw#1660 and #1666). */
function unexpectedEnd(): ApiError {
  return new ApiError('IncompleteBody', 400, 'The request body terminated unexpectedly');
}

export function malformedTrailer(): ApiError {
  return new ApiError(
    'MalformedTrailerError',
    400,
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}

function chunkTooSmall({ number, sizeBytes }: { number: number; sizeBytes: number }): ApiError {
  return new ApiError(
    'InvalidChunkSizeError',
    403,
    'Only the last chunk is allowed to have a size less than 8192 bytes',
    { Chunk: String(number), BadChunkSize: String(sizeBytes) },
  );
}
