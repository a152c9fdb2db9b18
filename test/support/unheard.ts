/** A relay that somebody breaks while time passes: which alarms go off, and what a check says of it. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import type { CheckLine } from '../../functions/check/line.ts';
import { CANARY_MINUTES } from '../../infra/constructs/canary-function.ts';
import { alarmsOn, type MovedTime } from './moved-time.ts';
import { ACCOUNT_A, type AwsClients, REGION, type TwoAccounts } from './two-accounts.ts';

/** Until canaries come across again, and what an alarm looks back to is over. */
const CALM_MINUTES = 3 * CANARY_MINUTES;
/** So long may it take until somebody hears of it. */
export const HEARD_WITHIN_MINUTES = 120;

export interface Watched {
  world: TwoAccounts;
  time: MovedTime;
}

export interface Check {
  passed: boolean;
  lines: CheckLine[];
}

/** What somebody does, and who hears of it. */
export interface Breakage {
  name: string;
  breaks: () => Promise<unknown>;
  /** What a person would do once told; none where only a new deployment helps. */
  mends?: () => Promise<unknown>;
  /** One of the alarms that go off, without the relay's name. */
  alarm: string;
  /** The line of the check that fails. */
  check: string;
  side: 'source' | 'destination';
  /** Words of what it says must be changed. */
  change: string;
}

export async function check({ world }: Watched): Promise<Check> {
  const { functionError, payload } = await world.invoke({}, 'upload-relay-check');
  expect(functionError).toBeUndefined();
  return payload as Check;
}

/** Nothing is broken: no alarm is on, and a check says that all is well. */
export async function expectAllWell(watched: Watched): Promise<void> {
  const { passed, lines } = await check(watched);
  expect(lines.filter(({ status }) => status === 'failed' || status === 'awaited')).toEqual([]);
  expect(passed).toBe(true);
  await watched.time.pass(watched.world.cloud, 1);
  expect(alarmsOn(watched.world.cloud)).toEqual([]);
}

/**
 * Lets the dust settle, so that what is broken next is broken in a healthy relay, and at the worst time: a minute after a canary came
 * across, which the next look will find in order.
 */
export async function calmDown(watched: Watched): Promise<void> {
  await wait(watched);
  await expectAllWell(watched);
}

async function wait({ world, time }: Watched): Promise<void> {
  await world.deadLetters();
  await time.pass(world.cloud, CALM_MINUTES);
  await time.pass(world.cloud, CANARY_MINUTES - (time.minutes % CANARY_MINUTES));
}

/** Breaks it, and demands that it is heard of in time: by an alarm that was off, and by a check that names the side and the remedy. */
export async function expectHeard(watched: Watched, breakage: Breakage): Promise<void> {
  expect(alarmsOn(watched.world.cloud)).not.toContain(`upload-relay-${breakage.alarm}`);
  await breakage.breaks();
  try {
    await hears(watched, breakage);
  } finally {
    // What is broken next finds a healthy relay, even if nobody has heard of this.
    await breakage.mends?.();
    if (breakage.mends) await wait(watched);
  }
  if (breakage.mends) await expectAllWell(watched);
}

async function hears(watched: Watched, { alarm, check: name, side, change }: Breakage): Promise<void> {
  const wentOff = await watched.time.pass(watched.world.cloud, HEARD_WITHIN_MINUTES);
  expect([...wentOff.keys()]).toContain(`upload-relay-${alarm}`);
  const { passed, lines } = await check(watched);
  expect(passed).toBe(false);
  const remedy = expect.objectContaining({ side, change: expect.stringContaining(change) });
  const failed = lines.filter(({ status }) => status === 'failed');
  expect(failed).toContainEqual(expect.objectContaining({ check: name, remedy }));
}

export async function queuePolicyOf({ a }: TwoAccounts): Promise<string> {
  const QueueUrl = await queueUrl(a);
  const { Attributes } = await a.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
  return Attributes!['Policy']!;
}

/** @param Policy an empty text takes it away */
export async function setQueuePolicy({ a }: TwoAccounts, Policy: string): Promise<void> {
  await a.sqs.send(new SetQueueAttributesCommand({ QueueUrl: await queueUrl(a), Attributes: { Policy } }));
}

/** Whether the queue feeds the relay. */
export async function turnMapping({ a }: TwoAccounts, Enabled: boolean): Promise<void> {
  const EventSourceArn = `arn:aws:sqs:${REGION}:${ACCOUNT_A}:upload-relay`;
  const { EventSourceMappings = [] } = await a.lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn }));
  const [{ UUID } = {}] = EventSourceMappings;
  await a.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
}

export async function queueUrl({ sqs }: AwsClients): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'upload-relay' }));
  return QueueUrl!;
}

/** @returns what makes it again as it was: a role of the same name with another id */
export async function deleteRole(iam: IAMClient, RoleName: string): Promise<() => Promise<void>> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const policies = await Promise.all(
    PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  return async () => {
    const AssumeRolePolicyDocument = decodeURIComponent(Role!.AssumeRolePolicyDocument!);
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    for (const { PolicyName, PolicyDocument } of policies) {
      const policy = { PolicyName, PolicyDocument: decodeURIComponent(PolicyDocument!) };
      await iam.send(new PutRolePolicyCommand({ RoleName, ...policy }));
    }
  };
}
