/** EventBridge over HTTP: PutEvents to the default bus of the caller's own account, and what people ask about a rule that goes by a schedule. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Authorizer,
  type Caller,
  type Clock,
  type Service,
} from '../../core/api.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import { type EntryFailure, eventOf, type PutEventsEntry, parsePutEvents } from './put-events.ts';
import type { EventBus } from './state/event-bus.ts';
import type { ScheduledRules } from './state/scheduled-rules.ts';

const TARGET_PREFIX = 'AWSEvents.';
const OPERATIONS = ['PutEvents', 'DescribeRule', 'EnableRule', 'DisableRule'];
const DEFAULT_BUS = 'default';
const RuleName = z.strictObject({ Name: z.string(), EventBusName: z.literal(DEFAULT_BUS).optional() });

export interface EventBridgeOptions {
  authorizer: Authorizer;
  eventBus: Pick<EventBus, 'publish'>;
  scheduledRules: ScheduledRules;
  clock: Clock;
}

export class EventBridgeService implements Service {
  readonly #authorizer: Authorizer;
  readonly #eventBus: Pick<EventBus, 'publish'>;
  readonly #scheduledRules: ScheduledRules;
  readonly #clock: Clock;

  constructor({ authorizer, eventBus, scheduledRules, clock }: EventBridgeOptions) {
    this.#authorizer = authorizer;
    this.#eventBus = eventBus;
    this.#scheduledRules = scheduledRules;
    this.#clock = clock;
  }

  async handle({ caller, region, headers, body }: ApiRequest): Promise<ApiResponse> {
    const target = String(headers['x-amz-target']);
    const operation = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : target;
    if (!OPERATIONS.includes(operation)) {
      const problem = `The operation ${operation} is not supported here, only ${OPERATIONS.join(', ')}.`;
      throw new ApiError('UnknownOperationException', 400, problem);
    }
    const place = { account: accountOf(caller), region };
    const parameters = await text(body);
    return json(
      200,
      operation === 'PutEvents'
        ? this.#putEvents(caller, place, parameters)
        : this.#rule(operation, caller, place, parameters),
    );
  }

  #putEvents(caller: Caller, place: Place, parameters: string): object {
    const entries = parsePutEvents(parameters);
    for (const entry of entries) this.#authorize(caller, entry, place);
    const results = entries.map((entry) => this.#put(entry, place));
    const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
    return { FailedEntryCount, Entries: results };
  }

  /** Rules that go by events aren't asked about, so they are not to be found here. */
  #rule(operation: string, caller: Caller, { account, region }: Place, parameters: string): object {
    const { Name } = parseRuleName(parameters);
    const Arn = arnOf('events', { account, region }, `rule/${Name}`);
    this.#authorizer.authorize({ caller, action: `events:${operation}`, resource: Arn, resourceAccount: account });
    const rule = this.#scheduledRules.find(Arn);
    if (!rule) throw new ApiError('ResourceNotFoundException', 400, `Rule ${Name} does not exist on EventBus default.`);
    if (operation !== 'DescribeRule') {
      rule.enabled = operation === 'EnableRule';
      return {};
    }
    const State = rule.enabled ? 'ENABLED' : 'DISABLED';
    return { Name, Arn, ScheduleExpression: rule.expression, State, EventBusName: DEFAULT_BUS, CreatedBy: account };
  }

  renderError({ code, status, message }: ApiError): ApiResponse {
    const name = { AccessDenied: 'AccessDeniedException', InternalError: 'InternalException' }[code] ?? code;
    return json(status === 403 ? 400 : status, { __type: name, message });
  }

  /**
   * Each entry is asked for by itself, so that a condition on source or detail type has to hold for every one of them: one
   * refusal refuses the request, and nothing of it is published.
   */
  #authorize(caller: Caller, { EventBusName, Source, DetailType }: PutEventsEntry, place: Place): void {
    const resource = busArn(EventBusName, place);
    this.#authorizer.authorize({
      caller,
      action: 'events:PutEvents',
      resource,
      resourceAccount: resource.split(':')[4]!,
      context: {
        ...(Source !== undefined && { 'events:source': Source }),
        ...(DetailType !== undefined && { 'events:detail-type': DetailType }),
      },
    });
  }

  #put(entry: PutEventsEntry, place: Place): { EventId: string } | EntryFailure {
    if (busArn(entry.EventBusName, place) !== busArn(DEFAULT_BUS, place)) {
      // AWS has been seen to report success and drop the event (aws/aws-sdk#186); here the mistake shall show.
      return {
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: `Event bus ${entry.EventBusName} does not exist.`,
      };
    }
    const event = eventOf(entry, { ...place, timeMs: this.#clock() });
    if ('ErrorCode' in event) return event;
    this.#eventBus.publish(event);
    return { EventId: event.id };
  }
}

function parseRuleName(parameters: string): z.output<typeof RuleName> {
  try {
    return RuleName.parse(JSON.parse(parameters));
  } catch (error) {
    throw new ApiError('ValidationException', 400, (error as Error).message);
  }
}

/** @param bus its name or its ARN */
function busArn(bus = DEFAULT_BUS, place: Place): string {
  if (/^arn:[^:]+:events:[a-z0-9-]+:\d{12}:event-bus\/./.test(bus)) return bus;
  return arnOf('events', place, `event-bus/${bus}`);
}

function accountOf({ principal }: Caller): string {
  if ('account' in principal) return principal.account;
  throw new ApiError('MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token');
}

function json(status: number, content: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(content) };
}
