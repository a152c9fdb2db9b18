/** What must hold of replay: see `checks.ts`. */
import { randomUUID } from 'node:crypto';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { putInventory } from '../support/inventory.ts';
import { lambdaKeys } from '../support/sessions.ts';
import { ACCOUNT_A, ACCOUNT_B, REGION, SOURCE_BUCKET } from '../support/two-accounts.ts';
import { type Check, isRefused } from './check.ts';
import { elsewhereBucket } from './elsewhere.ts';
import { execute, mayReadState } from './large-checks.ts';
import type { ProofWorld } from './proof-world.ts';
import { reportBucket } from './report-bucket.ts';
import { FRESH_COPY } from './world.ts';

const REPLAY = 'upload-relay-replay:live';
const REPLAY_ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-replay`;
const SCHEDULER_ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-scheduler`;
const SCHEDULE_ARN = `arn:aws:scheduler:${REGION}:${ACCOUNT_A}:schedule/upload-relay/_reconciliation`;
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
    name: 'a reconciliation knows since when, and reads an inventory where there is one',
    guards: /^upload-relay-replay: (ReadLedgerAge|FindInventory|ReadInventory)$/,
    holds: async (world) => {
      await writeInventory(world);
      const answer = await replay(world, { reconcile: true });
      return answer?.['status'] === 'done' && (answer['inventory'] !== undefined) === hasInventory(world);
    },
  },
  {
    name: 'replay sees no more of the inventory’s bucket than that inventory',
    guards: /^upload-relay-replay: FindInventory$/,
    applies: hasInventory,
    holds: async (world) => {
      const { s3 } = world.as(lambdaKeys(world, REPLAY_ROLE_ARN));
      return isRefused(s3.send(new ListObjectsV2Command({ Bucket: elsewhereBucket(ACCOUNT_A), Prefix: 'other/' })));
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
    name: 'an audit writes its report, under a bucket key or not',
    guards: /^upload-relay-replay: (WriteReports|ReadReportWork|EncryptReports|ListObjects|ReadReceipts)$/,
    holds: async (world) => {
      const key = `audited-${randomUUID()}`;
      await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'x' }));
      const { encryption } = world.cloud.s3.bucket(reportBucket(world.cloud)).settings;
      for (const bucketKeyEnabled of [false, true]) {
        Object.assign(encryption ?? {}, { bucketKeyEnabled });
        const answer = await replay(world, { audit: { prefix: key } });
        Object.assign(encryption ?? {}, { bucketKeyEnabled: true });
        if (answer?.['lines'] !== 1) return false;
      }
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
    guards: /^upload-relay-scheduler: RunReplay$|^trust of upload-relay-scheduler: /,
    holds: async (world) => {
      await writeInventory(world);
      const { payload } = (await world.cloud.scheduler.fire(SCHEDULE_ARN))!;
      return (JSON.parse(payload) as Record<string, unknown>)['status'] === 'done';
    },
  },
  {
    name: 'what a schedule can’t do lies among the dead letters',
    guards: /^upload-relay-scheduler: SetAside$/,
    holds: async ({ cloud, ...world }) => {
      await world.deadLetters();
      const target = {
        functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_A}:function:upload-relay`,
        roleArn: SCHEDULER_ROLE_ARN,
        input: '{"not":"allowed"}',
        deadLetterQueueArn: cloud.sqs.all().find(({ name }) => name === 'upload-relay-dead-letters')!.arn,
      };
      const schedule = { ...AT, group: 'upload-relay', name: 'another', expression: 'rate(1 day)', timeZone: 'UTC' };
      const { arn } = cloud.scheduler.put({ ...schedule, enabled: true, target });
      const refused = await isRefused(Promise.resolve().then(() => cloud.scheduler.fire(arn)));
      return refused && (await world.deadLetters()).some(({ Body }) => Body === target.input);
    },
  },
  {
    name: 'no other group of schedules gets the role, whoever’s it is',
    guards: /^trust of upload-relay-scheduler: /,
    holds: async ({ cloud }) => {
      const group = (name: string) => `arn:aws:scheduler:${REGION}:${ACCOUNT_A}:schedule-group/${name}`;
      const strangers = [
        { 'aws:SourceAccount': ACCOUNT_A, 'aws:SourceArn': group('another') },
        // The two never contradict each other in fact; either condition must hold by itself.
        { 'aws:SourceAccount': ACCOUNT_B, 'aws:SourceArn': group('upload-relay') },
      ];
      const assume = async (context: Record<string, string>) => {
        const service = 'scheduler.amazonaws.com';
        const session = { roleArn: SCHEDULER_ROLE_ARN, service, sessionName: 'stranger', durationSeconds: 900 };
        return cloud.sts.assumeRoleAsService({ ...session, context });
      };
      return (await Promise.all(strangers.map((context) => isRefused(assume(context))))).every(Boolean);
    },
  },
];

/** As `world.ts` configures it. */
function hasInventory({ configuration }: ProofWorld): boolean {
  return configuration.includes('an inventory');
}

async function writeInventory(world: ProofWorld): Promise<void> {
  if (!hasInventory(world)) return;
  await putInventory(world.a.s3, { bucket: elsewhereBucket(ACCOUNT_A), sourceBucket: SOURCE_BUCKET, files: [[]] });
}

/** Its answer, if it came to one. */
async function replay(world: ProofWorld, event: object): Promise<Record<string, unknown> | undefined> {
  const execution = await execute(world, REPLAY, event, PATIENCE_MS);
  if (execution.status !== 'SUCCEEDED') return undefined;
  return JSON.parse((await execution.closed).payload) as Record<string, unknown>;
}
