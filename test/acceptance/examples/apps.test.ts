/** examples/cdk-app and examples/three-relays: each is synthesized in a folder of its own, deployed, and delivers a file along each route. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, readAssembly } from '../../../emulator/index.ts';
import { ACCOUNT_C } from '../../support/pulling.ts';
import { closeSound, eventually, REGION, type TwoAccounts, twoAccountsOf } from '../../support/two-accounts.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const PACKAGES = ['aws-cdk-lib', 'constructs'];

let folder: string;
let world: TwoAccounts;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-apps-'));
  const apps = await Promise.all(['cdk-app', 'three-relays'].map(synthesized));
  world = twoAccountsOf(await LocalCloud.start({ stacks: apps.flat() }));
});

afterAll(async () => {
  expect(world.cloud.deliveryFailures).toEqual([]);
  await closeSound(world);
  await rm(folder, { recursive: true });
});

/** As somebody who has installed the package has it, which is this checkout here. */
async function synthesized(name: string) {
  const copy = join(folder, name);
  const modules = join(copy, 'node_modules');
  await cp(join(REPOSITORY, 'examples', name), copy, { recursive: true });
  await mkdir(modules);
  await symlink(REPOSITORY, join(modules, 'upload-relay'), 'junction');
  for (const each of PACKAGES) await symlink(join(REPOSITORY, 'node_modules', each), join(modules, each), 'junction');
  const env = { ...process.env, CDK_OUTDIR: join(copy, 'cdk.out') };
  await promisify(execFile)(process.execPath, ['-C', 'upload-relay-source', 'app.ts'], { cwd: copy, env });
  return readAssembly(join(copy, 'cdk.out'));
}

async function expectFrom(
  s3: TwoAccounts['a']['s3'],
  Bucket: string,
  Key: string,
  there: [string, string],
  ask?: () => Promise<unknown>,
) {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: `carried from ${Bucket}` }));
  await ask?.();
  const [bucket, key] = there;
  const { Body } = await eventually(() => world.b.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
  expect(await Body!.transformToString()).toBe(`carried from ${Bucket}`);
}

/** The physical name of a bucket that CloudFormation has named. */
async function bucketOf(stack: string): Promise<string> {
  const { Buckets = [] } = await world.a.s3.send(new ListBucketsCommand({ Prefix: stack }));
  return Buckets[0]!.Name!;
}

test('a bucket of the app delivers, and so does the check', async () => {
  await expectFrom(world.a.s3, await bucketOf('uploads-'), 'a.txt', [
    'cdk-app-incoming-222222222222',
    'incoming/a.txt',
  ]);
  await world.invoke({}, 'upload-relay-canary');
  expect((await world.invoke({}, 'upload-relay-check')).payload).toMatchObject({ passed: true });
});

describe('of three relays in one stack', () => {
  const there = (key: string): [string, string] => ['three-relays-incoming-222222222222', key];

  test('one takes the bucket that it has made', () =>
    expectFrom(world.a.s3, 'three-relays-invoices-111111111111', 'may.pdf', there('invoices/may.pdf')));

  test('one takes a bucket of the app', async () =>
    expectFrom(world.a.s3, await bucketOf('relays-'), 'order.json', there('orders/order.json')));

  test('one pulls a customer’s', () => {
    const { s3 } = world.as(world.cloud.operator(ACCOUNT_C), REGION);
    const ask = () => world.invoke({ route: 'exports' }, 'exports-replay:live');
    return expectFrom(s3, 'three-relays-exports-333333333333', 'rows.csv', there('exports/rows.csv'), ask);
  });

  test.each(['invoices', 'orders', 'exports'])('%s passes its check', async (name) => {
    await world.invoke({}, `${name}-canary`);
    expect((await world.invoke({}, `${name}-check`)).payload).toMatchObject({ passed: true });
  });
});
