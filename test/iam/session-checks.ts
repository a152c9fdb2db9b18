/** What must hold of sessions, whose roles may do everything meanwhile: see `checks.ts` and `confined`. */
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { listOf } from '../../emulator/index.ts';
import { ACCOUNT_C, CUSTOMER_BUCKET } from '../support/pulling.ts';
import { type AwsClients, DESTINATION_BUCKET, PREFIX } from '../support/two-accounts.ts';
import { type Check, isRefused } from './check.ts';
import { reachesNoOtherBucket, usesNoKeyDirectly } from './key-checks.ts';
import type { Place } from './places.ts';
import { type ProofWorld, PULLED_PREFIX } from './proof-world.ts';
import { confined } from './session-places.ts';

const THERE = { Bucket: CUSTOMER_BUCKET, Key: `${PULLED_PREFIX}there` };

export const SESSION_CHECKS: readonly Check[] = [
  {
    name: 'a session of the writer puts objects, in parts too, with a bucket key or without, and with tags where the route has them',
    guards: /^session of upload-relay-(customer-)?writer: /,
    holds: (world, place) => confined(world, place, (clients) => putsObjects(clients, place)),
  },
  {
    name: 'a session of the reader reads objects with their tags, whether under a bucket key or not',
    guards: /^session of upload-relay-reader: Allow (s3:GetObject|kms)/,
    holds: (world, place) => confined(world, place, (clients) => readsObjects(world, clients)),
  },
  {
    name: 'a session of the reader lists what lies under the prefix and nothing beside it',
    guards: /session of upload-relay-reader: Allow s3:ListBucket$/,
    holds: (world, place) =>
      confined(world, place, async ({ s3 }) => {
        await s3.send(new ListObjectsV2Command({ Bucket: CUSTOMER_BUCKET, Prefix: PULLED_PREFIX }));
        return isRefused(s3.send(new ListObjectsV2Command({ Bucket: CUSTOMER_BUCKET })));
      }),
  },
  {
    name: 'a session cannot use the key without S3',
    guards: /^session of .*: Allow kms:/,
    holds: (world, place) => confined(world, place, (clients) => usesNoKeyDirectly(world, place, clients)),
  },
  {
    name: 'a session gets at no other bucket under the key, although that bucket lets it in by name',
    guards: /^session of .*: Allow kms:/,
    holds: (world, place) => confined(world, place, (clients) => reachesNoOtherBucket(place, clients)),
  },
];

async function putsObjects({ s3 }: AwsClients, { name, document }: Place): Promise<boolean> {
  const actions = listOf(document.Statement).flatMap(({ Action }) => listOf(Action));
  const Tagging = actions.includes('s3:PutObjectTagging') ? 'class=secret' : undefined;
  const Key = `${name.includes('customer') ? 'customer/' : PREFIX}put-in-a-session`;
  for (const BucketKeyEnabled of [true, false]) {
    const object = { Bucket: DESTINATION_BUCKET, Key, BucketKeyEnabled, Tagging };
    await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object));
    const upload = { Bucket: DESTINATION_BUCKET, Key, UploadId };
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  }
  return true;
}

async function readsObjects({ as, cloud }: ProofWorld, { s3 }: AwsClients): Promise<boolean> {
  const customer = as(cloud.operator(ACCOUNT_C));
  for (const BucketKeyEnabled of [true, false]) {
    const object = { ...THERE, Body: 'x', Tagging: 'a=b', BucketKeyEnabled };
    await customer.s3.send(new PutObjectCommand(object));
    await s3.send(new GetObjectCommand(THERE));
    await s3.send(new GetObjectTaggingCommand(THERE));
  }
  return true;
}
