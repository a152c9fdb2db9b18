/** CloudWatch Logs over HTTP, as far as FilterLogEvents goes: what the runbook asks of it. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ApiError, type ApiRequest, type ApiResponse, type Authorizer, type Service } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import { compileFilter } from './filter-pattern.ts';
import type { LogStore } from './store.ts';

const FILTER_LOG_EVENTS = 'Logs_20140328.FilterLogEvents';
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

export class LogsService implements Service {
  readonly #store: LogStore;
  readonly #authorizer: Authorizer;

  constructor({ store, authorizer }: { store: LogStore; authorizer: Authorizer }) {
    this.#store = store;
    this.#authorizer = authorizer;
  }

  async handle({ caller, region, headers, body }: ApiRequest): Promise<ApiResponse> {
    const target = headers['x-amz-target'];
    if (target !== FILTER_LOG_EVENTS) {
      const problem = `The operation ${String(target)} is not supported here, only ${FILTER_LOG_EVENTS}.`;
      throw new ApiError('UnknownOperationException', 400, problem);
    }
    const { principal } = caller;
    if (!('account' in principal)) {
      throw new ApiError('MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token');
    }
    const { account } = principal;
    const { logGroupName: name, filterPattern, startTime, endTime, limit, nextToken } = parse(await text(body));
    const resource = arnOf('logs', { account, region }, `log-group:${name}:log-stream:`);
    this.#authorizer.authorize({ caller, action: 'logs:FilterLogEvents', resource, resourceAccount: account });
    const matches = compileFilter(filterPattern);
    const found = this.#store
      .events({ account, region, name })
      .filter(({ timeMs, text: line }) => timeMs >= startTime && timeMs < endTime && matches(line));
    const start = Number(nextToken);
    const page = found.slice(start, start + limit);
    return json(200, {
      events: page.map(({ stream, timeMs, text: message }, index) => ({
        logStreamName: stream,
        timestamp: timeMs,
        ingestionTime: timeMs,
        message,
        eventId: String(start + index),
      })),
      searchedLogStreams: [],
      ...(start + page.length < found.length && { nextToken: String(start + page.length) }),
    });
  }

  renderError({ code, status, message }: ApiError): ApiResponse {
    const name = { AccessDenied: 'AccessDeniedException', InternalError: 'InternalFailure' }[code] ?? code;
    return json(status === 403 ? 400 : status, { __type: name, message });
  }
}

function parse(body: string): z.output<typeof Parameters> {
  const problem = (message: string) => new ApiError('InvalidParameterException', 400, message);
  let parameters: unknown;
  try {
    parameters = JSON.parse(body);
  } catch {
    throw problem('The body is not valid JSON.');
  }
  const parsed = Parameters.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw problem(`${path.join('.')}: ${message}`);
}

function json(status: number, content: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(content) };
}
