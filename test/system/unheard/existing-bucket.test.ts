/** A relay of an existing bucket, by EventBridge, with keys on both sides, broken in each way that loses uploads in silence. */
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
import { type NotificationConfiguration, PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud, readAssembly } from '../../../emulator/index.ts';
import { synthesize } from '../../../local/synth.ts';
import { existingSource, keys } from '../../iam/encrypted-buckets.ts';
import { askKms } from '../../support/kms.ts';
import { MovedTime } from '../../support/moved-time.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  type AwsClients,
  closeSound,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';
import {
  type Breakage,
  calmDown,
  expectAllWell,
  expectHeard,
  HEARD_WITHIN_MINUTES,
  queuePolicyOf,
  setQueuePolicy,
} from '../../support/unheard.ts';

const time = new MovedTime();
let world: TwoAccounts;
let assembly: string;
/** The rule that takes the bucket's events. */
let ruleName: string;
let queuePolicy: string;

beforeAll(async () => {
  const cloud = await LocalCloud.start({
    stacks: [keys(ACCOUNT_A), keys(ACCOUNT_B)],
    clock: time.clock,
    movesFunctionClocks: true,
  });
  world = twoAccountsOf(cloud);
  await cloud.deploy(existingSource(keyArn(ACCOUNT_A)));
  const context = committedContext();
  Object.assign(context.source, { existingBucket: true, kmsKeyArn: keyArn(ACCOUNT_A) });
  Object.assign(context.routes[0]!.destination, { kmsKeyArn: keyArn(ACCOUNT_B) });
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
  await synthesize(assembly, context);
  for (const stack of readAssembly(assembly)) await cloud.deploy(stack);
  const { resources } = cloud.stack('upload-relay-source');
  ruleName = resources.find(({ logicalId }) => logicalId.startsWith('SourceCreated'))!.physicalId!;
  queuePolicy = await queuePolicyOf(world);
  await time.fireAll(world.cloud);
  await calmDown({ world, time });
});

afterAll(async () => {
  await closeSound(world);
  await rm(assembly, { recursive: true });
});

function keyArn(account: string): string {
  return world.cloud.outputs('keys', account)['KeyArn']!;
}

const notify = (NotificationConfiguration: NotificationConfiguration) =>
  world.a.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: SOURCE_BUCKET, NotificationConfiguration }));

const BREAKAGES: Breakage[] = [
  {
    name: 'EventBridge is turned off',
    breaks: () => notify({}),
    mends: () => notify({ EventBridgeConfiguration: {} }),
    alarm: 'canary',
    check: 'the bucket tells of uploads',
    side: 'source',
    change: 'does not send its events to EventBridge: turn that on',
  },
  {
    name: 'the rule is disabled',
    breaks: () => world.a.eventBridge.send(new DisableRuleCommand({ Name: ruleName })),
    mends: () => world.a.eventBridge.send(new EnableRuleCommand({ Name: ruleName })),
    alarm: 'canary',
    check: 'the rule passes them on',
    side: 'source',
    change: 'aws events enable-rule',
  },
  {
    name: 'the queue’s policy is emptied',
    breaks: () => setQueuePolicy(world, ''),
    mends: () => setQueuePolicy(world, queuePolicy),
    alarm: 'rule-failed',
    check: 'the queue takes them',
    side: 'source',
    change: 'send no more: add this statement to it',
  },
  {
    name: 'the source’s key is disabled',
    breaks: () => turnKey('DisableKey', world.a, ACCOUNT_A),
    mends: () => turnKey('EnableKey', world.a, ACCOUNT_A),
    alarm: 'canary',
    check: 'the source can be read',
    side: 'source',
    change: 'is disabled, waits for its deletion',
  },
  {
    name: 'the destination’s key is disabled',
    breaks: () => turnKey('DisableKey', world.b, ACCOUNT_B),
    mends: () => turnKey('EnableKey', world.b, ACCOUNT_B),
    alarm: 'canary',
    check: 'a small object arrives',
    side: 'destination',
    change: 'account B must enable it',
  },
  {
    name: 'the rule is deleted',
    breaks: deleteRule,
    alarm: 'canary',
    check: 'the rule passes them on',
    side: 'source',
    change: 'aws events put-rule',
  },
];

function turnKey(operation: 'DisableKey' | 'EnableKey', owner: AwsClients, account: string) {
  return askKms(owner, operation, { KeyId: keyArn(account) }, new Date(time.clock()));
}

async function deleteRule(): Promise<void> {
  const { Targets = [] } = await world.a.eventBridge.send(new ListTargetsByRuleCommand({ Rule: ruleName }));
  const Ids = Targets.map(({ Id }) => Id!);
  await world.a.eventBridge.send(new RemoveTargetsCommand({ Rule: ruleName, Ids }));
  await world.a.eventBridge.send(new DeleteRuleCommand({ Name: ruleName }));
}

test('with nothing broken, no alarm goes off, and the check says that all is well', async () => {
  const wentOff = await time.pass(world.cloud, HEARD_WITHIN_MINUTES);
  expect([...wentOff]).toEqual([]);
  await expectAllWell({ world, time });
});

test.each(BREAKAGES)('$name', (breakage) => expectHeard({ world, time }, breakage));
