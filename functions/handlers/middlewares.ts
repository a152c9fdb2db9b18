/** What the handlers of the relay have in common: context in log lines, a deadline, and metrics at the end. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { MiddlewareObj, Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import { type Deadline, withDeadline } from '../invocation/deadline.ts';
import type { Invocation, Relay } from '../invocation/invocation.ts';

/**
 * Durable functions are wrapped outside of `withDurableExecution`: it also answers when an execution is suspended, and the
 * function inside does not return then. Middy's own timeout would fail the execution.
 */
export const DURABLE = { timeoutEarlyInMillis: 0 };

const deadlines = new WeakMap<Context, Deadline>();

export function relayMiddlewares(relay: Relay & { logger: Logger }) {
  return [injectLambdaContext(relay.logger), deadline(relay), publishedMetrics(relay)];
}

/** The relay during the invocation that has this context. */
export function invocationOf(context: Context): Invocation {
  return deadlines.get(context)!.invocation;
}

function deadline(relay: Relay): MiddlewareObj {
  const clear = ({ context }: Request) => deadlines.get(context)?.clear();
  return {
    before({ context }) {
      deadlines.set(
        context,
        withDeadline(relay, () => context.getRemainingTimeInMillis()),
      );
    },
    after: clear,
    onError: clear,
  };
}

function publishedMetrics({ metrics }: Relay): MiddlewareObj {
  const publish = () => metrics.publish();
  return { after: publish, onError: publish };
}
