import { durableStep } from '../core/durable-step.ts';
import { delaySeconds } from '../core/retry-delay.ts';
import type { ReplayRun } from './replay-run.ts';

/** @throws RelayError what no repetition helps, or didn't */
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
