/** The event of an audit: about which objects replay writes a report. */
import * as z from 'zod/mini';
import { badEvent, excerpt, parseShape } from './bad-event.ts';
import { prefix, text, time } from './replay-request.ts';

/** What the report says of a key and route: docs/audit.md. */
export const AUDIT_STATUSES = ['delivered', 'already there', 'unproved', 'superseded', 'failed', 'missing'] as const;
export type AuditStatus = (typeof AUDIT_STATUSES)[number];

const countSchema = z.strictObject({ lines: z.number(), bytes: z.number() });
const totalsSchema = z.record(z.enum(AUDIT_STATUSES), countSchema);

/** Lines, and the bytes of the objects that they are about, by status. */
export type AuditTotals = z.infer<typeof totalsSchema>;

/** A stretch of the part that is under way. */
const segmentSchema = z.strictObject({
  name: text,
  /** Without the header. */
  lines: z.number(),
  /** Compressed. */
  bytes: z.number(),
  hasFindings: z.boolean(),
});

export type Segment = z.infer<typeof segmentSchema>;

/** Where an audit is between two steps. */
const stateSchema = z.strictObject({
  /** The last key of which all lines are written; absent at the beginning. */
  startAfter: z.optional(text),
  /** Those that are written. */
  parts: z.number(),
  open: z.array(segmentSchema),
  totals: totalsSchema,
});

export type AuditState = z.infer<typeof stateSchema>;

const reportSchema = z.strictObject({
  /** The name of its folder. */
  id: text,
  startedAt: text,
});

export type Report = z.infer<typeof reportSchema>;

const auditSchema = z.strictObject({
  /** Only keys that start with it; not URL-encoded. */
  prefix: z._default(prefix, ''),
  /** Only objects last modified at or after, and before, these times. */
  since: z.optional(time),
  until: z.optional(time),
  /** Only along this route. */
  route: z.optional(text),
  /** Whether cells that a spreadsheet would take for a formula begin with an apostrophe. */
  defuseFormulas: z._default(z.boolean('must be true or false'), false),
  /** Where an earlier execution stopped; only replay itself sets it. */
  goOn: z.optional(z.strictObject({ report: reportSchema, state: stateSchema })),
});

export type AuditRequest = z.infer<typeof auditSchema>;

const EXPECTED = '{ "audit": { "prefix"?, "since"?, "until"?, "route"?, "defuseFormulas"? } }';

export const NO_LINES = Object.fromEntries(
  AUDIT_STATUSES.map((status) => [status, { lines: 0, bytes: 0 }]),
) as AuditTotals;

/** Whether an event of replay asks for an audit. */
export function asksForAudit(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'audit');
}

/** @throws RelayError `BadEvent`, naming the field */
export function parseAuditEvent(value: unknown): AuditRequest {
  const { audit } = parseShape(z.strictObject({ audit: auditSchema }), value, EXPECTED);
  const { since, until } = audit;
  if (since !== undefined && until !== undefined && Date.parse(since) >= Date.parse(until)) {
    throw badEvent(`${EXPECTED} (field "audit.until": must be later than "since"; it is ${excerpt(until)})`, value);
  }
  return audit;
}
