/** What must hold of replay: see `checks.ts`. */
import { randomUUID } from 'node:crypto';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { executions } from '../support/large.ts';
import { lambdaKeys } from '../support/sessions.ts';
import { ACCOUNT_A, REGION, SOURCE_BUCKET } from '../support/two-accounts.ts';
import { type Check, isRefused } from './checks.ts';
import { execute, mayReadState } from './large-checks.ts';
import { FRESH_COPY, type ProofWorld } from './world.ts';

const REPLAY = 'upload-relay-replay:live';
const REPLAY_ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-replay`;
const LOG_GROUP = '/aws/lambda/upload-relay-replay';
const AT = { account: ACCOUNT_A, region: REGION, name: 'upload-relay-replay' };

/** A replay of one key takes half a second here; one that may not keep its checkpoints never ends. */
const PATIENCE_MS = 3_000;

export const REPLAY_CHECKS: readonly Check[] = [
  {
    name: 'what has no receipt is found and sent to the queue',
    guards: /^upload-relay-replay: (ListObjects|ReadReceipts|SendMissing|KeepCheckpoints)$/,
    holds: async (world) => {
      const queueUrl = world.cloud.outputs('upload-relay-source')['QueueUrl']!;
      const key = `missing-${randomUUID()}`;
      await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'x' }));
      await world.take(queueUrl);
      const answer = await replay(world, { prefix: key });
      if (answer?.['sent'] !== 1) return false;
      return (await world.take(queueUrl)).some(({ Body }) => Body === JSON.stringify({ key, route: 'main' }));
    },
  },
  {
    name: 'a replay with a long story reads it page by page',
    guards: /^upload-relay-replay: KeepCheckpoints$/,
    holds: async (world) =>
      mayReadState(world, REPLAY_ROLE_ARN, (await execute(world, REPLAY, { prefix: 'nothing' })).arn),
  },
  {
    name: 'a replay of very many keys goes on in a fresh execution',
    guards: /^upload-relay-replay: HandOver$/,
    holds: async (world) => {
      const { lambda } = world.as(lambdaKeys(world, REPLAY_ROLE_ARN));
      await lambda.send(new InvokeCommand({ FunctionName: REPLAY, InvocationType: 'DryRun' }));
      return true;
    },
  },
  {
    name: 'dead letters go back to the queue',
    guards: /^upload-relay-replay: (Redrive|SendMissing)$/,
    holds: async (world) => {
      const { QueueUrl, DeadLetterQueueUrl } = world.cloud.outputs('upload-relay-source');
      await world.take(QueueUrl!);
      const letter = { QueueUrl: DeadLetterQueueUrl, MessageBody: '{"key":"there"}' };
      await world.a.sqs.send(new SendMessageCommand(letter));
      const answer = await replay(world, { from: 'dead-letter-queue' });
      await world.deadLetters();
      const hasMoved = (await world.take(QueueUrl!)).some(({ Body }) => Body === letter.MessageBody);
      return hasMoved && answer?.['status'] === 'COMPLETED';
    },
  },
  {
    name: 'a replay that fails as a whole lies among the dead letters',
    guards: /^upload-relay-replay: TellFailures$/,
    // Lambda tries the role out when it is told where failures go.
    holds: async ({ cloud }) => {
      const onFailureQueueArn = cloud.sqs.all().find(({ name }) => name === 'upload-relay-dead-letters')!.arn;
      const config = { maximumRetryAttempts: 0, maximumEventAgeSeconds: undefined, onFailureQueueArn };
      cloud.lambda.configureAsyncInvocation(cloud.lambda.functions.target({ ...AT, qualifier: 'live' }), config);
      return true;
    },
  },
  {
    name: 'what replay does stands in its log',
    guards: /^upload-relay-replay: WriteLogs$/,
    holds: async ({ cloud, ...world }) => {
      const before = cloud.logs.lines(LOG_GROUP).length;
      await replay({ cloud, ...world }, { prefix: 'nothing' });
      return cloud.logs.lines(LOG_GROUP).length > before;
    },
  },
  {
    name: 'Lambda may run replay in its role',
    guards: /^trust of upload-relay-replay: /,
    holds: async ({ cloud }) => {
      const { function: original } = cloud.lambda.functions.target({ ...AT, qualifier: undefined });
      cloud.lambda.createFunction({ ...original, name: `${FRESH_COPY}${randomUUID()}` });
      return true;
    },
  },
  {
    name: 'a schedule runs replay',
    guards: /^function upload-relay-replay:live: /,
    holds: async (world) => {
      const { schedules } = world.cloud;
      schedules.fire(schedules.arns().find((arn) => arn.endsWith('/upload-relay-replay-nightly'))!);
      const { payload, closed } = executions(world).at(-1)!;
      const answer = JSON.parse((await closed).payload) as Record<string, unknown>;
      return payload === '{"prefix":"","only":"missing"}' && answer['status'] === 'done';
    },
  },
  {
    name: 'no other rule may run replay',
    guards: /^function upload-relay-replay:live: /,
    holds: async ({ cloud }, { holder }) => {
      const rule = { account: ACCOUNT_A, region: REGION, name: 'another', expression: 'rate(1 day)', enabled: true };
      const { arn } = cloud.schedules.put({ ...rule, targets: [{ functionArn: holder }] });
      return isRefused(Promise.resolve().then(() => cloud.schedules.fire(arn)));
    },
  },
];

/** Its answer, if it came to one. */
async function replay(world: ProofWorld, event: object): Promise<Record<string, unknown> | undefined> {
  const execution = await execute(world, REPLAY, event, PATIENCE_MS);
  if (execution.status !== 'SUCCEEDED') return undefined;
  return JSON.parse((await execution.closed).payload) as Record<string, unknown>;
}
