/** The canary in a running relay: it comes across, its silence is heard, and the check tells what is wrong with the door. */
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StackInput, Statement, Statistic } from '../../../emulator/index.ts';
import type { CheckLine } from '../../../functions/check/line.ts';
import { canaryKey } from '../../../functions/core/reserved-keys.ts';
import type { CheckAnswer } from '../../../functions/handlers/check.ts';
import { METRICS } from '../../../functions/reporting/metric-names.ts';
import { check, writerStatements } from '../../support/checked.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  changeRoutes,
  closeSound,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  REGION,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const KEY = canaryKey('main');
const DOOR = [
  'the bucket tells of uploads',
  'the queue takes them',
  'the queue feeds the relay',
  'the relay may run',
  'a canary comes across',
];

async function fly(world: TwoAccounts): Promise<void> {
  world.cloud.scheduledRules.fire(`arn:aws:events:${REGION}:${ACCOUNT_A}:rule/upload-relay-canary-drop`);
  await eventually(async () => world.cloud.lambda.active === 0);
  await world.cloud.settled();
}

function arrived(world: TwoAccounts, statistic: Statistic): number | undefined {
  const dimensions = { service: 'upload-relay' };
  const name = METRICS.canaryArrived;
  const id = { account: ACCOUNT_A, region: REGION, namespace: 'UploadRelay', name, dimensions };
  return world.cloud.cloudWatch.metrics.statistic(id, statistic, { from: 0, to: Number.MAX_SAFE_INTEGER });
}

function changeStatement(stacks: StackInput[], sid: string, change: (statement: Statement) => unknown): void {
  for (const { Properties } of stacks.flatMap(({ template }) => Object.values(template.Resources))) {
    const { PolicyDocument } = (Properties ?? {}) as { PolicyDocument?: { Statement: Statement[] } };
    PolicyDocument?.Statement.filter(({ Sid }) => Sid === sid).forEach(change);
  }
}

const doorOf = ({ lines }: CheckAnswer) => lines.filter(({ check: name }) => DOOR.includes(name));

describe('a healthy relay', () => {
  let world: TwoAccounts;

  beforeAll(async () => {
    world = await startTwoAccounts();
  });

  afterAll(() => closeSound(world));

  test('has its canary come across, and tells so the next time', async () => {
    await fly(world);
    expect(arrived(world, 'SampleCount')).toBeUndefined();
    expect(await world.ledgerItem(KEY)).toMatchObject({ status: 'delivered' });
    const { Contents = [] } = await world.b.s3.send(new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET }));
    expect(Contents.map(({ Key }) => Key)).toEqual([`${PREFIX}upload-relay-check/${KEY}`]);
    await fly(world);
    expect([arrived(world, 'SampleCount'), arrived(world, 'Sum')]).toEqual([1, 1]);
    const { ETag } = await world.a.s3.send(new HeadObjectCommand({ Bucket: SOURCE_BUCKET, Key: KEY }));
    expect(await world.ledgerItem(KEY)).toMatchObject({ sourceETag: ETag });
  });

  test('is silent once its canary is, for an hour', () => {
    const stateAfter = (minutes: number) =>
      world.cloud.cloudWatch.evaluateAlarms(Date.now() + minutes * 60_000)['upload-relay-canary'];
    expect([0, 29, 31, 59, 61].map(stateAfter)).toEqual(['OK', 'OK', 'OK', 'OK', 'ALARM']);
  });

  test('tells nobody of it: no event, no count, and nothing to pay for', async () => {
    const { metrics } = world.cloud.cloudWatch;
    const dimensions = { service: 'upload-relay', route: 'main' };
    const id = { account: ACCOUNT_A, region: REGION, namespace: 'UploadRelay', name: 'ObjectsDelivered', dimensions };
    expect(metrics.statistic(id, 'Sum', { from: 0, to: Number.MAX_SAFE_INTEGER })).toBeUndefined();
  });

  test('has a check that looks at the door', async () => {
    const answer = await check(world);
    expect(doorOf(answer).map(({ check: name, status, found }) => [name, status, found])).toEqual([
      ['the bucket tells of uploads', 'ok', `to arn:aws:sqs:${REGION}:${ACCOUNT_A}:upload-relay`],
      ['the queue takes them', 'ok', 'by its policy'],
      ['the queue feeds the relay', 'ok', 'the mapping is Enabled'],
      ['the relay may run', 'ok', expect.stringContaining('invocations at once are left unreserved')],
      ['a canary comes across', 'ok', expect.stringContaining('the one of ')],
    ]);
    expect(answer.table).toContain('All is as it must be.');
  });
});

test('on a create-only route, whose key is taken, the canary comes across all the same', async () => {
  const change = (stacks: StackInput[]) =>
    changeRoutes(stacks, (route) => {
      route.createOnly = true;
    });
  const world = await startTwoAccounts({ change });
  for (let flights = 0; flights < 4; flights++) await fly(world);
  expect([arrived(world, 'SampleCount'), arrived(world, 'Sum')]).toEqual([3, 3]);
  expect(await world.ledgerItem(KEY)).toMatchObject({ status: 'already there' });
  await closeSound(world);
});

describe('a canary that does not come across raises the alarm', () => {
  const canarysLines = (world: TwoAccounts) =>
    world.cloud.logs
      .lines(RELAY_LOG_GROUP)
      .filter((line) => line.includes('"message":"canary failed"'))
      .map((line) => JSON.parse(line).line as CheckLine);

  test('since account B lets it in no more, and no letter is left to be redriven', async () => {
    const world = await startTwoAccounts({
      change: (stacks) => {
        writerStatements(stacks)[0].Resource = 'arn:aws:s3:::elsewhere/*';
      },
    });
    await fly(world);
    await fly(world);
    expect(arrived(world, 'Sum')).toBe(0);
    expect(world.cloud.cloudWatch.evaluateAlarms()['upload-relay-canary']).toBe('ALARM');
    expect(canarysLines(world)).toMatchObject([
      {
        check: 'a canary comes across',
        route: 'main',
        found: expect.stringContaining('did not come across: DestinationDenied'),
        remedy: { side: 'destination', account: ACCOUNT_B },
      },
    ]);
    expect(await world.deadLetters()).toEqual([]);
    await closeSound(world);
  });

  test('since the canary may not be dropped', async () => {
    const world = await startTwoAccounts({
      change: (stacks) => {
        changeStatement(stacks, 'DropCanaries', (statement) => Object.assign(statement, { Effect: 'Deny' }));
      },
    });
    await fly(world);
    expect(arrived(world, 'Sum')).toBe(0);
    expect(canarysLines(world)).toMatchObject([
      {
        check: 'a canary can be dropped',
        remedy: { side: 'source', statement: [{ Sid: 'DropCanaries' }, { Sid: 'SeeCanaries' }] },
      },
    ]);
    await closeSound(world);
  });
});
