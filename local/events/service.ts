/** EventBridge over HTTP, as far as PutEvents to the default bus of the caller's own account goes. */
import { text } from 'node:stream/consumers';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Authorizer,
  type Caller,
  type Clock,
  type Service,
} from '../api.ts';
import type { EventBus } from './event-bus.ts';
import { type EntryFailure, eventOf, type PutEventsEntry, parsePutEvents } from './put-events.ts';

const PUT_EVENTS = 'AWSEvents.PutEvents';
const DEFAULT_BUS = 'default';

export interface EventBridgeOptions {
  authorizer: Authorizer;
  eventBus: Pick<EventBus, 'publish'>;
  clock: Clock;
}

interface Place {
  account: string;
  region: string;
}

export class EventBridgeService implements Service {
  readonly #authorizer: Authorizer;
  readonly #eventBus: Pick<EventBus, 'publish'>;
  readonly #clock: Clock;

  constructor({ authorizer, eventBus, clock }: EventBridgeOptions) {
    this.#authorizer = authorizer;
    this.#eventBus = eventBus;
    this.#clock = clock;
  }

  async handle({ caller, region, headers, body }: ApiRequest): Promise<ApiResponse> {
    const target = headers['x-amz-target'];
    if (target !== PUT_EVENTS) {
      const problem = `The operation ${String(target)} is not supported here, only ${PUT_EVENTS}.`;
      throw new ApiError('UnknownOperationException', 400, problem);
    }
    const entries = parsePutEvents(await text(body));
    const place = { account: accountOf(caller), region };
    for (const entry of entries) this.#authorize(caller, entry, place);
    const results = entries.map((entry) => this.#put(entry, place));
    const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
    return json(200, { FailedEntryCount, Entries: results });
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

/** @param bus its name or its ARN */
function busArn(bus = DEFAULT_BUS, { account, region }: Place): string {
  if (/^arn:aws:events:[a-z0-9-]+:\d{12}:event-bus\/./.test(bus)) return bus;
  return `arn:aws:events:${region}:${account}:event-bus/${bus}`;
}

function accountOf({ principal }: Caller): string {
  if ('account' in principal) return principal.account;
  throw new ApiError('MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token');
}

function json(status: number, content: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(content) };
}
