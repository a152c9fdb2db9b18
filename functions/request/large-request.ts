import * as z from 'zod/mini';
import type { DigestAlgorithm } from '../transfer/proof.ts';
import { parseShape } from './bad-event.ts';
import type { VersionHint } from './relay-request.ts';

/** What relay-large is started with; the same for the same message, or Lambda would refuse the name a second time. */
export interface LargeRequest {
  route: string;
  key: string;
  hint?: VersionHint | undefined;
  /** How often the object was begun before. */
  attempts?: number | undefined;
  /** Whether an earlier try may have written something, and none has put it right since. */
  isUncertain?: boolean | undefined;
}

const text = z.string().check(z.minLength(1));

const largeSchema = z.strictObject({
  route: text,
  key: text,
  hint: z.optional(
    z.object({
      versionId: z.optional(z.string()),
      eTag: z.optional(z.string()),
      sequencer: z.optional(z.string()),
    }),
  ),
  attempts: z.optional(z.number()),
  isUncertain: z.optional(z.boolean()),
});

export function parseLargeRequest(value: unknown): LargeRequest {
  return parseShape(largeSchema, value, '{ "route": "…", "key": "…" }');
}

/** A run of parts of an upload that relay-large has begun. */
export interface PartsRequest {
  route: string;
  key: string;
  /** Whose slot it is; none of an execution that began before there were slots. */
  execution?: string | undefined;
  /** The one object that all parts are read from. */
  pin: { sizeBytes: number; eTag: string; versionId?: string | undefined; lastModified?: string | undefined };
  uploadId: string;
  partSizeBytes: number;
  /** Part numbers; the run includes both. */
  first: number;
  last: number;
  computeCrc32: boolean;
  /** Until then the upload must be complete; ISO 8601. None of an execution that began before there was such a time. */
  until?: string | undefined;
  /** Computed of the source's own parts, which are what is sent then; `partSizeBytes` is their average. */
  digest?: DigestAlgorithm | undefined;
}

/** A run of parts that an execution of relay-large of its own has sent, for one that would have too many operations. */
export interface SectionRequest extends PartsRequest {
  partsPerGroup: number;
}

const partsSchema = z.object({
  route: text,
  key: text,
  execution: z.optional(text),
  pin: z.object({
    sizeBytes: z.number(),
    eTag: z.string(),
    versionId: z.optional(z.string()),
    lastModified: z.optional(z.string()),
  }),
  uploadId: text,
  partSizeBytes: z.number(),
  first: z.number(),
  last: z.number(),
  computeCrc32: z.boolean(),
  until: z.optional(z.string()),
  digest: z.optional(z.enum(['MD5', 'SHA1', 'SHA256', 'SHA512'])),
});

const sectionSchema = z.extend(partsSchema, { partsPerGroup: z.number() });

/** Whether relay-large is asked for a section, and not for an object. */
export function isSectionEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'partsPerGroup');
}

export function parseSectionRequest(value: unknown): SectionRequest {
  return parseShape(sectionSchema, value, 'the request for a section of parts that relay-large sends');
}

export function parsePartsRequest(value: unknown): PartsRequest {
  return parseShape(partsSchema, value, 'the request for a run of parts that relay-large sends');
}
