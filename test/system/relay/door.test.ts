/** Each thing that can happen to the door of a running relay: the check names it, and what it says to change mends it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  DeleteFunctionConcurrencyCommand,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { type NotificationConfiguration, PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, readAssembly, templateStack } from '../../../emulator/index.ts';
import type { Remedy } from '../../../functions/check/line.ts';
import type { CheckAnswer } from '../../../functions/handlers/check.ts';
import { synthesize } from '../../../local/synth.ts';
import { check } from '../../support/checked.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  closeSound,
  REGION,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT_A}:upload-relay`;

interface Fault {
  name: string;
  line: string;
  found: string;
  strike: (world: TwoAccounts) => Promise<unknown>;
  /** None where the local AWS can't. */
  mend?: (world: TwoAccounts, remedy: Remedy) => Promise<unknown>;
}

function notify(world: TwoAccounts, configuration: NotificationConfiguration): Promise<unknown> {
  const NotificationConfiguration = configuration;
  return world.a.s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: SOURCE_BUCKET, NotificationConfiguration }),
  );
}

async function setPolicy(world: TwoAccounts, Statement: unknown[]): Promise<unknown> {
  const QueueUrl = world.cloud.outputs('upload-relay-source')['QueueUrl']!;
  const Policy = Statement.length === 0 ? '' : JSON.stringify({ Version: '2012-10-17', Statement });
  return world.a.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
}

/** The stack has one. */
async function changeMapping(
  { a }: TwoAccounts,
  change: Omit<UpdateEventSourceMappingCommandInput, 'UUID'>,
): Promise<unknown> {
  const listed = await a.lambda.send(new ListEventSourceMappingsCommand({}));
  const { UUID } = listed.EventSourceMappings![0]!;
  return a.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...change }));
}

const RELAY = { FunctionName: 'upload-relay' };

/** Its statement depends on who sends. */
const NO_POLICY: Fault = {
  name: 'the queue’s policy is emptied',
  line: 'the queue takes them',
  found: 'the statement that lets uploads in is gone',
  strike: (world) => setPolicy(world, []),
  mend: (world, { statement }) => setPolicy(world, [statement]),
};

/** The same, whatever the bucket: tried at one. */
const BEHIND_THE_QUEUE: Fault[] = [
  {
    name: 'the mapping is disabled',
    line: 'the queue feeds the relay',
    found: 'the mapping is Disabled',
    strike: (world) => changeMapping(world, { Enabled: false }),
    mend: (world) => changeMapping(world, { Enabled: true }),
  },
  {
    name: 'the mapping leads to another function',
    line: 'the queue feeds the relay',
    found: 'the mapping leads to function upload-relay-check',
    strike: (world) => changeMapping(world, { FunctionName: 'upload-relay-check' }),
    mend: (world) => changeMapping(world, RELAY),
  },
  {
    name: 'the mapping takes a batch with failures for done',
    line: 'the queue feeds the relay',
    found: 'the mapping lacks ReportBatchItemFailures',
    strike: (world) => changeMapping(world, { FunctionResponseTypes: [] }),
    mend: (world) => changeMapping(world, { FunctionResponseTypes: ['ReportBatchItemFailures'] }),
  },
  {
    name: 'the relay’s concurrency is 0',
    line: 'the relay may run',
    found: 'the reserved concurrency is 0',
    strike: ({ a }) => a.lambda.send(new PutFunctionConcurrencyCommand({ ...RELAY, ReservedConcurrentExecutions: 0 })),
    mend: ({ a }) => a.lambda.send(new DeleteFunctionConcurrencyCommand(RELAY)),
  },
];

const AT_OWN_BUCKET: Fault[] = [
  {
    name: 'the notification is removed',
    line: 'the bucket tells of uploads',
    found: "no notification leads to the relay's queue, and 0 lead elsewhere",
    strike: (world) => notify(world, {}),
    mend: (world, { statement }) => notify(world, statement as NotificationConfiguration),
  },
  {
    name: 'the notification’s filter is another one',
    line: 'the bucket tells of uploads',
    found: 'the notification has other events or another filter than was deployed',
    strike: (world) =>
      notify(world, {
        QueueConfigurations: [
          {
            QueueArn: QUEUE_ARN,
            Events: ['s3:ObjectCreated:*'],
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'in/' }] } },
          },
        ],
      }),
    mend: (world, { statement }) => notify(world, statement as NotificationConfiguration),
  },
  {
    name: 'the notification is about fewer events',
    line: 'the bucket tells of uploads',
    found: 'the notification has other events or another filter than was deployed',
    strike: (world) =>
      notify(world, { QueueConfigurations: [{ QueueArn: QUEUE_ARN, Events: ['s3:ObjectCreated:Put'] }] }),
    mend: (world, { statement }) => notify(world, statement as NotificationConfiguration),
  },
];

/** The stack's template gives it none. */
function ruleName({ cloud }: TwoAccounts): string {
  return cloud.stack('upload-relay-source').resources.find(({ physicalId }) => /SourceCreated/.test(physicalId))!
    .physicalId;
}

const AT_EXISTING_BUCKET: Fault[] = [
  {
    name: 'EventBridge is off',
    line: 'the bucket tells of uploads',
    found: 'EventBridge is off',
    strike: (world) => notify(world, {}),
    mend: (world, { statement }) => notify(world, statement as NotificationConfiguration),
  },
  {
    name: 'the rule is disabled',
    line: 'the rule passes them on',
    found: 'the rule is DISABLED',
    strike: async (world) => world.a.eventBridge.send(new DisableRuleCommand({ Name: ruleName(world) })),
    mend: async (world) => world.a.eventBridge.send(new EnableRuleCommand({ Name: ruleName(world) })),
  },
  {
    name: 'the rule has lost its target',
    line: 'the rule passes them on',
    found: "the relay's queue is not its target",
    strike: async (world) => {
      const Rule = ruleName(world);
      const { Targets } = await world.a.eventBridge.send(new ListTargetsByRuleCommand({ Rule }));
      await world.a.eventBridge.send(new RemoveTargetsCommand({ Rule, Ids: Targets!.map(({ Id }) => Id!) }));
    },
  },
  {
    name: 'the rule is deleted',
    line: 'the rule passes them on',
    found: 'there is no such rule',
    strike: async (world) => world.a.eventBridge.send(new DeleteRuleCommand({ Name: ruleName(world) })),
  },
];

async function strikeAndMend(world: TwoAccounts, { line, found, strike, mend }: Fault): Promise<void> {
  const lineOf = ({ lines }: CheckAnswer) => lines.find(({ check: name }) => name === line)!;
  await strike(world);
  const answer = await check(world);
  expect(answer.passed).toBe(false);
  expect(lineOf(answer)).toMatchObject({ status: 'failed', found, remedy: { side: 'source', account: ACCOUNT_A } });
  if (!mend) return;
  await mend(world, lineOf(answer).remedy!);
  expect(lineOf(await check(world)).status).toBe('ok');
}

describe('the door of an own bucket', () => {
  let world: TwoAccounts;

  beforeAll(async () => {
    world = await startTwoAccounts();
  });

  afterAll(() => closeSound(world));

  test.each([NO_POLICY, ...BEHIND_THE_QUEUE, ...AT_OWN_BUCKET].map((fault) => [fault.name, fault] as const))(
    '%s',
    (_, fault) => strikeAndMend(world, fault),
  );
});

describe('the door of an existing bucket', () => {
  let assembly: string;
  let world: TwoAccounts;

  beforeAll(async () => {
    assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
    const cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [ACCOUNT_A, ACCOUNT_B] });
    await cloud.deploy(
      templateStack({
        account: ACCOUNT_A,
        region: REGION,
        name: 'somebody-elses',
        template: {
          Resources: {
            Bucket: {
              Type: 'AWS::S3::Bucket',
              Properties: {
                BucketName: SOURCE_BUCKET,
                NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
              },
            },
          },
        },
      }),
    );
    const context = committedContext();
    context.source.existingBucket = true;
    await synthesize(assembly, context);
    for (const stack of readAssembly(assembly)) await cloud.deploy(stack);
    world = twoAccountsOf(cloud);
  });

  afterAll(async () => {
    await closeSound(world);
    await rm(assembly, { recursive: true });
  });

  test.each([NO_POLICY, ...AT_EXISTING_BUCKET].map((fault) => [fault.name, fault] as const))('%s', (_, fault) =>
    strikeAndMend(world, fault),
  );
});
