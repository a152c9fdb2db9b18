import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { delaySeconds } from '../core/retry-delay.ts';
import { serviceFailure } from '../failures/service-failure.ts';
import type { ReplayRun } from './context.ts';
import { replayStep } from './replay-step.ts';

export interface RedriveSummary {
  from: 'dead-letter-queue';
  /** As SQS has it: `COMPLETED`, or why not. */
  status: string;
  /** About so many messages are back in the queue. */
  moved: number;
  /** About so many lay there. */
  found: number;
  reason?: string;
}

/** A task moves some hundred messages a second, so it may take hours: looked at after 5 s, 20 s, …, then every quarter of an hour. */
const FIRST_LOOK_SECONDS = 5;
const LOOKS = 500;
/** No task was started then. */
const NEVER = 0;
/** After five days of looking. */
const NOT_OVER =
  'The queue does not say that it is over. Look at it by "aws sqs list-message-move-tasks", and redrive again once it is.';
const UNDER_WAY = ['RUNNING', 'CANCELLING'];

/**
 * Sends everything in the dead-letter queue back to the relay's. By its name: what the relay has set aside itself carries no
 * mark of the queue that it came from. Messages are new ones then, with all their tries before them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export async function redrive(run: ReplayRun): Promise<RedriveSummary> {
  const { earlier } = await replayStep(run, 'start', () => startTask(run));
  for (let look = 1; ; look++) {
    const { startedAt, ...summary } = await replayStep(run, `look ${look}`, () => latestTask(run));
    const isOver = startedAt !== earlier && !UNDER_WAY.includes(summary.status);
    if (isOver) return summary;
    if (look === LOOKS) return { reason: NOT_OVER, ...summary };
    await run.context.wait('until all are moved', { seconds: delaySeconds(FIRST_LOOK_SECONDS, look, 0) });
  }
}

/**
 * A queue has one task at a time: one that is under way, started before a crash perhaps, does the same.
 * @returns when the latest of those before was started, so that it isn't taken for the new one
 */
async function startTask(run: ReplayRun): Promise<{ earlier: number }> {
  const { clients, config, logger } = run;
  const { status, startedAt } = await latestTask(run);
  if (UNDER_WAY.includes(status)) return { earlier: NEVER };
  const command = new StartMessageMoveTaskCommand({
    SourceArn: config.deadLetterQueueArn,
    DestinationArn: config.queueArn,
  });
  await clients.sqs.send(command).catch((error: unknown) => {
    throw serviceFailure('QueueUnavailable', 'StartMessageMoveTask', config.deadLetterQueueArn, error);
  });
  logger.info('redrive begun');
  return { earlier: startedAt };
}

async function latestTask({ clients, config }: ReplayRun): Promise<RedriveSummary & { startedAt: number }> {
  const command = new ListMessageMoveTasksCommand({ SourceArn: config.deadLetterQueueArn, MaxResults: 1 });
  const { Results: [task] = [] } = await clients.sqs.send(command).catch((error: unknown) => {
    throw serviceFailure('QueueUnavailable', 'ListMessageMoveTasks', config.deadLetterQueueArn, error);
  });
  return {
    startedAt: task?.StartedTimestamp ?? NEVER,
    from: 'dead-letter-queue',
    status: task?.Status ?? 'NONE',
    moved: task?.ApproximateNumberOfMessagesMoved ?? 0,
    found: task?.ApproximateNumberOfMessagesToMove ?? 0,
    ...(task?.FailureReason !== undefined && { reason: task.FailureReason }),
  };
}
