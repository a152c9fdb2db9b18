/** The one error class of the relay, and its codes: one word for what went wrong, in logs, receipts and dead letters alike. */
export type RelayErrorCode =
  | 'BadEvent'
  | 'WrongBucket'
  | 'UnknownRoute'
  | 'ConfigurationInvalid'
  | 'SourceMissing'
  | 'SourceDenied'
  | 'SourceArchived'
  | 'SourceUnreadable'
  | 'SourceChanged'
  | 'KeyTooLong'
  | 'TooManyKeys'
  | 'BucketMissing'
  | 'WrongRegion'
  | 'RegionNotEnabled'
  | 'AccountSuspended'
  | 'ClockSkewed'
  | 'SignatureRefused'
  | 'AssumeRoleDenied'
  | 'RoleAwaited'
  | 'SessionRefused'
  | 'DestinationDenied'
  | 'DestinationRefused'
  | 'AlreadyThere'
  | 'ChecksumRefused'
  | 'SourceCorrupt'
  | 'Unprovable'
  | 'SourceKeyDenied'
  | 'DestinationKeyDenied'
  | 'SessionExpired'
  | 'Throttled'
  | 'OutOfTime'
  | 'NotBegun'
  | 'FunctionDied'
  | 'WriteUnanswered'
  | 'Superseded'
  | 'UploadGone'
  | 'LedgerUnavailable'
  | 'StartFailed'
  | 'ObjectTooLarge'
  | 'LargeObjectsBusy'
  | 'ListingStuck'
  | 'InventoryUnusable'
  | 'QueueUnavailable'
  | 'ReportUnavailable'
  | 'TransferFailed';

export interface RelayErrorDetails {
  code: RelayErrorCode;
  /** What happened, to what, and what to do next. */
  message: string;
  /** Whether the same request may succeed later without anybody changing anything. */
  retryable: boolean;
  /** When it may be worth trying again, if that is known. */
  retryAfterSeconds?: number | undefined;
  /** The API call or step that failed, e.g. `HeadObject`. */
  operation?: string;
  source?: string;
  destination?: string;
  cause?: unknown;
}

/** Whether a failure is transient is decided where the error is made. */
export class RelayError extends Error {
  readonly code: RelayErrorCode;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly operation: string | undefined;
  readonly source: string | undefined;
  readonly destination: string | undefined;

  constructor(details: RelayErrorDetails) {
    super(details.message, { cause: details.cause });
    this.name = details.code;
    // Whoever invokes the relay by hand is shown the stack; the message says all.
    this.stack = `${details.code}: ${details.message}`;
    this.code = details.code;
    this.retryable = details.retryable;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.operation = details.operation;
    this.source = details.source;
    this.destination = details.destination;
  }

  /** The facts for a log line, a dead letter or an answer: no stack, no credentials. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      retryAfterSeconds: this.retryAfterSeconds,
      operation: this.operation,
      source: this.source,
      destination: this.destination,
    };
  }
}

/**
 * Whether the object was not begun, for a reason outside of it: the role does not exist yet, or other objects take the time or the
 * slots. Such a failure does not count as an attempt, so it brings nothing closer to the dead-letter queue.
 */
export function isNotBegun({ code }: RelayError): boolean {
  return code === 'RoleAwaited' || code === 'NotBegun' || code === 'LargeObjectsBusy';
}

/** An unknown error counts as transient: a retry loses nothing, and giving up might lose an object. */
export function asRelayError(error: unknown, where: Partial<RelayErrorDetails> = {}): RelayError {
  if (error instanceof RelayError) return error;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new RelayError({ code: 'TransferFailed', message: reason, retryable: true, ...where, cause: error });
}
