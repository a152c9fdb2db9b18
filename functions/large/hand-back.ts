import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { messageBody } from '../request/message-body.ts';
import type { LargeRun } from './large-run.ts';
import { persistentStep } from './persistent-step.ts';

/** The answer of an execution that left the object to a fresh relay. */
export interface HandedBack {
  status: 'handed back';
  route: string;
  source: { bucket: string; key: string };
  reason: string;
}

export interface HandBackOptions {
  reason: string;
  /** How often the object was begun for this very reason; none when it is another object now. */
  attempts?: number;
  delaySeconds?: number;
}

/** Puts the object back into the queue: the relay looks at what it is by then, and may well start another execution. */
export async function handBack(
  run: LargeRun,
  { reason, attempts, delaySeconds = 0 }: HandBackOptions,
): Promise<HandedBack> {
  const { invocation, request, route } = run;
  const { bucket, key } = request.source;
  await persistentStep(run, 'hand back', async () => {
    const MessageBody = messageBody({ key, route: route.name, attempts });
    const QueueUrl = invocation.config.queueUrl;
    await invocation.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds: delaySeconds }));
    invocation.logger.info('handed back to the queue', { source: `${request.source}`, reason });
  });
  return { status: 'handed back', route: route.name, source: { bucket, key }, reason };
}
