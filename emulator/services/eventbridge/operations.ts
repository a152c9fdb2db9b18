/** What EventBridge does here: PutEvents to the default bus of the caller's account, and what becomes of a rule that a template has made. */
import { z } from 'zod';
import { ApiError, type Authorizer, type Caller, type Clock } from '../../core/api.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import { type JsonCall, type JsonOperation, parseInput } from '../../protocols/aws-json.ts';
import { type EntryFailure, eventOf, type PutEventsEntry, parsePutEvents } from './put-events.ts';
import type { EventBus, EventRule } from './state/event-bus.ts';
import type { ScheduledRule, ScheduledRules } from './state/scheduled-rules.ts';

const DEFAULT_BUS = 'default';
const bus = z.literal(DEFAULT_BUS).optional();
const RuleName = z.strictObject({ Name: z.string(), EventBusName: bus });
/** `Force` is for rules that a service of AWS manages: there are none here. */
const RuleToDelete = z.strictObject({ ...RuleName.shape, Force: z.boolean().optional() });
const RuleTargets = z.strictObject({ Rule: z.string(), EventBusName: bus });
const TargetsToRemove = z.strictObject({
  ...RuleTargets.shape,
  Ids: z.array(z.string()).min(1).max(100),
  Force: z.boolean().optional(),
});

export interface EventBridgeParts {
  authorizer: Authorizer;
  eventBus: EventBus;
  scheduledRules: ScheduledRules;
  clock: Clock;
}

interface Named<Input = unknown> {
  input: Input;
  arn: string;
  rule: EventRule | ScheduledRule;
}

export class EventBridgeOperations {
  readonly #authorizer: Authorizer;
  readonly #eventBus: EventBus;
  readonly #scheduledRules: ScheduledRules;
  readonly #clock: Clock;
  readonly table: Record<string, JsonOperation> = {
    PutEvents: ({ caller, ...place }, body) => this.#putEvents(caller, place, body),
    DescribeRule: (call, body) => this.#describe(this.#named('DescribeRule', RuleName, call, body)),
    EnableRule: (call, body) => this.#turn(true, this.#named('EnableRule', RuleName, call, body)),
    DisableRule: (call, body) => this.#turn(false, this.#named('DisableRule', RuleName, call, body)),
    DeleteRule: (call, body) => this.#delete(this.#named('DeleteRule', RuleToDelete, call, body)),
    ListTargetsByRule: (call, body) => this.#targets(this.#named('ListTargetsByRule', RuleTargets, call, body)),
    RemoveTargets: (call, body) => this.#remove(this.#named('RemoveTargets', TargetsToRemove, call, body)),
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

  /** The rule that a call names, once it is known that the caller may do this to it. */
  #named<Input extends { Name: string } | { Rule: string }>(
    operation: string,
    schema: z.ZodType<Input>,
    { caller, account, region }: JsonCall,
    body: string,
  ): Named<Input> {
    const input = parseInput(schema, body, 'ValidationException');
    const name = 'Name' in input ? input.Name : input.Rule;
    const arn = arnOf('events', { account, region }, `rule/${name}`);
    this.#authorizer.authorize({
      caller,
      action: `events:${operation}`,
      resource: arn,
      resourceAccount: account,
      context: { 'events:creatorAccount': account },
    });
    const rule = this.#eventBus.find(arn) ?? this.#scheduledRules.find(arn);
    if (!rule) throw new ApiError('ResourceNotFoundException', 400, `Rule ${name} does not exist on EventBus default.`);
    return { input, arn, rule };
  }

  #describe({ arn: Arn, rule }: Named): object {
    const when =
      'expression' in rule
        ? { ScheduleExpression: rule.expression }
        : { EventPattern: JSON.stringify(rule.eventPattern) };
    const State = rule.enabled ? 'ENABLED' : 'DISABLED';
    return { Name: rule.name, Arn, ...when, State, EventBusName: DEFAULT_BUS, CreatedBy: rule.account };
  }

  #turn(on: boolean, { rule }: Named): object {
    rule.enabled = on;
    return {};
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html */
  #delete({ arn, rule }: Named): object {
    if (rule.targets.length > 0) {
      throw new ApiError('ValidationException', 400, "Rule can't be deleted since it has targets.");
    }
    this.#eventBus.removeRule(arn);
    this.#scheduledRules.remove(arn);
    return {};
  }

  /** All on one page: a rule has five targets at most. */
  #targets({ rule }: Named): object {
    if ('expression' in rule) {
      return {
        Targets: rule.targets.map(({ id, functionArn, input }) => ({ Id: id, Arn: functionArn, Input: input })),
      };
    }
    const Targets = rule.targets.map(({ id, arn, deadLetterArn }) => ({
      Id: id,
      Arn: arn,
      ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
    }));
    return { Targets };
  }

  #remove({ rule, input: { Ids } }: Named<z.output<typeof TargetsToRemove>>): object {
    const known = rule.targets.map(({ id }) => id);
    const isKept = ({ id }: { id: string }) => !Ids.includes(id);
    if ('expression' in rule) rule.targets = rule.targets.filter(isKept);
    else rule.targets = rule.targets.filter(isKept);
    const FailedEntries = Ids.filter((id) => !known.includes(id)).map((TargetId) => ({
      TargetId,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${rule.name} has no target ${TargetId}.`,
    }));
    return { FailedEntryCount: FailedEntries.length, FailedEntries };
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
