import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { DigestAlgorithm } from './proof.ts';

/** What has gone by. */
export interface Passed {
  crc: number;
  lengthBytes: number;
  /** As base64; only when asked for. */
  digest: string | undefined;
}

export interface TapOptions {
  digest?: DigestAlgorithm | undefined;
  /** Told of all that has gone by before the last of it is let go: what it throws breaks the stream instead. */
  check?: (passed: Passed) => void;
}

/**
 * Passes bytes on unchanged, the very buffers that come in, and knows their CRC32 and digest when they have all gone by. The last
 * buffer is held back until then: a write that never gets all of its bytes stores nothing.
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
