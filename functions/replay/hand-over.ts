/** Lets a fresh execution continue a replay or an audit. */
import { createHash } from 'node:crypto';
import { DurableExecutionAlreadyStartedException, InvokeCommand } from '@aws-sdk/client-lambda';
import { serviceFailure } from '../failures/service-failure.ts';
import { type ReplayRun, replayStep } from './replay-run.ts';

/** The name of an execution has at most 64 characters. */
const HASH_CHARACTERS = 48;

/**
 * One execution may have 3,000 operations. The name of the next one is derived from this one's, so that a crash between the start and
 * its checkpoint does not start two. Lambda stops a function that starts itself more than 16 times in a row; sixteen executions are
 * enough for more than a billion keys.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 * @param event of the fresh execution
 * @param goOn where it continues, for the log
 * @returns the name of the execution
 */
export function handOver(run: ReplayRun, event: object, goOn: object): Promise<string> {
  const { context, clients, config, logger } = run;
  const arn = context.executionContext.durableExecutionArn;
  const name = `replay-${createHash('sha256').update(arn).digest('hex').slice(0, HASH_CHARACTERS)}`;
  return replayStep(run, 'hand over', async () => {
    const command = new InvokeCommand({
      FunctionName: config.replayFunction,
      InvocationType: 'Event',
      DurableExecutionName: name,
      Payload: Buffer.from(JSON.stringify(event)),
    });
    await clients.lambda.send(command).catch((error: unknown) => {
      if (error instanceof DurableExecutionAlreadyStartedException) return;
      throw serviceFailure('StartFailed', 'Invoke', config.replayFunction, error);
    });
    logger.info('handed over', { execution: name, ...goOn });
    return name;
  });
}
