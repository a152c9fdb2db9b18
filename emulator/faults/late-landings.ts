/** Writes that take effect after their client has been answered otherwise. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ApiResponse } from '../core/api.ts';

/**
 * Writes whose bytes have all arrived and which take effect later, whether or not anybody still waits for them. Who may do it is decided
 * on arrival, and what is there already (preconditions, the parts of an upload) at the landing: so neither a session that has expired
 * nor a right that was taken away meanwhile keeps the write from landing, and S3 promises no more of conditions
 * than that they hold at the moment of the write.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class LateLandings {
  readonly #onUnexpectedError: (error: unknown) => void;
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  /** @param onUnexpectedError told of whatever a landing throws but an ApiError, which nobody hears of */
  constructor(onUnexpectedError: (error: unknown) => void) {
    this.#onUnexpectedError = onUnexpectedError;
  }

  /** How many have not landed yet. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** @param work is given the body, whose end comes `milliseconds` later */
  begin(bytes: Buffer, milliseconds: number, work: (body: Readable) => Promise<ApiResponse>): void {
    const landing = this.#land(work(this.#lateEnd(bytes, milliseconds)));
    this.#underWay.add(landing);
    void landing.then(() => this.#underWay.delete(landing));
  }

  /** Drops what has not landed, as if the machine that held it had died. Resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay);
  }

  async #land(working: Promise<ApiResponse>): Promise<void> {
    try {
      await working;
    } catch (error) {
      if (!(error instanceof ApiError)) this.#onUnexpectedError(error);
    }
  }

  #lateEnd(bytes: Buffer, milliseconds: number): Readable {
    const { signal } = this.#closing;
    return Readable.from(
      (async function* () {
        if (bytes.length > 0) yield bytes;
        await sleep(milliseconds, undefined, { signal, ref: false });
      })(),
      { objectMode: false },
    );
  }
}
