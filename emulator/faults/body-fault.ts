/** A stream that damages, truncates, stalls or resets a body at a given byte. */
import { Transform, type TransformCallback } from 'node:stream';
import type { Injection } from './faults.ts';
import type { RequestFault } from './rule.ts';

export type BodyFault = Extract<RequestFault, { kind: 'reset' | 'truncate' | 'stall' | 'bit-flip' }>;

export interface BodyFaultOptions {
  injection: Injection<BodyFault>;
  /** Counted from 0. A body that doesn't get so far passes unharmed. */
  position: number;
  resetConnection: () => void;
}

/** Lets a body through up to one byte, where something happens to it. */
export class BodyFaultStream extends Transform {
  readonly #options: BodyFaultOptions;
  #passedBytes = 0;

  constructor(options: BodyFaultOptions) {
    super();
    this.#options = options;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { injection, position } = this.#options;
    const offset = position - this.#passedBytes;
    this.#passedBytes += chunk.length;
    const isHere = offset >= 0 && offset < chunk.length;
    if (isHere && injection.claim()) this.#strike(chunk, offset, done);
    else done(null, chunk);
  }

  #strike(chunk: Buffer, offset: number, done: TransformCallback): void {
    const { fault } = this.#options.injection;
    if (fault.kind === 'bit-flip') {
      const flipped = Buffer.from(chunk);
      flipped[offset]! ^= 1;
      done(null, flipped);
      return;
    }
    this.push(chunk.subarray(0, offset));
    if (fault.kind === 'truncate') {
      // Nobody reads the rest: its source has to be told.
      this.once('end', () => this.destroy());
      this.push(null);
    } else if (fault.kind === 'reset') {
      // A turn later, so that what was let through is on its way.
      setImmediate(() => setImmediate(this.#options.resetConnection));
    } else if (fault.forMs !== undefined) {
      setTimeout(() => done(null, chunk.subarray(offset)), fault.forMs).unref();
    }
  }
}
