/** What the canary works with: it tries the door, and looks at how uploads get to the relay. */
import type { CanaryClients } from '../aws/canary-clients.ts';
import type { CheckConfig } from '../core/config.ts';
import type { DoorSettings } from '../core/settings.ts';
import { describe } from '../failures/facts.ts';
import { type Attempt, attempt } from './attempt.ts';
import { atSource, type Finding, failed } from './line.ts';

/** What is found where the relay's own bucket is gone. */
export const NO_SUCH_BUCKET = 'there is no such bucket';

export interface Door {
  config: CheckConfig & { door: DoorSettings };
  clients: CanaryClients;
}

/** An ARN in the relay's own account and region. */
export function ownArn({ config }: Door, service: string, resource: string): string {
  const [, partition, , region, account] = config.door.queueArn.split(':');
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

export function bucketArn({ config }: Door): string {
  return `arn:${config.door.queueArn.split(':')[1]}:s3:::${config.sourceBucket}`;
}

/** Something that the relay's own account must mend. */
export function mend({ config }: Door, found: string, change: string, statement?: unknown): Finding {
  return failed(found, atSource(config.sourceAccount, change, statement));
}

/** @param statement what the canary's role must have to look there */
export async function lookAt<Answer>(
  door: Door,
  request: Promise<Answer>,
  statement: unknown,
  judge: (answer: Answer) => Finding | Promise<Finding>,
  missing?: () => Finding,
): Promise<Finding> {
  const asked: Attempt<Answer> = await attempt(request);
  if (asked.kind === 'done') return judge(asked.answer);
  const { name } = asked.error;
  if (missing && /NotFound|DoesNotExist|NonExistentQueue|NoSuchBucket/.test(name)) return missing();
  const change = "The canary can't look there. Unless AWS was in trouble, its role needs this statement.";
  return mend(door, describe(asked.error), change, statement);
}
