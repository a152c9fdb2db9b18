/** Remembers which writes may still take effect. */
import type { RelayError } from '../core/errors.ts';

/** A write that makes an object visible. */
export type VisibleWrite = 'PutObject' | 'CompleteMultipartUpload';

interface Answer {
  $metadata: { attempts?: number | undefined };
}

interface Metadata {
  attempts?: number;
  httpStatusCode?: number;
}

/**
 * A write may still take effect if it was not answered, if it was aborted, or if the SDK retried it. A write that S3 answered at the
 * first try is done; a write that S3 refused (4xx) or redirected (3xx) at the first try is not done.
 */
export class VisibleWrites {
  readonly #unanswered = new Map<symbol, VisibleWrite>();
  #isAnyDone = false;

  /** The writes that may still take effect, including those under way. */
  get unanswered(): VisibleWrite[] {
    return [...this.#unanswered.values()];
  }

  /** Whether an object may have become visible. */
  get mayHaveWritten(): boolean {
    return this.#isAnyDone || this.#unanswered.size > 0;
  }

  /** @param write resolves only if its answer shows that the write was done */
  async watch<T extends Answer>(operation: VisibleWrite, write: () => Promise<T>): Promise<T> {
    const id = Symbol(operation);
    this.#unanswered.set(id, operation);
    try {
      const answer = await write();
      this.#isAnyDone = true;
      if (answer.$metadata.attempts === 1) this.#unanswered.delete(id);
      return answer;
    } catch (error) {
      if (isRefused(operation, error as RelayError)) this.#unanswered.delete(id);
      throw error;
    }
  }
}

/** Whether a failed write can't take effect: S3 refused its only try, or it was never sent completely. */
function isRefused(operation: VisibleWrite, error: RelayError): boolean {
  const { attempts = 1, httpStatusCode = 0 } = { ...metadataOf(error), ...metadataOf(error.cause) };
  if (attempts > 1) return false;
  // The relay got no session for the write, or the read of its body broke.
  if (error.operation !== operation) return true;
  return httpStatusCode >= 300 && httpStatusCode < 500;
}

function metadataOf(error: unknown): Metadata | undefined {
  return (error as { $metadata?: Metadata } | undefined)?.$metadata;
}
