/** Reads what lies in the dead-letter queue: whatever service sent it, which objects it is about, and why it lies there. Pure. */
import type { Message } from '@aws-sdk/client-sqs';
import type { DescribedRoute } from '../functions/check/described.ts';
import { routesFor } from '../functions/core/route.ts';
import { parseBatchJob, parseBatchTask } from '../functions/request/batch-operations.ts';
import type { RelayRequest } from '../functions/request/relay-request.ts';
import { parseMessageBody, singleBodies } from '../functions/request/sqs-message.ts';

export interface DeadLetter {
  /** Of the objects that could not be relayed; none for what is about no single object, such as a replay. */
  keys: string[];
  /** Names of the routes that they were not relayed along, as far as that can be told. */
  routes: string[];
  code: string;
  reason: string;
  /** What it is if it names no key: its body, shortened. */
  about?: string;
  /** When it came into the queue; ISO 8601. */
  at: string | undefined;
}

/** What the relay is told of its bucket and routes. */
export interface Told {
  sourceBucket: string | undefined;
  routes: readonly DescribedRoute[];
}

interface Asked {
  source: { key: string };
  routeName?: string;
}

const SHOWN_CHARACTERS = 200;

export function readDeadLetter(message: Message, told: Told): DeadLetter {
  const { Body = '', Attributes } = message;
  const record = invocationRecord(Body);
  const asked = askedIn(record ? JSON.stringify(record.requestPayload) : Body, told);
  const keys = [...new Set(asked.map(({ source }) => source.key))];
  const sentAt = Attributes?.SentTimestamp;
  return {
    keys,
    routes: attribute(message, 'Routes')?.split(',') ?? routesOf(asked, told),
    ...(record ? reasonOfRecord(record) : reasonOfMessage(message)),
    ...(keys.length === 0 && { about: shortened(record ? JSON.stringify(record.requestPayload) : Body) }),
    at: sentAt === undefined ? undefined : new Date(Number(sentAt)).toISOString(),
  };
}

/** What Lambda sends of an asynchronous invocation that failed: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
interface InvocationRecord {
  requestContext: { functionArn: string; condition: string; approximateInvokeCount?: number };
  requestPayload: unknown;
  responsePayload?: { errorType?: string; errorMessage?: string } | null;
}

function invocationRecord(body: string): InvocationRecord | undefined {
  const value = jsonOf(body) as Partial<InvocationRecord> | null | undefined;
  const isRecord = typeof value?.requestContext?.functionArn === 'string' && 'requestPayload' in value;
  return isRecord ? (value as InvocationRecord) : undefined;
}

function reasonOfRecord({ requestContext, responsePayload }: InvocationRecord) {
  const { functionArn, condition } = requestContext;
  const [, , , , , , name] = functionArn.split(':');
  const { errorType = condition, errorMessage = 'it has not answered' } = responsePayload ?? {};
  return { code: errorType, reason: `The function ${name} failed: ${errorMessage}` };
}

/** The relay says it in attributes of its own; EventBridge and its Scheduler have theirs; SQS itself says nothing. */
function reasonOfMessage(message: Message) {
  const code = attribute(message, 'ErrorCode') ?? attribute(message, 'ERROR_CODE');
  const reason = attribute(message, 'ErrorMessage') ?? attribute(message, 'ERROR_MESSAGE');
  const silent =
    'no reason was given: SQS moves a message here that was received too often, or a schedule that was not let in';
  return { code: code ?? 'unknown', reason: reason ?? silent };
}

function attribute({ MessageAttributes }: Message, name: string): string | undefined {
  return MessageAttributes?.[name]?.StringValue;
}

/** Whatever of it can be read: one bad record or task doesn't hide the others. */
function askedIn(body: string, { sourceBucket, routes }: Told): Asked[] {
  const sources = { sourceBucket: sourceBucket ?? 'none', routes };
  const value = jsonOf(body);
  if (isJob(value)) return value.tasks.flatMap((task) => readable(() => [parseBatchTask(parseBatchJob(value), task)]));
  // Relay-large's request has a key and a route, and more.
  const large = value as { key?: unknown; route?: unknown } | null | undefined;
  if (typeof large?.key === 'string' && typeof large.route === 'string') {
    return [{ source: { key: large.key }, routeName: large.route }];
  }
  return singleBodies(body).flatMap((single) => readable(() => parseMessageBody(single, sources)));
}

function isJob(value: unknown): value is { tasks: unknown[] } {
  return typeof value === 'object' && value !== null && 'tasks' in value && Array.isArray(value.tasks);
}

function readable(parse: () => RelayRequest[]): RelayRequest[] {
  try {
    return parse();
  } catch {
    return [];
  }
}

function routesOf(asked: readonly Asked[], { routes }: Told): string[] {
  const names = asked.flatMap(({ source, routeName }) =>
    routeName !== undefined ? [routeName] : routesFor(routes, source as RelayRequest['source']).map(({ name }) => name),
  );
  return [...new Set(names)];
}

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)` : text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
