/** The whole life of a permission: refused, given for a while, and gone. */
import { CreateBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT_A, ACCOUNT_B } from '../../support/two-accounts.ts';
import { assume, type Clients, roleArn, type Scenario, startScenario } from './scenario.ts';

const MAKER = roleArn(ACCOUNT_B, 'bucket-maker');
let scenario: Scenario;
let tester: Clients;

beforeAll(async () => {
  scenario = await startScenario('5-permission-test', { templates: { people: ACCOUNT_A, account: ACCOUNT_B } });
  tester = scenario.as(scenario.keysOf('tester'));
});

afterAll(() => scenario.close());

test('creating a bucket is refused without the role', async () => {
  await expect(tester.s3.send(new CreateBucketCommand({ Bucket: 'made-by-nobody' }))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${ACCOUNT_A}:user/tester is not authorized to perform: s3:CreateBucket on resource: "arn:aws:s3:::made-by-nobody" because no identity-based policy allows the s3:CreateBucket action`,
  });
});

describe.each([15, 30, 60])('assumed for %i minutes', (minutes) => {
  let maker: Clients;

  test('creating a bucket is allowed', async () => {
    maker = scenario.as((await assume(tester, MAKER, { DurationSeconds: minutes * 60 })).keys);
    await maker.s3.send(new CreateBucketCommand({ Bucket: `made-within-${minutes}-minutes` }));
  });

  test('to the end', async () => {
    scenario.wait(minutes - 1);
    const { Buckets } = await maker.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toContain(`made-within-${minutes}-minutes`);
  });

  test('and afterwards the token has expired', async () => {
    scenario.wait(2);
    await expect(maker.s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
      message: 'The provided token has expired.',
    });
  });
});

describe('durations outside the limits are refused', () => {
  const validation = "1 validation error detected: Value '%' at 'durationSeconds' failed to satisfy constraint: ";

  test.each([
    [899, `${validation}Member must have value greater than or equal to 900`],
    [3601, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'],
    [43_201, `${validation}Member must have value less than or equal to 43200`],
  ])('%i seconds', async (DurationSeconds, message) => {
    await expect(assume(tester, MAKER, { DurationSeconds })).rejects.toMatchObject({
      name: 'ValidationError',
      message: message.replace('%', String(DurationSeconds)),
    });
  });
});
