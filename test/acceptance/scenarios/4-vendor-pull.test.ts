/** The same company and vendor by pull mode: the vendor's relay fetches what is there, and nobody uploads anything to the vendor. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAssembly } from '../../../emulator/index.ts';
import { synthesize } from '../../../local/synth.ts';
import { ACCOUNT_A, ACCOUNT_B, LEDGER_TABLE, REGION, twoAccountsOf } from '../../support/two-accounts.ts';
import { assume, type Clients, roleArn, type Scenario, startScenario } from './scenario.ts';

const READER = roleArn(ACCOUNT_B, 'upload-relay-reader');
const FILES = { '2026/january.csv': 'a,b', '2026/februar +1.csv': 'c,d', 'empty.csv': '' };

/** What both teams keep in cdk.json. There is no source bucket: every route pulls. */
const RELAY = {
  source: { account: ACCOUNT_A, region: REGION, relayRoleName: 'upload-relay' },
  routes: [
    {
      name: 'company',
      pull: {
        account: ACCOUNT_B,
        region: REGION,
        bucket: 'reports-222222222222',
        readerRoleName: 'upload-relay-reader',
        externalId: 'vendor-7421',
      },
      destination: { account: ACCOUNT_A, region: REGION, bucket: 'vendor-111111111111', existingBucket: true },
      writerRoleName: 'upload-relay-writer',
      externalId: 'of-the-vendor-s-own',
    },
  ],
  relay: { replays: [{ name: 'company', schedule: 'rate(1 hour)', route: 'company' }] },
};

const folder = mkdtempSync(join(tmpdir(), 'upload-relay-vendor-'));
let scenario: Scenario;
let company: Clients;
let world: ReturnType<typeof twoAccountsOf>;

beforeAll(async () => {
  scenario = await startScenario('4-vendor', { templates: { vendor: ACCOUNT_A, company: ACCOUNT_B } });
  await synthesize(folder, RELAY);
  for (const stack of readAssembly(folder)) await scenario.cloud.deploy(stack);
  company = scenario.as(scenario.cloud.operator(ACCOUNT_B));
  for (const [Key, Body] of Object.entries(FILES)) await put(Key, Body);
  world = twoAccountsOf(scenario.cloud);
});

afterAll(async () => {
  expect(scenario.cloud.unexpectedErrors).toEqual([]);
  await scenario.close();
  rmSync(folder, { recursive: true });
});

const put = (Key: string, Body: string) =>
  company.s3.send(new PutObjectCommand({ Bucket: 'reports-222222222222', Key, Body }));

/** As a person would. */
async function replay(event: object): Promise<unknown> {
  const { payload } = await world.invoke(event, 'upload-relay-replay:live');
  await scenario.cloud.settled();
  return payload;
}

test('the company deploys one role, the vendor the rest', () => {
  expect(readAssembly(folder).map(({ name, account }) => [name, account])).toEqual(
    expect.arrayContaining([
      ['upload-relay-source', ACCOUNT_A],
      ['upload-relay-destination', ACCOUNT_A],
      ['upload-relay-reader', ACCOUNT_B],
    ]),
  );
});

test('everything lands in the vendor’s own bucket, with a receipt', async () => {
  expect(await replay({ route: 'company' })).toMatchObject({ scanned: 3, sent: 3 });
  for (const [Key, content] of Object.entries(FILES)) {
    const { Body } = await world.a.s3.send(new GetObjectCommand({ Bucket: 'vendor-111111111111', Key }));
    expect(await Body!.transformToString(), Key).toBe(content);
  }
  const { Items = [] } = await world.a.dynamodb.send(new ScanCommand({ TableName: LEDGER_TABLE }));
  // Beside the receipts, the table notes which roles have let the relay in.
  const receipts = Items.filter(({ id }) => !id!.S!.startsWith('#'));
  expect(receipts.map(({ status }) => status!.S)).toEqual(Object.keys(FILES).map(() => 'delivered'));
});

test('the next time only what is new comes', async () => {
  await put('2026/march.csv', 'e,f');
  expect(await replay({ route: 'company' })).toMatchObject({ scanned: 4, alreadyDelivered: 3, sent: 1 });
});

test('and so it does by itself, when its time has come', async () => {
  await put('2026/april.csv', 'g,h');
  const arn = `arn:aws:scheduler:${REGION}:${ACCOUNT_A}:schedule/upload-relay/company`;
  const outcome = await scenario.cloud.scheduler.fire(arn);
  expect(JSON.parse(outcome!.payload)).toMatchObject({ status: 'done', scanned: 5, alreadyDelivered: 4, sent: 1 });
  await scenario.cloud.settled();
  const there = { Bucket: 'vendor-111111111111', Key: '2026/april.csv' };
  expect(await (await world.a.s3.send(new GetObjectCommand(there))).Body!.transformToString()).toBe('g,h');
});

test('without the route’s name there is nothing to look through', async () => {
  expect(await replay({})).toMatchObject({
    errorType: 'UnknownRoute',
    errorMessage: 'This relay has no bucket of its own, so the route must be named; the routes are "company".',
  });
});

describe('through the role the vendor may list and read, and nothing else', () => {
  const there = { Bucket: 'reports-222222222222', Key: 'empty.csv' };
  const asReader = async (): Promise<S3Client> => {
    const relay = scenario.cloud.sts.assumeRoleAsService({
      roleArn: roleArn(ACCOUNT_A, 'upload-relay'),
      service: 'lambda.amazonaws.com',
      sessionName: 'test',
      durationSeconds: 3600,
    });
    const { accessKeyId, secretAccessKey, sessionToken } = relay;
    const as = scenario.as({ accessKeyId, secretAccessKey, sessionToken: sessionToken! });
    return scenario.as((await assume(as, READER, { ExternalId: 'vendor-7421' })).keys).s3;
  };

  test.each<[string, (s3: S3Client) => Promise<unknown>]>([
    ['put', (s3) => s3.send(new PutObjectCommand({ ...there, Body: 'x' }))],
    ['delete', (s3) => s3.send(new DeleteObjectCommand(there))],
    ['read an older version', (s3) => s3.send(new GetObjectCommand({ ...there, VersionId: 'null' }))],
    ['list buckets', (s3) => s3.send(new ListBucketsCommand({}))],
  ])('not %s', async (_, act) => {
    const s3 = await asReader();
    await s3.send(new ListObjectsV2Command({ Bucket: there.Bucket }));
    await s3.send(new GetObjectCommand(there));
    await expect(act(s3)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('the vendor’s own user cannot become the relay’s reader', async () => {
    const importer = scenario.as(scenario.keysOf('importer'));
    const denied = assume(importer, READER, { ExternalId: 'vendor-7421' });
    await expect(denied).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
