/** A body whose end comes late, or never when its client has left. */
import { Transform, type TransformCallback } from 'node:stream';

export interface LateEndOptions {
  milliseconds: number;
  /** Whether the client is gone. */
  hasLeft: () => boolean;
}

/** Lets a body through, but for its end, which comes later; or never, when the client has left by then. */
export class LateEndStream extends Transform {
  readonly #options: LateEndOptions;
  readonly #startedAt = performance.now();

  constructor(options: LateEndOptions) {
    super();
    this.#options = options;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const { milliseconds, hasLeft } = this.#options;
    const leftMs = Math.max(0, this.#startedAt + milliseconds - performance.now());
    setTimeout(() => (hasLeft() ? this.destroy() : done()), leftMs).unref();
  }
}
