/** Computes the CRC32 and the digest of bytes on their way, and can stop the last of them. */
import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { DigestAlgorithm } from './proof.ts';

/** The bytes so far. */
export interface Passed {
  crc: number;
  lengthBytes: number;
  /** As base64; undefined unless it is asked for. */
  digest: string | undefined;
}

export interface TapOptions {
  digest?: DigestAlgorithm | undefined;
  /** Called before the last bytes are passed on. If it throws, the stream breaks instead. */
  check?: (passed: Passed) => void;
}

/**
 * Passes on the buffers that come in, without copying them. It holds the last buffer back until all bytes are checked: a write that
 * does not get all of its bytes stores nothing.
 */
export class BodyTap extends Transform {
  readonly #hash: Hash | undefined;
  readonly #check: (passed: Passed) => void;
  #held: Buffer | undefined;
  #passed: Passed = { crc: 0, lengthBytes: 0, digest: undefined };

  constructor({ digest, check = () => undefined }: TapOptions = {}) {
    super();
    this.#hash = digest && createHash(digest);
    this.#check = check;
  }

  get passed(): Passed {
    return this.#passed;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#passed.crc = crc32(chunk, this.#passed.crc);
    this.#passed.lengthBytes += chunk.length;
    this.#hash?.update(chunk);
    const before = this.#held;
    this.#held = chunk;
    if (before) done(null, before);
    else done();
  }

  override _flush(done: TransformCallback): void {
    try {
      this.#passed.digest = this.#hash?.digest('base64');
      this.#check(this.#passed);
      done(null, this.#held);
    } catch (error) {
      done(error as Error);
    }
  }
}
