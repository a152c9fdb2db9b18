/** What a role might try with a KMS key that is somebody else's: directly, and through S3 in the bucket that the role does reach. */
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { canaryKey } from '../../functions/core/reserved-keys.ts';
import { askKms } from '../support/kms.ts';
import { CUSTOMER_BUCKET } from '../support/pulling.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  type AwsClients,
  DESTINATION_BUCKET,
  PREFIX,
  SOURCE_BUCKET,
  type TwoAccounts,
} from '../support/two-accounts.ts';
import { type Attempt, asked } from './attempt.ts';
import { type EncryptedElsewhere, type ProofWorld, PULLED_PREFIX } from './proof-world.ts';

/** Where the account's role reaches. */
function placeIn(account: string): { Bucket: string; Key: string } {
  if (account === ACCOUNT_A) return { Bucket: SOURCE_BUCKET, Key: 'under-another-key' };
  if (account === ACCOUNT_B) return { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}under-another-key` };
  return { Bucket: CUSTOMER_BUCKET, Key: `${PULLED_PREFIX}under-another-key` };
}

function under(SSEKMSKeyId: string) {
  return { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId };
}

export async function encryptElsewhere(
  { cloud }: TwoAccounts,
  owner: AwsClients,
  account: string,
): Promise<EncryptedElsewhere> {
  const keyArn = cloud.outputs('elsewhere', account)['KeyArn']!;
  const secret = { KeyId: keyArn, Plaintext: Buffer.from('x').toString('base64') };
  const { CiphertextBlob: ciphertext } = await askKms(owner, 'Encrypt', secret);
  const object = { ...placeIn(account), ...under(keyArn) };
  await owner.s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
  const { UploadId } = await owner.s3.send(new CreateMultipartUploadCommand(object));
  return { keyArn, ciphertext, uploadId: UploadId! };
}

/** As the canary, which reaches no other object. */
function dropUnder({ s3 }: AwsClients, keyArn: string): Promise<unknown> {
  const canary = { Bucket: SOURCE_BUCKET, Key: canaryKey('under-another-key'), Body: 'x' };
  return s3.send(new PutObjectCommand({ ...canary, ...under(keyArn) }));
}

export function keyAttempts({ elsewhere }: ProofWorld, account: string): Attempt[] {
  const { keyArn, ciphertext, uploadId } = elsewhere.get(account)!;
  const there = placeIn(account);
  const on = (name: string, run: (clients: AwsClients) => Promise<unknown>): Attempt => ({
    action: `kms:${name}`,
    resource: keyArn,
    account,
    run: ({ clients }) => run(clients),
  });
  const part = { ...there, UploadId: uploadId, PartNumber: 1, Body: 'x' };
  return [
    on('Decrypt', (clients) => askKms(clients, 'Decrypt', { CiphertextBlob: ciphertext })),
    on('Decrypt', ({ s3 }) => s3.send(new GetObjectCommand(there))),
    on('Decrypt', ({ s3 }) => s3.send(new UploadPartCommand(part))),
    on('GenerateDataKey', (clients) => askKms(clients, 'GenerateDataKey', { KeyId: keyArn, KeySpec: 'AES_256' })),
    on('GenerateDataKey', ({ s3 }) => s3.send(new PutObjectCommand({ ...there, ...under(keyArn), Body: 'x' }))),
    ...(account === ACCOUNT_A ? [on('GenerateDataKey', (clients) => dropUnder(clients, keyArn))] : []),
    on('Encrypt', (clients) => askKms(clients, 'Encrypt', { KeyId: keyArn, Plaintext: 'eA==' })),
    asked('kms:CreateGrant', keyArn),
    asked('kms:ScheduleKeyDeletion', keyArn),
  ];
}
