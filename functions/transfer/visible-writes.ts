import type { RelayError } from '../core/errors.ts';

/** The writes by which an object becomes visible. */
export type VisibleWrite = 'PutObject' | 'CompleteMultipartUpload';

interface Answer {
  $metadata: { attempts?: number | undefined };
}

interface Metadata {
  attempts?: number;
  httpStatusCode?: number;
}

/**
 * Remembers which of a delivery's writes may still take effect: those that were not answered, that were given up, or that the SDK
 * repeated. One that is answered at its first try is done, and one that S3 refuses (4xx) or redirects (3xx) then is not.
 */
export class VisibleWrites {
  readonly #unanswered = new Map<symbol, VisibleWrite>();
  #isAnyDone = false;

  /** One entry for each write that may still take effect, those under way included. */
  get unanswered(): VisibleWrite[] {
    return [...this.#unanswered.values()];
  }

  /** Whether anything may have become visible so far. */
  get mayHaveWritten(): boolean {
    return this.#isAnyDone || this.#unanswered.size > 0;
  }

  /** @param write answers only with what shows that the write was done */
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

/** Whether a write that failed can't have been done: S3 refused its only try, or it was never sent whole. */
function isRefused(operation: VisibleWrite, error: RelayError): boolean {
  const { attempts = 1, httpStatusCode = 0 } = { ...metadataOf(error), ...metadataOf(error.cause) };
  if (attempts > 1) return false;
  // There was no session to send it with, or its body broke off.
  if (error.operation !== operation) return true;
  return httpStatusCode >= 300 && httpStatusCode < 500;
}

function metadataOf(error: unknown): Metadata | undefined {
  return (error as { $metadata?: Metadata } | undefined)?.$metadata;
}
