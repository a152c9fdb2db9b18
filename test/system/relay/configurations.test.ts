/** Configurations other than the committed one, synthesized and run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectTaggingCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, readAssembly, templateStack } from '../../../emulator/index.ts';
import { synthesize } from '../../../local/synth.ts';
import { keyStack } from '../../support/key-stack.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  REGION,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const ACCOUNT_C = '333333333333';

describe('deployed in the other order', () => {
  test.each([
    ['Source first', 'Source'],
    ['Destination first', 'Destination'],
  ])('%s', async (_, first) => {
    const world = await startTwoAccounts({
      change: (stacks) =>
        stacks.sort(
          (a, b) => Number(b.name.endsWith(first.toLowerCase())) - Number(a.name.endsWith(first.toLowerCase())),
        ),
    });
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'x', Body: 'x' }));
    await eventually(() => world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}x` })));
    await world.close();
  });
});

describe('an existing source bucket, KMS on both sides, and a second route with tags and a storage class', () => {
  let assembly: string;
  let world: TwoAccounts;
  let cloud: LocalCloud;

  beforeAll(async () => {
    assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
    cloud = await LocalCloud.start({
      stacks: [keyStack(ACCOUNT_A), keyStack(ACCOUNT_B)],
      accountsWithOperator: [ACCOUNT_A, ACCOUNT_B, ACCOUNT_C],
    });
    const keyArn = (account: string) => cloud.outputs('keys', account)['KeyArn']!;
    await cloud.deploy(existingSource(keyArn(ACCOUNT_A)));

    const context = committedContext();
    Object.assign(context.source, { existingBucket: true, kmsKeyArn: keyArn(ACCOUNT_A) });
    const [main] = context.routes;
    main!.destination.kmsKeyArn = keyArn(ACCOUNT_B);
    context.routes.push({
      name: 'archive',
      filter: { prefix: 'keep/', suffix: '.csv' },
      destination: { account: ACCOUNT_C, region: REGION, bucket: 'archive-333333333333', prefix: '' },
      writerRoleName: 'archive-writer',
      externalId: 'another-external-id',
      storageClass: 'STANDARD_IA',
      copyTags: true,
    });
    await synthesize(assembly, context);
    for (const stack of readAssembly(assembly)) await cloud.deploy(stack);
    world = twoAccountsOf(cloud);
  });

  afterAll(async () => {
    expect(cloud.unexpectedErrors).toEqual([]);
    expect(cloud.deliveryFailures).toEqual([]);
    await cloud.close();
    await rm(assembly, { recursive: true });
  });

  const putAndHead = async (key: string) => {
    await world.a.s3.send(
      new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'a,b', Tagging: 'class=secret&two=a%20b' }),
    );
    return eventually(() => world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key })));
  };

  test('an upload comes in through EventBridge and is stored under account B’s key', async () => {
    const head = await putAndHead('1+1 = 2 %2B.txt');
    expect(head).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: cloud.outputs('keys', ACCOUNT_B)['KeyArn'],
    });
  });

  test('a large object as well: a multipart upload under KMS needs Decrypt', async () => {
    await world.a.s3.send(
      new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'large', Body: Buffer.alloc(9 * 1024 ** 2) }),
    );
    await eventually(() =>
      world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}large` })),
    );
  });

  test('one object goes along every route that takes it, with what that route says', async () => {
    await putAndHead('keep/this.csv');
    const c = world.as(cloud.operator(ACCOUNT_C)).s3;
    const there = { Bucket: 'archive-333333333333', Key: 'keep/this.csv' };
    expect(await eventually(() => c.send(new HeadObjectCommand(there)))).toMatchObject({ StorageClass: 'STANDARD_IA' });
    const { TagSet } = await c.send(new GetObjectTaggingCommand(there));
    expect(TagSet?.toSorted((x, y) => x.Key!.localeCompare(y.Key!))).toEqual([
      { Key: 'class', Value: 'secret' },
      { Key: 'two', Value: 'a b' },
    ]);
  });

  test('tags stay behind where the route doesn’t ask for them', async () => {
    await putAndHead('untagged.txt');
    const { TagSet } = await world.b.s3.send(
      new GetObjectTaggingCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}untagged.txt` }),
    );
    expect(TagSet).toEqual([]);
  });

  test('a filter keeps out what does not match', async () => {
    await putAndHead('keep/that.txt');
    const { payload } = await world.invoke({ key: 'keep/that.txt' });
    expect((payload as { receipts: { route: string }[] }).receipts.map(({ route }) => route)).toEqual(['main']);
  });
});

describe('a mistake in cdk.json', () => {
  test('stops the synth with one sentence that names the field, and no stack trace', async () => {
    const context = committedContext();
    context.routes[0]!.externalId = 'x';
    await expect(synthesize('/tmp/never-written', context)).rejects.toMatchObject({
      name: 'UserError',
      message:
        'cdk.json: field "relay.routes.0.externalId" is "x": must be 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / - as STS takes them.',
    });
  });
});

/** A bucket that somebody else made, with EventBridge turned on. */
function existingSource(keyArn: string) {
  return templateStack({
    account: ACCOUNT_A,
    region: REGION,
    name: 'somebody-elses',
    template: {
      Resources: {
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            BucketName: SOURCE_BUCKET,
            NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
            BucketEncryption: {
              ServerSideEncryptionConfiguration: [
                { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn } },
              ],
            },
          },
        },
      },
    },
  });
}
