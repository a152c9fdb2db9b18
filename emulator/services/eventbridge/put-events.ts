/** The parameters of PutEvents, and what becomes of each entry (EventBridge API Reference, "PutEvents" and "PutEventsResultEntry"). */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../../core/api.ts';
import type { EventBridgeEvent } from '../../core/event.ts';
import { parseJson } from '../../protocols/aws-json.ts';

const MAX_ENTRIES = 10;
/** Of all entries together, since January 2026 (User Guide, "Calculating PutEvents event entry size"; AWS Compute Blog). */
const MAX_TOTAL_BYTES = 1024 * 1024;
/** What a time counts, however it is written. */
const TIME_BYTES = 14;

const Entry = z.strictObject({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  EventBusName: z.string().optional(),
});
const Parameters = z.strictObject({ Entries: z.array(Entry) });

export type PutEventsEntry = z.output<typeof Entry>;

export interface EntryFailure {
  ErrorCode: string;
  ErrorMessage: string;
}

/** @throws ApiError SerializationException for what isn't JSON, ValidationException for what isn't PutEvents's or is too much of it */
export function parsePutEvents(body: string): PutEventsEntry[] {
  const parsed = Parameters.safeParse(parseJson(body, 'SerializationException'));
  if (!parsed.success) throw invalid(parsed.error.issues.map(describe).join('; '));
  const { Entries } = parsed.data;
  if (Entries.length < 1) throw invalid(lengthProblem('greater than or equal to 1'));
  if (Entries.length > MAX_ENTRIES) throw invalid(lengthProblem(`less than or equal to ${MAX_ENTRIES}`));
  if (Entries.reduce((sum, entry) => sum + sizeBytes(entry), 0) > MAX_TOTAL_BYTES) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  return Entries;
}

/** @param received where the entry came from, and when, in milliseconds since the epoch */
export function eventOf(
  { Source, DetailType, Detail, Resources = [], Time }: PutEventsEntry,
  received: { account: string; region: string; timeMs: number },
): EventBridgeEvent | EntryFailure {
  if (!Source) return missing('Source');
  if (!DetailType) return missing('DetailType');
  if (!Detail) return missing('Detail');
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const detail = jsonObject(Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const { account, region, timeMs } = received;
  const time = new Date(Time === undefined ? timeMs : Time * 1000);
  if (Number.isNaN(time.getTime())) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Time is not valid. Reason: it is out of range.' };
  }
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account,
    time: time.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region,
    resources: Resources,
    detail,
  };
}

function sizeBytes({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: PutEventsEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : TIME_BYTES);
}

function jsonObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function missing(parameter: string): EntryFailure {
  const ErrorMessage = `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`;
  return { ErrorCode: 'InvalidArgument', ErrorMessage };
}

function invalid(problem: string): ApiError {
  return new ApiError('ValidationException', 400, problem);
}

function lengthProblem(constraint: string): string {
  return `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${constraint}`;
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return `${path.join('.') || 'The input'}: ${message}`;
}
