/** What a replay works with, and how it takes one durable step. */
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { ReplayClients } from '../aws/clients.ts';
import type { ReplayConfig } from '../core/config.ts';
import { durableStep } from '../core/durable-step.ts';
import { delaySeconds } from '../core/retry-delay.ts';

/** Made once per execution environment. */
export interface Replay {
  config: ReplayConfig;
  clients: ReplayClients;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  now: () => number;
  /** Writes a line as it is, for CloudWatch to read metrics from. */
  publish: (line: string) => void;
}

/** One execution of replay, as one of its invocations sees it. */
export interface ReplayRun extends Replay {
  context: DurableContext;
}

/** @throws RelayError for a permanent failure, and for one that is still there after the last retry */
export function replayStep<T>(run: ReplayRun, name: string, work: () => Promise<T>): Promise<T> {
  const { context, config, logger } = run;
  return durableStep(context, name, work, {
    where: { operation: name },
    isWorthRepeating: ({ retryable }) => retryable,
    onFailure(failure, willBeRepeated) {
      const facts = { step: name, failure: failure.toJSON() };
      if (willBeRepeated) logger.warn('will be tried again', facts);
      else logger.error('given up', facts);
    },
    pauseBefore: (attempt) => ({ seconds: delaySeconds(config.retryDelaySeconds, attempt, 0) }),
  });
}
