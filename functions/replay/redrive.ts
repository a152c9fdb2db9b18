/** Redrives the dead-letter queue: SQS moves its messages back to the relay's queue. */
import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { delaySeconds } from '../core/retry-delay.ts';
import { serviceFailure } from '../failures/service-failure.ts';
import { type ReplayRun, replayStep } from './replay-run.ts';

export interface RedriveSummary {
  from: 'dead-letter-queue';
  /** SQS's word: `COMPLETED`, or another one when the redrive did not finish. */
  status: string;
  /** The approximate number of messages that are back in the queue. */
  moved: number;
  /** The approximate number of messages that were in the dead-letter queue. */
  found: number;
  reason?: string;
}

/** A task moves some hundred messages a second, so it may take hours. It is polled after 5 s, 20 s, …, then every quarter of an hour. */
const FIRST_POLL_SECONDS = 5;
const POLLS = 500;
/** The start of a task that does not exist. */
const NEVER = 0;
/** Polling has gone on for five days. */
const NOT_OVER =
  'The queue does not say that it is over. Look at it by "aws sqs list-message-move-tasks", and redrive again once it is.';
const UNDER_WAY = ['RUNNING', 'CANCELLING'];

/**
 * The destination is named, since messages that the relay itself sent to the dead-letter queue carry no mark of the queue they came
 * from. SQS moves them as new messages, which have all their tries before them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export async function redrive(run: ReplayRun): Promise<RedriveSummary> {
  const { earlier } = await replayStep(run, 'start', () => startTask(run));
  for (let poll = 1; ; poll++) {
    const { startedAt, ...summary } = await replayStep(run, `look ${poll}`, () => latestTask(run));
    const isOver = startedAt !== earlier && !UNDER_WAY.includes(summary.status);
    if (isOver) return summary;
    if (poll === POLLS) return { reason: NOT_OVER, ...summary };
    await run.context.wait('until all are moved', { seconds: delaySeconds(FIRST_POLL_SECONDS, poll, 0) });
  }
}

/**
 * A queue has one task at a time. A task that is under way, perhaps started before a crash, does the same work.
 * @returns when the latest earlier task was started, so that it isn't taken for the new one
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
