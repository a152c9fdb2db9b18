/** Starts an execution of relay-large for an object that one invocation cannot deliver. */
import { createHash, randomUUID } from 'node:crypto';
import { DurableExecutionAlreadyStartedException, InvokeCommand } from '@aws-sdk/client-lambda';
import { RelayError } from '../core/errors.ts';
import type { Route } from '../core/route.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { StartedReceipt } from '../ledger/receipt.ts';
import type { LargeRequest } from '../request/large-request.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import type { SourceState } from '../transfer/source-state.ts';
import type { History } from './certainty.ts';

/** A name may have 64 of [a-zA-Z0-9-_]. It begins with the route's name, for people. */
const ROUTE_CHARACTERS = 24;
const HASH_CHARACTERS = 39;

/**
 * Starts relay-large for an object without waiting for it, if a slot is free. A message that comes twice starts it once, by the execution's name.
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-idempotency.html
 * @throws RelayError `StartFailed`; `LargeObjectsBusy`; `ObjectTooLarge` where there is no relay-large
 */
export async function startLarge(
  { clients, config, slots, signal }: Invocation,
  request: RelayRequest,
  route: Route,
  state: SourceState,
  { messageId, hasWritten, ...history }: Omit<History, 'isRedelivered'>,
): Promise<StartedReceipt> {
  const { source, hint, attempts } = request;
  const { largeFunction } = config;
  if (largeFunction === undefined) throw tooLarge(request, state, config.largeObjectBytes);
  const name = executionName(route, source.key, messageId, state, hasWritten ? randomUUID() : '');
  await slots.reserve(name, signal);
  const isUncertain = history.isUncertain || history.visibleWrites.mayHaveWritten || undefined;
  const payload: LargeRequest = { route: route.name, key: source.key, hint, attempts, isUncertain };
  const command = new InvokeCommand({
    FunctionName: largeFunction,
    InvocationType: 'Event',
    DurableExecutionName: name,
    Payload: Buffer.from(JSON.stringify(payload)),
  });
  try {
    await clients.lambda.send(command, { abortSignal: signal });
  } catch (error) {
    // Two records of one message may name one object with different hints. Either execution relays the newest version.
    if (!(error instanceof DurableExecutionAlreadyStartedException)) throw startFailure(error, largeFunction, request);
  }
  const { versionId, eTag, sizeBytes } = state;
  return {
    status: 'started',
    route: route.name,
    source: { bucket: source.bucket, key: source.key, versionId, eTag, sizeBytes },
    execution: name,
    certain: true,
  };
}

/**
 * The name of an execution. The version alone would not do: a used name would suppress the rewrite that a look after a write asks
 * for. The message is part of the name, so that a replay starts a new execution. So is what the message found, since an earlier
 * attempt of the same message may have written something else in between. docs/decisions/0009 has the cases.
 * @param salt for a rewrite, which always starts
 */
export function executionName(
  route: Route,
  key: string,
  messageId: string,
  { versionId, eTag, lastModified }: SourceState,
  salt: string,
): string {
  const facts = [route.name, key, messageId, versionId ?? '', eTag, lastModified?.getTime() ?? 0, salt];
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  return `${route.name.slice(0, ROUTE_CHARACTERS)}-${hash.slice(0, HASH_CHARACTERS)}`;
}

function startFailure(error: unknown, functionName: string, { source }: RelayRequest): RelayError {
  const { name, message } = error as Error;
  return new RelayError({
    code: 'StartFailed',
    message: `Invoke of ${functionName} for ${source} failed (${name}: ${message}). It will be tried again.`,
    retryable: true,
    operation: 'Invoke',
    source: `${source}`,
    cause: error,
  });
}

function tooLarge({ source }: RelayRequest, { sizeBytes }: SourceState, largeObjectBytes: number): RelayError {
  return new RelayError({
    code: 'ObjectTooLarge',
    message: `${source} has ${sizeBytes} bytes, more than the ${largeObjectBytes} of relay.largeObjectBytes, and relay.largeObjects is false: set it to true where Lambda has durable functions, or bring the object over by other means.`,
    retryable: false,
    operation: 'plan',
    source: `${source}`,
  });
}
