/** What relay-large and relay-part are invoked with; only the relay and relay-large themselves send these. */
import * as z from 'zod/mini';
import { parseShape } from './bad-event.ts';

const text = z.string().check(z.minLength(1));

/** The same for the same message, or Lambda would refuse the execution's name a second time. */
const largeSchema = z.strictObject({
  route: text,
  key: text,
  hint: z.optional(
    z.object({
      versionId: z.optional(z.string()),
      eTag: z.optional(z.string()),
      sequencer: z.optional(z.string()),
      time: z.optional(z.string()),
      sizeBytes: z.optional(z.number()),
    }),
  ),
  /** How often the object was begun before. */
  attempts: z.optional(z.number()),
  /** Whether an earlier attempt may have written something that no later one has put right. */
  isUncertain: z.optional(z.boolean()),
});

const partsSchema = z.object({
  route: text,
  key: text,
  /** Whose slot it is; absent from an execution that began before there were slots. */
  execution: z.optional(text),
  /** The one object that all parts are read from. */
  pin: z.object({
    sizeBytes: z.number(),
    eTag: z.string(),
    versionId: z.optional(z.string()),
    lastModified: z.optional(z.string()),
  }),
  uploadId: text,
  partSizeBytes: z.number(),
  /** Part numbers; the run includes both. */
  first: z.number(),
  last: z.number(),
  computeCrc32: z.boolean(),
  /** Until then the upload must be complete; ISO 8601. Absent from an execution that began before there was such a time. */
  until: z.optional(z.string()),
  /** The source's own parts are sent, and this is computed of each; `partSizeBytes` is their average then. */
  digest: z.optional(z.enum(['MD5', 'SHA1', 'SHA256', 'SHA512'])),
});

const sectionSchema = z.extend(partsSchema, { partsPerGroup: z.number() });

export type LargeRequest = z.output<typeof largeSchema>;
/** A run of parts of an upload that relay-large has begun. */
export type PartsRequest = z.output<typeof partsSchema>;
/** A run of parts for an execution of relay-large of its own, since one execution would have too many operations. */
export type SectionRequest = z.output<typeof sectionSchema>;

export function parseLargeRequest(value: unknown): LargeRequest {
  return parseShape(largeSchema, value, '{ "route": "…", "key": "…" }');
}

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
