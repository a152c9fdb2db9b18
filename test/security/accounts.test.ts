/** Names that somebody else takes over: buckets and roles that were deleted and made again. */
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { templateStack } from '../../emulator/index.ts';
import { assumeWriter, lambdaKeys } from '../support/sessions.ts';
import {
  ACCOUNT_A,
  DESTINATION_BUCKET,
  PREFIX,
  REGION,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  WRITER_ROLE_ARN,
} from '../support/two-accounts.ts';

const STRANGER = '666666666666';
let world: TwoAccounts;
afterEach(() => world.close());

/** A bucket of a third account, open to everybody who is allowed by their own account. */
function welcoming(bucket: string) {
  const Statement = [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    },
  ];
  const access = {
    BlockPublicAcls: true,
    BlockPublicPolicy: false,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: false,
  };
  return templateStack({
    account: STRANGER,
    region: REGION,
    name: 'sniper',
    template: {
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: bucket, PublicAccessBlockConfiguration: access } },
        Policy: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: { Version: '2012-10-17', Statement } },
        },
      },
    },
  });
}

/** As if the bucket had been deleted, and its name taken by somebody before anybody noticed. */
function startWithSniped(bucket: string): Promise<TwoAccounts> {
  return startTwoAccounts({
    change: (stacks) => {
      for (const { template } of stacks) {
        const resources = Object.entries(template.Resources);
        const own = resources.find(([, { Properties }]) => Properties?.['BucketName'] === bucket);
        const policy = resources.find(([, { Type }]) => Type === 'AWS::S3::BucketPolicy');
        for (const gone of own ? [own, policy!] : []) delete template.Resources[gone[0]];
      }
    },
    last: [welcoming(bucket)],
  });
}

describe('a bucket whose name a stranger has taken', () => {
  test('as destination gets nothing, although it would let the writer in', async () => {
    world = await startWithSniped(DESTINATION_BUCKET);
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'secret', Body: 'x' }));
    const { payload } = await world.invoke({ key: 'secret' });
    expect(payload).toMatchObject({ errorType: 'DestinationDenied' });
    const stranger = world.as(world.cloud.operator(STRANGER));
    const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}secret` };
    await expect(stranger.s3.send(new HeadObjectCommand(there))).rejects.toMatchObject({ name: 'NotFound' });
    // The grants alone would have let it happen.
    const writer = world.as(await assumeWriter(world.as(lambdaKeys(world, RELAY_ROLE_ARN))));
    await writer.s3.send(new PutObjectCommand({ ...there, Body: 'x' }));
  });

  test('as source delivers nothing', async () => {
    world = await startWithSniped(SOURCE_BUCKET);
    const stranger = world.as(world.cloud.operator(STRANGER));
    await stranger.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'planted', Body: 'x' }));
    const { payload } = await world.invoke({ key: 'planted' });
    expect(payload).toMatchObject({ errorType: 'SourceDenied' });
    const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}planted` };
    await expect(world.b.s3.send(new HeadObjectCommand(there))).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('a role that is deleted and made again', () => {
  /** The same role, with another unique id. */
  const madeAgain = (arn: string) => {
    const { directory } = world.cloud;
    const { account, name, trust, policies, maxSessionDurationSeconds, roleId } = directory.findRoleByArn(arn)!;
    directory.removeRole(arn);
    const again = directory.addRole({ account, name, trust, policies, maxSessionDurationSeconds });
    expect(again.roleId).not.toBe(roleId);
  };

  test('the relay’s is still the one that the writer trusts', async () => {
    world = await startTwoAccounts();
    madeAgain(RELAY_ROLE_ARN);
    await assumeWriter(world.as(lambdaKeys(world, RELAY_ROLE_ARN)));
  });

  test('the writer’s is found by the relay, and its old sessions are worth nothing', async () => {
    world = await startTwoAccounts();
    const relay = world.as(lambdaKeys(world, RELAY_ROLE_ARN));
    const old = world.as(await assumeWriter(relay));
    madeAgain(WRITER_ROLE_ARN);
    const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}x`, Body: 'x' };
    await expect(old.s3.send(new PutObjectCommand(there))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    await world.as(await assumeWriter(relay)).s3.send(new PutObjectCommand(there));
  });

  test('the relay’s, without its policies, can do nothing by its name alone', async () => {
    world = await startTwoAccounts();
    const { directory } = world.cloud;
    const { trust } = directory.findRoleByArn(RELAY_ROLE_ARN)!;
    directory.removeRole(RELAY_ROLE_ARN);
    directory.addRole({ account: ACCOUNT_A, name: 'upload-relay', trust });
    const impostor = world.as(lambdaKeys(world, RELAY_ROLE_ARN));
    await expect(assumeWriter(impostor)).rejects.toMatchObject({ name: 'AccessDenied' });
    const read = new GetObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'x' });
    await expect(impostor.s3.send(read)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
