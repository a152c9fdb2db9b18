/** What must hold of the KMS keys on either side: see `checks.ts`. */
import { randomUUID } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { askKms } from '../support/kms.ts';
import { ACCOUNT_C, CUSTOMER_BUCKET } from '../support/pulling.ts';
import { sharedKeyBucket } from '../support/shared-key.ts';
import { ACCOUNT_A, ACCOUNT_B, type AwsClients, DESTINATION_BUCKET, SOURCE_BUCKET } from '../support/two-accounts.ts';
import { type Check, isDelivered, isRefused } from './check.ts';
import { keyOf } from './encrypted-buckets.ts';
import type { Place } from './places.ts';
import { type ProofWorld, PULLED_PREFIX } from './proof-world.ts';
import { reportBucket } from './report-bucket.ts';

/** The bucket of each account that the relay's keys are for. */
const BUCKETS: Record<string, string> = {
  [ACCOUNT_A]: SOURCE_BUCKET,
  [ACCOUNT_B]: DESTINATION_BUCKET,
  [ACCOUNT_C]: CUSTOMER_BUCKET,
};

const KEY_STATEMENTS = /^upload-relay[\w-]*: (De|En)crypt\w+$/;

/** What a thief must not be able to do with any key. */
export const THIEFS_CHECKS: readonly Check[] = [
  {
    name: 'a thief of the role’s session cannot use the key without S3',
    guards: KEY_STATEMENTS,
    holds: (world, place) => usesNoKeyDirectly(world, place, thief(world, place)),
  },
  {
    name: 'a thief of the role’s session gets at no other bucket under the key, although that bucket lets it in',
    guards: KEY_STATEMENTS,
    holds: (world, place) => reachesNoOtherBucket(place, thief(world, place)),
  },
];

export const KEY_CHECKS: readonly Check[] = [
  ...THIEFS_CHECKS,
  {
    name: 'a file is delivered, from under a bucket key or not and to under one or not',
    guards: /^upload-relay: DecryptObjects$|^upload-relay-writer: EncryptObjects$/,
    holds: async (world) => {
      const { encryption } = world.cloud.s3.bucket(DESTINATION_BUCKET).settings;
      for (const BucketKeyEnabled of [true, false]) {
        const key = `key-${randomUUID()}`;
        await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'x', BucketKeyEnabled }));
        Object.assign(encryption!, { bucketKeyEnabled: BucketKeyEnabled });
        const delivered = isDelivered(await world.invoke({ key }));
        Object.assign(encryption!, { bucketKeyEnabled: true });
        if (!delivered) return false;
      }
      return true;
    },
  },
  {
    name: 'a file is pulled, from under a bucket key or not',
    guards: /^upload-relay-reader: DecryptObjects$/,
    holds: async (world) => {
      const customer = world.as(world.cloud.operator(ACCOUNT_C));
      for (const BucketKeyEnabled of [true, false]) {
        const key = `${PULLED_PREFIX}key-${randomUUID()}`;
        const object = { Bucket: CUSTOMER_BUCKET, Key: key, Body: 'x', BucketKeyEnabled };
        await customer.s3.send(new PutObjectCommand(object));
        if (!isDelivered(await world.invoke({ key, route: 'customer' }))) return false;
      }
      return true;
    },
  },
];

/** Neither for what the owner encrypted in the way S3 does, nor for more. */
export async function usesNoKeyDirectly(world: ProofWorld, place: Place, clients: AwsClients): Promise<boolean> {
  const account = accountOf(place);
  const KeyId = keyOf(world.cloud, account)!;
  const bucket = place.name === 'upload-relay-replay' ? reportBucket(world.cloud) : BUCKETS[account];
  const EncryptionContext = { 'aws:s3:arn': `arn:aws:s3:::${bucket}` };
  const owner = world.as(world.cloud.operator(account));
  const { CiphertextBlob } = await askKms(owner, 'GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext });
  const tried = [
    askKms(clients, 'Decrypt', { CiphertextBlob, EncryptionContext }),
    askKms(clients, 'GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext }),
  ];
  return (await Promise.all(tried.map(isRefused))).every(Boolean);
}

export async function reachesNoOtherBucket(place: Place, { s3 }: AwsClients): Promise<boolean> {
  const there = { Bucket: sharedKeyBucket(accountOf(place)), Key: 'there' };
  const tried = [
    s3.send(new GetObjectCommand(there)),
    s3.send(new PutObjectCommand({ ...there, Key: 'attempt', Body: 'x' })),
  ];
  return (await Promise.all(tried.map(isRefused))).every(Boolean);
}

function thief({ cloud, as }: ProofWorld, { holder }: Place): AwsClients {
  const role = cloud.directory.findRoleByArn(holder)!;
  const session = cloud.directory.issueSession({ role, sessionName: 'thief', durationSeconds: 900 });
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  return as({ accessKeyId, secretAccessKey, sessionToken });
}

function accountOf({ holder }: Place): string {
  return holder.split(':')[4]!;
}
