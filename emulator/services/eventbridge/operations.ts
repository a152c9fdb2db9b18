/** What EventBridge does here: PutEvents to the default bus of the caller's account, and what people ask about a rule on a schedule. */
import { z } from 'zod';
import { ApiError, type Authorizer, type Caller, type Clock } from '../../core/api.ts';
import type { EventSink } from '../../core/event.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import { type JsonOperation, parseInput } from '../../protocols/aws-json.ts';
import { type EntryFailure, eventOf, type PutEventsEntry, parsePutEvents } from './put-events.ts';
import type { ScheduledRules } from './state/scheduled-rules.ts';

const DEFAULT_BUS = 'default';
const RuleName = z.strictObject({ Name: z.string(), EventBusName: z.literal(DEFAULT_BUS).optional() });

export interface EventBridgeParts {
  authorizer: Authorizer;
  eventBus: EventSink;
  scheduledRules: ScheduledRules;
  clock: Clock;
}

export class EventBridgeOperations {
  readonly #authorizer: Authorizer;
  readonly #eventBus: EventSink;
  readonly #scheduledRules: ScheduledRules;
  readonly #clock: Clock;
  readonly table: Record<string, JsonOperation> = {
    PutEvents: ({ caller, ...place }, body) => this.#putEvents(caller, place, body),
    DescribeRule: ({ caller, ...place }, body) => this.#rule('DescribeRule', caller, place, body),
    EnableRule: ({ caller, ...place }, body) => this.#rule('EnableRule', caller, place, body),
    DisableRule: ({ caller, ...place }, body) => this.#rule('DisableRule', caller, place, body),
  };

  constructor({ authorizer, eventBus, scheduledRules, clock }: EventBridgeParts) {
    this.#authorizer = authorizer;
    this.#eventBus = eventBus;
    this.#scheduledRules = scheduledRules;
    this.#clock = clock;
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
    const { Name } = parseInput(RuleName, parameters, 'ValidationException');
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

/** @param bus its name or its ARN */
function busArn(bus = DEFAULT_BUS, place: Place): string {
  if (/^arn:[^:]+:events:[a-z0-9-]+:\d{12}:event-bus\/./.test(bus)) return bus;
  return arnOf('events', place, `event-bus/${bus}`);
}
