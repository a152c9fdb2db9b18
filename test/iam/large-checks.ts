/** What must hold of the functions for large objects: see `checks.ts`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GetDurableExecutionStateCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { DurableExecution } from '../../emulator/index.ts';
import { executions, LARGE_LOG_GROUP, PART_LOG_GROUP, putSparse } from '../support/large.ts';
import { lambdaKeys } from '../support/sessions.ts';
import { RELAY_LOG_GROUP, RELAY_ROLE_ARN, SOURCE_BUCKET } from '../support/two-accounts.ts';
import type { Check } from './check.ts';
import type { ProofWorld } from './proof-world.ts';
import { RELAY_TAKES_BYTES } from './world.ts';

/** Three parts, and so groups, of what relay-large calls large here. */
const LARGE_BYTES = 130 * 1024 ** 2;
const LOOK_EVERY_MS = 20;
/** A large object takes a second or two here; what is refused never comes. */
const PATIENCE_MS = 8_000;

const LOG_GROUPS = [RELAY_LOG_GROUP, LARGE_LOG_GROUP, PART_LOG_GROUP];

export const LARGE_CHECKS: readonly Check[] = [
  {
    name: 'an object too large for the relay is handed to relay-large',
    guards: /^upload-relay: StartLargeObjects$/,
    holds: async (world) => {
      await putSparse(world, 'too-large', RELAY_TAKES_BYTES + 1);
      const { payload } = await world.invoke({ key: 'too-large' });
      // Overwritten at once: relay-large finds nothing large, and nothing has to be moved.
      await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'too-large', Body: 'x' }));
      return (payload as { receipts?: { status: string }[] }).receipts?.[0]?.status === 'started';
    },
  },
  {
    name: 'a large object is delivered by workers',
    guards: /^upload-relay: (KeepCheckpoints|InvokeWorkers)$/,
    holds: async (world) => {
      const key = `large-${Date.now()}`;
      await putSparse(world, key, LARGE_BYTES);
      await relayLarge(world, key);
      return (await world.ledgerItem(key))?.['transferKind'] === 'large';
    },
  },
  {
    name: 'an execution with a long story reads it page by page',
    guards: /^upload-relay: KeepCheckpoints$/,
    holds: async (world) => mayReadState(world, RELAY_ROLE_ARN, await relayLarge(world, 'there')),
  },
  {
    name: 'an object that relay-large finds small goes back to the queue',
    guards: /^upload-relay: SendAnew$/,
    holds: async (world) => {
      const before = handedBack(world);
      await relayLarge(world, 'there');
      return handedBack(world) > before;
    },
  },
  {
    name: 'the logs of the relay and of its helpers are written',
    guards: /^upload-relay: WriteLogs$/,
    holds: async (world) => {
      const before = LOG_GROUPS.map((group) => world.cloud.logs.lines(group).length);
      await world.invokeFresh({ key: 'there' });
      await world.invokeFresh({ route: 'main', key: 'there' }, 'upload-relay-part');
      await relayLarge(world, 'there');
      return LOG_GROUPS.every((group, index) => world.cloud.logs.lines(group).length > before[index]!);
    },
  },
];

function handedBack({ cloud }: ProofWorld): number {
  return cloud.logs.lines(LARGE_LOG_GROUP).filter((line) => line.includes('handed back')).length;
}

/** Starts relay-large as a person would, and waits for its end, whatever that is. @returns the execution's ARN */
async function relayLarge(world: ProofWorld, key: string): Promise<string> {
  return (await execute(world, 'upload-relay-large:live', { route: 'main', key })).arn;
}

/** Starts an execution as a person would, and waits for its end, whatever that is. */
export async function execute(
  world: ProofWorld,
  FunctionName: string,
  event: object,
  patienceMs = PATIENCE_MS,
): Promise<DurableExecution> {
  const Payload = Buffer.from(JSON.stringify(event));
  const command = new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload });
  const { DurableExecutionArn } = await world.a.lambda.send(command);
  const execution = executions(world).find(({ arn }) => arn === DurableExecutionArn)!;
  for (let waitedMs = 0; execution.status === 'RUNNING' && waitedMs < patienceMs; waitedMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
  }
  return execution;
}

/** Whether a role is let in as far as the token, which only a function that runs has. */
export async function mayReadState(world: ProofWorld, roleArn: string, DurableExecutionArn: string): Promise<boolean> {
  const { lambda } = world.as(lambdaKeys(world, roleArn));
  const command = new GetDurableExecutionStateCommand({ DurableExecutionArn, CheckpointToken: 'of no execution' });
  const problem: unknown = await lambda.send(command).catch((error: unknown) => error);
  return (problem as Error).name === 'InvalidParameterValueException';
}
