/** KMS itself, and what S3 tells it when it asks on somebody's behalf. */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, type Statement, templateStack } from '../../../emulator/index.ts';
import { keyStack } from '../../support/key-stack.ts';
import { askKms } from '../../support/kms.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  type AwsClients,
  REGION,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const Plaintext = Buffer.from('secret').toString('base64');
const BUCKETS = { keyed: true, unkeyed: false };
const REFUSED = { name: 'AccessDeniedException' };
let world: TwoAccounts;
let keyArn: string;
let users = 0;

beforeAll(async () => {
  const cloud = await LocalCloud.start({ stacks: [keyStack(ACCOUNT_A), keyStack(ACCOUNT_B)] });
  world = twoAccountsOf(cloud);
  keyArn = cloud.outputs('keys', ACCOUNT_A)['KeyArn']!;
  const encryption = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn };
  const bucket = ([BucketName, BucketKeyEnabled]: [string, boolean]) => ({
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: encryption, BucketKeyEnabled }],
      },
    },
  });
  const Resources = Object.fromEntries(Object.entries(BUCKETS).map((each) => [each[0], bucket(each)]));
  await cloud.deploy(templateStack({ account: ACCOUNT_A, region: REGION, name: 'buckets', template: { Resources } }));
});

afterEach(() => expect(world.cloud.unexpectedErrors).toEqual([]));

afterAll(() => world.close());

/** A user of account A who may do anything with S3, and with KMS what the condition lets through. */
function user(Condition: Statement['Condition'] = {}): AwsClients {
  const { directory } = world.cloud;
  const name = `user-${++users}`;
  const Statement: Statement[] = [
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    { Effect: 'Allow', Action: 'kms:*', Resource: keyArn, Condition },
  ];
  const document = { Version: '2012-10-17' as const, Statement };
  directory.addUser({ account: ACCOUNT_A, name, policies: [{ name: 'rights', document }] });
  return world.as(directory.addAccessKey(ACCOUNT_A, name));
}

describe('KMS', () => {
  test('a ciphertext opens with its encryption context, in any order, and with no other', async () => {
    const EncryptionContext = { a: '1', b: '2' };
    const { CiphertextBlob, KeyId } = await askKms(world.a, 'Encrypt', { KeyId: keyArn, Plaintext, EncryptionContext });
    expect(KeyId).toBe(keyArn);
    const opened = await askKms(world.a, 'Decrypt', { CiphertextBlob, EncryptionContext: { b: '2', a: '1' } });
    expect(opened.Plaintext).toBe(Plaintext);
    for (const other of [{}, { a: '1' }, { ...EncryptionContext, b: '3' }]) {
      const decrypted = askKms(world.a, 'Decrypt', { CiphertextBlob, EncryptionContext: other });
      await expect(decrypted).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    }
  });

  test('a key that is turned off does nothing, for nobody, until it is turned on', async () => {
    const { CiphertextBlob } = await askKms(world.a, 'Encrypt', { KeyId: keyArn, Plaintext });
    await world.a.s3.send(new PutObjectCommand({ Bucket: 'keyed', Key: 'off', Body: 'x' }));
    await askKms(world.a, 'DisableKey', { KeyId: keyArn });
    const disabled = { name: 'DisabledException', message: `${keyArn} is disabled.` };
    await expect(askKms(world.a, 'Decrypt', { CiphertextBlob })).rejects.toMatchObject(disabled);
    const read = () => world.a.s3.send(new GetObjectCommand({ Bucket: 'keyed', Key: 'off' }));
    await expect(read()).rejects.toMatchObject({ ...disabled, name: 'KMS.DisabledException' });
    await askKms(world.a, 'EnableKey', { KeyId: keyArn });
    await read();
    expect((await askKms(world.a, 'Decrypt', { CiphertextBlob })).Plaintext).toBe(Plaintext);
  });

  test('a key is turned off by nobody who may only use it, and not by an alias', async () => {
    const userOnly = user({ StringEquals: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' } });
    await askKms(userOnly, 'Encrypt', { KeyId: keyArn, Plaintext });
    await expect(askKms(userOnly, 'DisableKey', { KeyId: keyArn })).rejects.toMatchObject(REFUSED);
    const byAlias = askKms(world.a, 'DisableKey', { KeyId: 'alias/any' });
    await expect(byAlias).rejects.toMatchObject({ name: 'InvalidArnException' });
  });

  test('a data key comes with its ciphertext', async () => {
    for (const [size, bytes] of [
      [{ KeySpec: 'AES_256' }, 32],
      [{ NumberOfBytes: 7 }, 7],
    ] as const) {
      const made = await askKms(world.a, 'GenerateDataKey', { KeyId: keyArn, ...size });
      expect(Buffer.from(made.Plaintext, 'base64')).toHaveLength(bytes);
      const { CiphertextBlob } = made;
      expect((await askKms(world.a, 'Decrypt', { CiphertextBlob })).Plaintext).toBe(made.Plaintext);
    }
  });

  test.each<[string, Parameters<typeof askKms>[1], object, string]>([
    ['an unknown operation', 'CreateKey', {}, 'UnknownOperationException'],
    ['an unknown key', 'Encrypt', { KeyId: 'alias/none', Plaintext }, 'NotFoundException'],
    ['an unknown parameter', 'Encrypt', { KeyId: 'k', Plaintext, GrantTokens: [] }, 'ValidationException'],
    ['too much plaintext', 'Encrypt', { KeyId: 'k', Plaintext: 'A'.repeat(6000) }, 'ValidationException'],
    [
      'a context whose names differ by case only',
      'Encrypt',
      { KeyId: 'k', Plaintext, EncryptionContext: { 'aws:s3:arn': 'a', 'AWS:S3:ARN': 'b' } },
      'ValidationException',
    ],
    ['what is no ciphertext', 'Decrypt', { CiphertextBlob: Plaintext }, 'InvalidCiphertextException'],
  ])('%s is refused by name', async (_, operation, input, name) => {
    await expect(askKms(world.a, operation, input)).rejects.toMatchObject({ name });
  });

  test('another account needs its own right and the key’s', async () => {
    const asB = askKms(world.b, 'Encrypt', { KeyId: keyArn, Plaintext });
    await expect(asB).rejects.toMatchObject(REFUSED);
    const KeyId = world.cloud.outputs('keys', ACCOUNT_B)['KeyArn']!;
    const { CiphertextBlob } = await askKms(world.b, 'Encrypt', { KeyId, Plaintext });
    await expect(askKms(world.a, 'Decrypt', { CiphertextBlob })).rejects.toMatchObject(REFUSED);
    const named = askKms(world.b, 'Decrypt', { CiphertextBlob, KeyId: keyArn });
    await expect(named).rejects.toMatchObject({ name: 'IncorrectKeyException' });
  });

  test('whoever asks it himself comes through no service, whatever context he names', async () => {
    const EncryptionContext = { 'aws:s3:arn': 'arn:aws:s3:::keyed' };
    const input = { KeyId: keyArn, Plaintext, EncryptionContext };
    const throughS3 = user({ StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } });
    await expect(askKms(throughS3, 'Encrypt', input)).rejects.toMatchObject(REFUSED);
    const viaService = user({ Bool: { 'aws:ViaAWSService': 'true' } });
    await expect(askKms(viaService, 'Encrypt', input)).rejects.toMatchObject(REFUSED);
    const byContext = user({ StringEquals: { 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::keyed' } });
    await askKms(byContext, 'Encrypt', input);
    await expect(askKms(byContext, 'Encrypt', { KeyId: keyArn, Plaintext })).rejects.toMatchObject(REFUSED);
  });
});

describe('S3, asking KMS on somebody’s behalf', () => {
  const arn = (Bucket: string) => `arn:aws:s3:::${Bucket}${Bucket === 'keyed' ? '' : '/k'}`;
  const put = ({ s3 }: AwsClients, Bucket: string, change: { BucketKeyEnabled?: boolean } = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...change }));

  test.each(Object.keys(BUCKETS))('says so, and for whom: bucket %s', async (Bucket) => {
    const who = user({
      StringEquals: {
        'kms:ViaService': `s3.${REGION}.amazonaws.com`,
        'kms:CallerAccount': ACCOUNT_A,
        'kms:EncryptionContext:aws:s3:arn': arn(Bucket),
      },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'aws:s3:arn' },
      Bool: { 'aws:ViaAWSService': 'true' },
    });
    expect((await put(who, Bucket)).BucketKeyEnabled ?? false).toBe(Bucket === 'keyed');
    await who.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  });

  test('names the bucket where the object has the bucket’s key, and otherwise the object', async () => {
    for (const [Bucket, other] of [
      ['keyed', 'unkeyed'],
      ['unkeyed', 'keyed'],
    ] as const) {
      const context = BUCKETS[other] ? `arn:aws:s3:::${Bucket}` : `arn:aws:s3:::${Bucket}/k`;
      const who = user({ StringEquals: { 'kms:EncryptionContext:aws:s3:arn': context } });
      await expect(put(who, Bucket)).rejects.toMatchObject({ name: 'AccessDenied' });
      // The request decides for its object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-bucket-key-object.html
      await put(who, Bucket, { BucketKeyEnabled: BUCKETS[other] });
      await who.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    }
  });
});
