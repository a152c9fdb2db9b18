/** What every event becomes: the request to relay the newest version of an object. */
import type { SourceObject } from '../core/source-object.ts';

/** The one value that every door turns its event into: relay the newest version of this object. */
export interface RelayRequest {
  source: SourceObject;
  /** Only this route; otherwise all routes that take the key. */
  routeName?: string;
  /** The version the event spoke of. A hint for the record: the newest is what gets relayed. */
  hint?: VersionHint;
  /** How often it was begun before: only the relay's own messages say so. */
  attempts?: number;
}

export interface VersionHint {
  versionId?: string | undefined;
  /** Without quotes, as events have it. */
  eTag?: string | undefined;
  /** Orders the versions of one key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  sequencer?: string | undefined;
  /** When the upload was done, by the event; ISO 8601. */
  time?: string | undefined;
  /** As the event has it. */
  sizeBytes?: number | undefined;
}
