/** The relay in partitions other than `aws`: synthesized for their regions, deployed there, and run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, readAssembly, type StackInput } from '../../../emulator/index.ts';
import { synthesize } from '../../../local/synth.ts';
import { expectToCross } from '../../support/crossing.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  closeSound,
  EXTERNAL_ID,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

interface Case {
  partition: string;
  source: string;
  destination: string;
}

describe.each<Case>([
  { partition: 'aws-us-gov', source: 'us-gov-west-1', destination: 'us-gov-east-1' },
  { partition: 'aws-cn', source: 'cn-north-1', destination: 'cn-northwest-1' },
  { partition: 'aws-iso', source: 'us-iso-east-1', destination: 'us-iso-east-1' },
  { partition: 'aws-eusc', source: 'eusc-de-east-1', destination: 'eusc-de-east-1' },
])('$partition, from $source to $destination', ({ partition, source, destination }) => {
  let assembly: string;
  let stacks: StackInput[];
  let world: TwoAccounts;

  beforeAll(async () => {
    assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
    const context = committedContext();
    context.source.region = source;
    context.routes[0]!.destination.region = destination;
    await synthesize(assembly, context);
    stacks = readAssembly(assembly);
    world = twoAccountsOf(await LocalCloud.start({ stacks }), { a: source, b: destination });
  });

  afterAll(async () => {
    expect(world.cloud.deliveryFailures).toEqual([]);
    await closeSound(world);
    await rm(assembly, { recursive: true });
  });

  test('a file dropped into account A turns up in account B', async () => {
    await expectToCross(world, SOURCE_BUCKET, 'x');
  });

  test('no ARN of another partition stands in a template', () => {
    const others = JSON.stringify(stacks.map(({ template }) => template)).matchAll(/arn:(aws[a-z-]*):/g);
    expect([...new Set([...others].map(([, named]) => named))].filter((named) => named !== partition)).toEqual([]);
  });

  test('everybody has an ARN of the partition', async () => {
    const { Arn } = await world.a.sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:${partition}:iam::${ACCOUNT_A}:user/operator`);
  });

  test('the check finds nothing to complain about', async () => {
    const { payload } = await world.invoke({}, 'upload-relay-check');
    expect(payload).toMatchObject({ passed: true });
  });

  test('the role is not to be had under the name that it would have in another partition', async () => {
    const assume = world.a.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${ACCOUNT_B}:role/upload-relay-writer`,
        RoleSessionName: 'intruder',
        ExternalId: EXTERNAL_ID,
      }),
    );
    await expect(assume).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:${partition}:iam::${ACCOUNT_A}:user/operator is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${ACCOUNT_B}:role/upload-relay-writer`,
    });
  });

  test('keys of this partition are unknown in another', async () => {
    const elsewhere = world.as(world.cloud.operator(ACCOUNT_A), 'us-east-1');
    await expect(elsewhere.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    const head = elsewhere.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'y', Body: 'y' }));
    await expect(head).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
  });
});
