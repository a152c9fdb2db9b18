/** What somebody can do who has got hold of a session, and for how long. */
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { LocalCloud, readAssembly } from '../../emulator/index.ts';
import { assumeWriter, lambdaKeys } from '../support/sessions.ts';
import {
  type AwsClients,
  DESTINATION_BUCKET,
  PREFIX,
  RELAY_ROLE_ARN,
  type TwoAccounts,
  twoAccountsOf,
  WRITER_ROLE_ARN,
} from '../support/two-accounts.ts';

const HOUR_MS = 3_600_000;
const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}report.csv` };
let ahead = 0;
let world: TwoAccounts;
let stolen: AwsClients;

beforeAll(async () => {
  const cloud = await LocalCloud.start({ stacks: readAssembly(inject('assembly')), clock: () => Date.now() + ahead });
  world = twoAccountsOf(cloud);
  stolen = world.as(await assumeWriter(world.as(lambdaKeys(world, RELAY_ROLE_ARN))));
  await world.b.s3.send(new PutObjectCommand({ ...there, Body: 'genuine' }));
});

afterAll(() => world.close());

describe('a stolen session of the writer', () => {
  test('overwrites, but the genuine version is still there', async () => {
    await stolen.s3.send(new PutObjectCommand({ ...there, Body: 'forged' }));
    const listing = new ListObjectVersionsCommand({ Bucket: there.Bucket, Prefix: there.Key });
    const { Versions = [] } = await world.b.s3.send(listing);
    expect(Versions).toHaveLength(2);
    const { VersionId } = Versions.find(({ IsLatest }) => !IsLatest)!;
    const { Body } = await world.b.s3.send(new GetObjectCommand({ ...there, VersionId }));
    expect(await Body!.transformToString()).toBe('genuine');
  });

  test('does not get at what it has overwritten', async () => {
    await expect(stolen.s3.send(new GetObjectCommand(there))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('leads to no other session, not even to a longer one of its own', async () => {
    const again = new AssumeRoleCommand({ RoleArn: WRITER_ROLE_ARN, RoleSessionName: 'again' });
    await expect(stolen.sts.send(again)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('is worth nothing after an hour', async () => {
    ahead = HOUR_MS - 60_000;
    await stolen.s3.send(new PutObjectCommand({ ...there, Body: 'x' }));
    ahead = HOUR_MS + 60_000;
    const late = stolen.s3.send(new PutObjectCommand({ ...there, Body: 'x' }));
    await expect(late).rejects.toMatchObject({ name: 'ExpiredToken' });
    await world.b.s3.send(new HeadObjectCommand(there));
  });

  test('is worth nothing at once when account B takes the grant away', async () => {
    const { directory } = world.cloud;
    const writer = world.as(await assumeWriter(world.as(lambdaKeys(world, RELAY_ROLE_ARN))));
    await writer.s3.send(new PutObjectCommand({ ...there, Body: 'x' }));
    for (const { name } of directory.findRoleByArn(WRITER_ROLE_ARN)!.policies) {
      directory.removeRolePolicy(WRITER_ROLE_ARN, name);
    }
    const late = writer.s3.send(new PutObjectCommand({ ...there, Body: 'x' }));
    await expect(late).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
