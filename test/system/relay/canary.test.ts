/** The canary in a running relay: it comes across, its silence is heard, and the check tells what is wrong with the door. */
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canaryKey } from '../../../functions/core/reserved-keys.ts';
import type { CheckAnswer } from '../../../functions/handlers/check.ts';
import { METRICS } from '../../../functions/reporting/metric-names.ts';
import { check } from '../../support/checked.ts';
import {
  ACCOUNT_A,
  closeSound,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  REGION,
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

function arrived(world: TwoAccounts): number | undefined {
  const dimensions = { service: 'upload-relay' };
  const name = METRICS.canaryArrived;
  const id = { account: ACCOUNT_A, region: REGION, namespace: 'UploadRelay', name, dimensions };
  return world.cloud.cloudWatch.metrics.statistic(id, 'SampleCount', { from: 0, to: Number.MAX_SAFE_INTEGER });
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
    expect(arrived(world)).toBeUndefined();
    expect(await world.ledgerItem(KEY)).toMatchObject({ status: 'delivered' });
    const { Contents = [] } = await world.b.s3.send(new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET }));
    expect(Contents.map(({ Key }) => Key)).toEqual([`${PREFIX}upload-relay-check/${KEY}`]);
    await fly(world);
    expect(arrived(world)).toBe(1);
    const { ETag } = await world.a.s3.send(new HeadObjectCommand({ Bucket: SOURCE_BUCKET, Key: KEY }));
    expect(await world.ledgerItem(KEY)).toMatchObject({ sourceETag: ETag });
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
