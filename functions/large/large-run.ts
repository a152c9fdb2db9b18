/** One execution of relay-large, as seen from one of its invocations. */
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import { bucketOf, type Route, routesFor } from '../core/route.ts';
import { SourceObject } from '../core/source-object.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { LargeRequest } from '../request/large-request.ts';
import type { RelayRequest } from '../request/relay-request.ts';

export interface LargeRun {
  context: DurableContext;
  invocation: Invocation;
  route: Route;
  request: RelayRequest;
  /** The execution's name, under which it holds a slot. */
  execution: string;
  /** How often the object has been begun, this time included. */
  attempts: number;
  /** Whether an earlier attempt may have written something. */
  isUncertain: boolean;
}

/** @throws RelayError `UnknownRoute` */
export function largeRun(invocation: Invocation, context: DurableContext, asked: LargeRequest): LargeRun {
  const source = new SourceObject(bucketOf(invocation.config, asked.route), asked.key);
  const [route] = routesFor(invocation.config.routes, source, asked.route);
  const request: RelayRequest = { source, routeName: asked.route, ...(asked.hint && { hint: asked.hint }) };
  // …/durable-execution/<name>/<id>
  const execution = context.executionContext.durableExecutionArn.split('/').at(-2)!;
  return {
    context,
    invocation,
    route: route!,
    request,
    execution,
    attempts: (asked.attempts ?? 0) + 1,
    isUncertain: asked.isUncertain ?? false,
  };
}

/**
 * Each invocation of an execution tells how old its object is.
 * @param startedAt of the execution, for an object that was asked for without an event
 */
export function countAge({ invocation, request }: LargeRun, startedAt: Date): void {
  const since = Date.parse(request.hint?.time ?? '') || startedAt.getTime();
  invocation.metrics.countAge('oldestLarge', invocation.now().getTime() - since);
}
