/** What every event becomes: the request to relay the newest version of an object. */
import type { SourceObject } from '../core/source-object.ts';

export interface RelayRequest {
  source: SourceObject;
  /** Only this route; otherwise all routes that take the key. */
  routeName?: string;
  /** The version that the event named: a hint for the receipt, since the newest version is relayed. */
  hint?: VersionHint;
  /** How often it was begun before; only the relay's own messages have it. */
  attempts?: number;
}

export interface VersionHint {
  versionId?: string | undefined;
  /** Without quotes, as in events. */
  eTag?: string | undefined;
  /** Orders the versions of one key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  sequencer?: string | undefined;
  /** When the upload ended, by the event; ISO 8601. */
  time?: string | undefined;
  /** By the event. */
  sizeBytes?: number | undefined;
}
