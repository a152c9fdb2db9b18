/** What CloudWatch Logs does here: FilterLogEvents, which the runbook asks of it. */
import { z } from 'zod';
import type { Authorizer } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import { type JsonCall, type JsonOperation, parseInput } from '../../protocols/aws-json.ts';
import { compileFilter } from './filter-pattern.ts';
import type { LogStore } from './store.ts';

/** API Reference, "FilterLogEvents". */
const MAX_EVENTS = 10_000;

const Parameters = z.strictObject({
  logGroupName: z.string(),
  filterPattern: z.string().default(''),
  /** Milliseconds since the epoch. */
  startTime: z.int().default(0),
  endTime: z.int().default(Number.MAX_SAFE_INTEGER),
  limit: z.int().min(1).max(MAX_EVENTS).default(MAX_EVENTS),
  nextToken: z.string().regex(/^\d+$/).default('0'),
  /** Everything is interleaved. */
  interleaved: z.boolean().optional(),
});

export interface LogsParts {
  store: LogStore;
  authorizer: Authorizer;
}

export function logsOperations(parts: LogsParts): Record<string, JsonOperation> {
  return { FilterLogEvents: (call, body) => filterLogEvents(parts, call, body) };
}

function filterLogEvents({ store, authorizer }: LogsParts, { caller, account, region }: JsonCall, body: string) {
  const input = parseInput(Parameters, body, 'InvalidParameterException');
  const { logGroupName: name, filterPattern, startTime, endTime, limit, nextToken } = input;
  const resource = arnOf('logs', { account, region }, `log-group:${name}:log-stream:`);
  authorizer.authorize({ caller, action: 'logs:FilterLogEvents', resource, resourceAccount: account });
  const matches = compileFilter(filterPattern);
  const found = store
    .events({ account, region, name })
    .filter(({ timeMs, text }) => timeMs >= startTime && timeMs < endTime && matches(text));
  const start = Number(nextToken);
  const page = found.slice(start, start + limit);
  return {
    events: page.map(({ id, stream, timeMs, text: message }) => ({
      logStreamName: stream,
      timestamp: timeMs,
      ingestionTime: timeMs,
      message,
      eventId: String(id),
    })),
    searchedLogStreams: [],
    ...(start + page.length < found.length && { nextToken: String(start + page.length) }),
  };
}
