/** What a stolen session can do with the KMS key of the bucket that it writes or reads. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, listOf, readAssembly } from '../../emulator/index.ts';
import { sessionPolicy } from '../../functions/aws/session-policy.ts';
import type { Route } from '../../functions/core/route.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import { synthesize } from '../../local/synth.ts';
import { keyStack } from '../support/key-stack.ts';
import { askKms } from '../support/kms.ts';
import { assumeWriter, lambdaKeys } from '../support/sessions.ts';
import { sharedKeyBucket, sharedKeyStack } from '../support/shared-key.ts';
import { committedContext } from '../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  type AwsClients,
  DESTINATION_BUCKET,
  PREFIX,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../support/two-accounts.ts';

const SECRET = Buffer.from('a password').toString('base64');
const REFUSED_BY_KMS = { name: 'AccessDeniedException' };
const THIEVES = [
  'the writer’s session',
  'the writer, become with a stolen session of the relay',
  'the relay’s session',
];

let world: TwoAccounts;
let assembly: string;
let route: Route;
const thieves = new Map<string, AwsClients>();

beforeAll(async () => {
  const cloud = await LocalCloud.start({ stacks: [keyStack(ACCOUNT_A), keyStack(ACCOUNT_B)] });
  world = twoAccountsOf(cloud);
  const context = committedContext();
  context.source['kmsKeyArn'] = keyOf(ACCOUNT_A);
  context.routes[0]!.destination['kmsKeyArn'] = keyOf(ACCOUNT_B);
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-keys-'));
  await synthesize(assembly, context);
  const others = [ACCOUNT_A, ACCOUNT_B].map((account) => sharedKeyStack(account, keyOf(account)));
  for (const stack of [...readAssembly(assembly), ...others]) await cloud.deploy(stack);
  route = runtimeRoute(parseConfig(context).routes[0]!);
  const relay = world.as(lambdaKeys(world, RELAY_ROLE_ARN));
  const confined = await assumeWriter(relay, { Policy: sessionPolicy(route) });
  const byItself = await assumeWriter(relay);
  for (const [index, clients] of [world.as(confined), world.as(byItself), relay].entries()) {
    thieves.set(THIEVES[index]!, clients);
  }
  await world.a.s3.send(new PutObjectCommand({ Bucket: sharedKeyBucket(ACCOUNT_A), Key: 'k', Body: 'secret' }));
  await world.b.s3.send(new PutObjectCommand({ Bucket: sharedKeyBucket(ACCOUNT_B), Key: 'k', Body: 'secret' }));
});

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
  await rm(assembly, { recursive: true });
});

describe.each(THIEVES)('%s', (thief) => {
  const account = thief === 'the relay’s session' ? ACCOUNT_A : ACCOUNT_B;
  const bucket = thief === 'the relay’s session' ? SOURCE_BUCKET : DESTINATION_BUCKET;
  const owner = () => (account === ACCOUNT_A ? world.a : world.b);
  const contexts = {
    'without a context': {},
    'with a context of its own': { purpose: 'passwords' },
    'with the bucket as its context': { 'aws:s3:arn': `arn:aws:s3:::${bucket}` },
    'with an object as its context': { 'aws:s3:arn': `arn:aws:s3:::${bucket}/${PREFIX}k` },
  };

  test.each(Object.entries(contexts))('decrypts no secret that the key protects: %s', async (_, EncryptionContext) => {
    const KeyId = keyOf(account);
    const secret = { KeyId, Plaintext: SECRET, EncryptionContext };
    const { CiphertextBlob } = await askKms(owner(), 'Encrypt', secret);
    const input = { CiphertextBlob, EncryptionContext };
    expect((await askKms(owner(), 'Decrypt', input)).Plaintext).toBe(SECRET);
    await expect(askKms(thieves.get(thief)!, 'Decrypt', input)).rejects.toMatchObject(REFUSED_BY_KMS);
    const dataKey = askKms(thieves.get(thief)!, 'GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext });
    await expect(dataKey).rejects.toMatchObject(REFUSED_BY_KMS);
  });

  test('gets at no other bucket under the key, although that bucket lets it in', async () => {
    const { s3 } = thieves.get(thief)!;
    const there = { Bucket: sharedKeyBucket(account), Key: 'k' };
    await owner().s3.send(new GetObjectCommand(there));
    await expect(s3.send(new GetObjectCommand(there))).rejects.toMatchObject({ name: 'AccessDenied' });
    const put = new PutObjectCommand({ ...there, Key: 'other', Body: 'x' });
    await expect(s3.send(put)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

test.each(THIEVES.slice(0, 2))(
  '%s still puts objects, in parts too, with the bucket’s key or without',
  async (thief) => {
    const { s3 } = thieves.get(thief)!;
    for (const BucketKeyEnabled of [true, false]) {
      const object = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}k`, BucketKeyEnabled };
      await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object));
      const part = { Bucket: object.Bucket, Key: object.Key, UploadId };
      const { ETag } = await s3.send(new UploadPartCommand({ ...part, PartNumber: 1, Body: 'x' }));
      const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
      await s3.send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload }));
    }
  },
);

test('the writer gets at nothing beside the prefix, even where the bucket lets it read, unless that lies under the bucket’s key', async () => {
  const { settings } = world.cloud.s3.bucket(DESTINATION_BUCKET);
  const opened = {
    Effect: 'Allow' as const,
    Principal: '*' as const,
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${DESTINATION_BUCKET}/*`,
    Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT_B } },
  };
  settings.policy!.Statement = [...listOf(settings.policy!.Statement), opened];
  const { s3 } = thieves.get(THIEVES[1]!)!;
  const get = async (Key: string, BucketKeyEnabled: boolean) => {
    const object = { Bucket: DESTINATION_BUCKET, Key };
    await world.b.s3.send(new PutObjectCommand({ ...object, Body: 'x', BucketKeyEnabled }));
    await s3.send(new GetObjectCommand(object));
  };
  await get(`${PREFIX}k`, false);
  const beside = get('payroll/k', false);
  await expect(beside).rejects.toMatchObject({ message: expect.stringContaining('kms:Decrypt') });
  // KMS hears of the bucket only, so that here the policies of S3 stand alone.
  await get('payroll/k', true);
});

test('what the relay may do, it still does: with a bucket’s key or without, on either side', async () => {
  for (const BucketKeyEnabled of [true, false]) {
    const key = `k-${BucketKeyEnabled}`;
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'x', BucketKeyEnabled }));
    const { payload } = await world.invoke({ key });
    expect(payload).toMatchObject({ receipts: [{ status: 'delivered' }] });
  }
});

function keyOf(account: string): string {
  return world.cloud.outputs('keys', account)['KeyArn']!;
}
