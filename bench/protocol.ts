/** What the measuring process and the one with both accounts tell each other. */
import type { SourceKind } from './sources.ts';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** One side of a transfer, and who may do everything there. */
export interface Side {
  bucket: string;
  prefix: string;
  keys: Keys;
}

export interface Ready {
  kind: 'ready';
  url: string;
  caFile: string;
  region: string;
  source: Side;
  destination: Side;
  /** Of a session in the relay's role. */
  relayKeys: Keys;
  functions: { name: string; environment: Record<string, string>; taskRoot: string }[];
}

export type Request =
  | { kind: 'sparse'; key: string; sizeBytes: number }
  | { kind: 'objects'; source: SourceKind; keys: string[]; sizeBytes: number };

export type Answer = Ready | { kind: 'done' } | { kind: 'failed'; problem: string };
