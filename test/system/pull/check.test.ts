/** What the check says of routes that pull, and what happens when the customer's side isn't as agreed. */
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import type { StackInput } from '../../../emulator/index.ts';
import type { CheckLine } from '../../../functions/check/line.ts';
import { check, failedLines, namesOf } from '../../support/checked.ts';
import {
  ACCOUNT_C,
  CUSTOMER_BUCKET,
  type PullingWorld,
  READER_ROLE_ARN,
  REPORTS_BUCKET,
  startPullingWorld,
} from '../../support/pulling.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  changeRoutes,
  DESTINATION_BUCKET,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
} from '../../support/two-accounts.ts';

let world: PullingWorld;

afterEach(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

// biome-ignore lint/suspicious/noExplicitAny: properties of a template that these tests know the shape of
type Properties = any;

/** The reader role of route "customer", to be changed before it is deployed. */
function readerOf(stacks: StackInput[]): Properties {
  const { template } = stacks.find(({ name }) => name === 'upload-relay-reader')!;
  const roles = Object.values(template.Resources).map(({ Properties }) => Properties as Properties);
  return roles.find(({ RoleName }) => RoleName === 'upload-relay-reader');
}

const about = (lines: readonly CheckLine[], route: string) => lines.filter((line) => line.route === route);

describe('the check', () => {
  test('looks at the customer’s side too, and finds it as it must be', async () => {
    world = await startPullingWorld();
    await world.c.s3.send(new PutObjectCommand({ Bucket: CUSTOMER_BUCKET, Key: 'a.txt', Body: 'x' }));
    const answer = await check(world);
    expect(answer.passed, answer.table).toBe(true);
    expect(namesOf(about(answer.lines, 'customer')).slice(0, 6)).toEqual([
      'the reader role lets the relay in',
      'a missing object is told apart',
      'the source can be read',
      'PUT at the source is refused',
      'DELETE at the source is refused',
      'a wrong external id is refused by the reader role',
    ]);
    expect(about(answer.lines, 'customer')[2]).toMatchObject({ status: 'ok', found: `s3://${CUSTOMER_BUCKET}/a.txt` });
    expect(namesOf(about(answer.lines, 'main'))).not.toContain('the reader role lets the relay in');
  });

  test('names a role that may write or delete at the source, and what would be enough', async () => {
    world = await startPullingWorld((stacks) => {
      readerOf(stacks).Policies[0].PolicyDocument.Statement[1].Action = [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
      ];
    });
    const failed = failedLines(await check(world));
    expect(namesOf(failed)).toEqual(['PUT at the source is refused', 'DELETE at the source is refused']);
    expect(failed[0]!.remedy).toMatchObject({
      side: 'source',
      account: ACCOUNT_C,
      statement: [
        { Action: 's3:ListBucket' },
        { Action: 's3:GetObject', Resource: `arn:aws:s3:::${CUSTOMER_BUCKET}/*` },
      ],
    });
  });

  test('names a role that may not list, or that lets in whoever knows no external id', async () => {
    world = await startPullingWorld((stacks) => {
      const role = readerOf(stacks);
      role.Policies[0].PolicyDocument.Statement.shift();
      delete role.AssumeRolePolicyDocument.Statement[0].Condition.StringEquals;
    });
    expect(namesOf(failedLines(await check(world)))).toEqual([
      'a missing object is told apart',
      'the source can be read',
      'a wrong external id is refused by the reader role',
    ]);
  });
});

/** Takes a bucket away as its account's root user does. */
async function removeBucket({ cloud, as }: PullingWorld, account: string, Bucket: string): Promise<void> {
  const { s3 } = as(cloud.directory.addRootKey(account));
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of Versions) await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

/** Who must change what, and how many lines are not tried for that reason. */
const toldOf = (lines: readonly CheckLine[], route: string) =>
  about(lines, route).flatMap(({ check: name, status, found, remedy }): (string | string[])[] =>
    status === 'failed' ? [[name, remedy!.account, remedy!.change]] : status === 'skipped' ? [found] : [],
  );

describe('a mistake that explains the other lines is told once, and as what it is', () => {
  test('a bucket to pull from that is missing or another account’s, a destination in another region', async () => {
    world = await startPullingWorld((stacks) =>
      changeRoutes(stacks, (route) => {
        if (route.name === 'reports' && route.pull) route.pull.account = '444444444444';
        if (route.name === 'main' && 'destination' in route) route.destination.region = 'eu-west-1';
      }),
    );
    await removeBucket(world, ACCOUNT_C, CUSTOMER_BUCKET);
    const { lines, table } = await check(world);
    expect(table).not.toContain('take that away');
    expect(toldOf(lines, 'customer')).toEqual([
      [
        'a missing object is told apart',
        ACCOUNT_C,
        `There is no bucket ${CUSTOMER_BUCKET}: make it, or correct pull.bucket of route "customer".`,
      ],
      ...Array(3).fill('there is no such bucket'),
    ]);
    const another = `Bucket ${REPORTS_BUCKET} does not belong to account 444444444444, and the relay reads no other owner's: correct pull.account or pull.bucket of route "reports" in cdk.json and deploy the source stack.`;
    expect(toldOf(lines, 'reports')).toEqual([
      ['a missing object is told apart', ACCOUNT_A, another],
      ['the source can be read', ACCOUNT_A, another],
    ]);
    expect(toldOf(lines, 'main')).toEqual([
      'no canary has been dropped yet',
      ['a small object arrives', ACCOUNT_A, expect.stringContaining('is not in eu-west-1, but in us-east-1')],
      ...Array(9).fill('the bucket is in another region'),
    ]);
  });

  test('the relay’s own bucket or the destination that is missing, a bucket to pull from in another region', async () => {
    world = await startPullingWorld((stacks) =>
      changeRoutes(stacks, (route) => {
        if (route.name === 'reports' && route.pull) route.pull.region = 'eu-west-1';
      }),
    );
    await removeBucket(world, ACCOUNT_A, SOURCE_BUCKET);
    await removeBucket(world, ACCOUNT_B, DESTINATION_BUCKET);
    const { lines, table } = await check(world);
    expect(table).not.toContain('take that away');
    const own = lines.filter(({ route, status }) => route === undefined && status === 'failed');
    expect(own.map(({ check: name, remedy }) => [name, remedy!.change])).toEqual([
      [
        'a missing object is told apart',
        `There is no bucket ${SOURCE_BUCKET}: deploy the source stack, or correct source.bucket in cdk.json.`,
      ],
    ]);
    expect(toldOf(lines, 'main')).toEqual([
      'there is no such bucket',
      ['a small object arrives', ACCOUNT_B, expect.stringContaining(`There is no bucket ${DESTINATION_BUCKET}.`)],
      ...Array(9).fill('there is no such bucket'),
    ]);
    expect(toldOf(lines, 'reports').slice(0, 4)).toEqual([
      [
        'a missing object is told apart',
        ACCOUNT_A,
        `Bucket ${REPORTS_BUCKET} is in us-east-1: correct pull.region of route "reports" in cdk.json and deploy the source stack.`,
      ],
      ...Array(3).fill('the bucket is in another region'),
    ]);
  });
});

describe('where the external ids differ', () => {
  const differing = (stacks: StackInput[]) => {
    const [trust] = readerOf(stacks).AssumeRolePolicyDocument.Statement;
    trust.Condition.StringEquals['sts:ExternalId'] = 'another-one';
  };

  test('relay, replay and check say so, and what the customer must change', async () => {
    world = await startPullingWorld(differing);
    const advice = `Has account ${ACCOUNT_C} deployed its side yet?`;
    const relayed = await world.invoke({ key: 'a.txt', route: 'customer' });
    expect(relayed.payload).toMatchObject({
      errorType: 'RoleAwaited',
      errorMessage: expect.stringContaining(`awaits account ${ACCOUNT_C}: its role ${READER_ROLE_ARN} has never let`),
    });
    const replayed = await world.invoke({ route: 'customer' }, 'upload-relay-replay:live');
    expect(replayed.functionError).toBe('Unhandled');
    expect(replayed.payload).toMatchObject({
      errorMessage: expect.stringContaining(
        `Its trust policy in account ${ACCOUNT_C} must name this relay's role and external id.`,
      ),
    });
    for (const { payload } of [relayed, replayed]) {
      expect((payload as { errorMessage: string }).errorMessage).toContain(advice);
    }

    const [line, ...others] = failedLines(await check(world));
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      status: 'awaited',
      check: 'the reader role lets the relay in',
      route: 'customer',
      remedy: {
        account: ACCOUNT_C,
        change: expect.stringContaining('on the relay\'s side it is "agreed-with-the-customer"'),
        statement: {
          Condition: {
            ArnEquals: { 'aws:PrincipalArn': [RELAY_ROLE_ARN, `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-replay`] },
            StringEquals: { 'sts:ExternalId': 'agreed-with-the-customer' },
          },
        },
      },
    });
  });
});
