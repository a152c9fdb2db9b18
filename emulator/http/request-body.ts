/** A request's body as a stream that verifies its digest, or whole. */
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { ApiError } from '../core/api.ts';

/** Past this much of an unwanted body, the connection costs less than the rest of the upload. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024;

/**
 * The body of a request, flowing only as fast as it is read. It fails with `XAmzContentSHA256Mismatch` when it isn't
 * what was signed and with `IncompleteBody` when the client goes away in the middle, so that no reader takes a part for the whole.
 */
export class RequestBody extends Readable {
  readonly #request: IncomingMessage;
  readonly #onFirstRead: () => void;
  #expected: { sha256Hex: string; hash: Hash } | undefined;
  #isStarted = false;
  /** Where the bytes come from: the request, or what it has to pass through. */
  #source: Readable;

  /** @param onFirstRead called when somebody begins to read: the moment to answer `Expect: 100-continue` */
  constructor(request: IncomingMessage, onFirstRead: () => void) {
    super({ highWaterMark: request.readableHighWaterMark });
    this.#request = request;
    this.#source = request;
    this.#onFirstRead = onFirstRead;
    // A service that has answered already no longer listens; the failure then concerns nobody.
    this.on('error', () => {});
    request.on('error', () => this.destroy(incomplete()));
  }

  /** Says what the body has to be; before the first read. */
  expectSha256(sha256Hex: string): void {
    this.#expected = { sha256Hex, hash: createHash('sha256') };
  }

  /**
   * Sends the body through something before anybody, the check of its digest included, gets to see it; before the first read.
   * The connection's end ends the transform, which may hold back what the request has long been rid of.
   */
  passThrough(transform: Transform): void {
    const { socket } = this.#request;
    const end = () => transform.destroy();
    socket.once('close', end);
    transform.once('close', () => {
      socket.off('close', end);
      if (!transform.readableEnded) this.destroy(incomplete());
    });
    this.#source = this.#request.pipe(transform);
  }

  /**
   * Lets the rest of a body that nobody wants run out, so that the client can finish sending, see its answer and
   * use the connection again; ends the connection if that takes too much.
   */
  abandon(): void {
    this.destroy();
    if (this.#request.complete || this.#request.destroyed) return;
    this.#request.unpipe();
    let drainedBytes = 0;
    this.#request.on('data', (chunk: Buffer) => {
      drainedBytes += chunk.length;
      if (drainedBytes > MAX_DRAINED_BYTES) this.#request.destroy();
    });
    this.#request.resume();
  }

  override _read(): void {
    if (!this.#isStarted) this.#start();
    this.#source.resume();
  }

  #start(): void {
    this.#isStarted = true;
    this.#onFirstRead();
    this.#source.on('data', (chunk: Buffer) => {
      if (this.destroyed) return;
      this.#expected?.hash.update(chunk);
      if (!this.push(chunk)) this.#source.pause();
    });
    this.#source.on('end', () => {
      if (this.destroyed) return;
      if (this.#expected && this.#expected.hash.digest('hex') !== this.#expected.sha256Hex) {
        const problem = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        this.destroy(new ApiError('XAmzContentSHA256Mismatch', 400, problem));
      } else this.push(null);
    });
  }
}

function incomplete(): ApiError {
  const problem = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
  return new ApiError('IncompleteBody', 400, problem);
}

/**
 * Reads what is small by nature, before its signature can be checked.
 * @throws ApiError `RequestEntityTooLarge` (413)
 */
export async function readWhole(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw new ApiError('RequestEntityTooLarge', 413, `Request must be smaller than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
