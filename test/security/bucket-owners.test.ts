/** All requests of all functions to S3, as they go over the wire. */
import { PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Faults, type Stage, type Subject } from '../../emulator/index.ts';
import type { AuditSummary } from '../../functions/replay/audit/audit-objects.ts';
import { smallLarge } from '../support/large.ts';
import {
  ACCOUNT_C,
  CUSTOMER_BUCKET,
  type PullingWorld,
  REPORTS_BUCKET,
  startPullingWorld,
} from '../support/pulling.ts';
import { ACCOUNT_A, ACCOUNT_B, DESTINATION_BUCKET, eventually, SOURCE_BUCKET } from '../support/two-accounts.ts';
import { putInParts, putWhole, silentUploader, turnBackTime } from '../support/uploads.ts';

const MIB = 1024 ** 2;
const OWNERS: Record<string, string> = {
  [SOURCE_BUCKET]: ACCOUNT_A,
  [DESTINATION_BUCKET]: ACCOUNT_B,
  [CUSTOMER_BUCKET]: ACCOUNT_C,
  [REPORTS_BUCKET]: ACCOUNT_C,
};
/** What the functions send, unless something fails; the check tries what else could be allowed. */
const OPERATIONS = [
  'CompleteMultipartUpload',
  'CreateMultipartUpload',
  'DeleteObject',
  'GetBucketNotificationConfiguration',
  'GetObject',
  'GetObjectTagging',
  'HeadObject',
  'ListObjectsV2',
  'PutObject',
  'UploadPart',
];

/** Strikes nowhere, and notes what comes by. */
class Witness extends Faults {
  readonly seen: Subject[] = [];

  override decide<S extends Stage>(stage: S, subject: Subject) {
    // Roles are what the functions act in.
    if (subject.service === 's3' && subject.caller?.includes(':assumed-role/')) this.seen.push(subject);
    return super.decide(stage, subject);
  }
}

const witness = new Witness({ seed: 1 });
let world: PullingWorld;

beforeAll(async () => {
  world = await startPullingWorld((stacks) => smallLarge(stacks), witness);
});
afterAll(() => world.close());

const put = (s3: PullingWorld['a']['s3'], input: Partial<PutObjectCommandInput> & { Key: string }) =>
  s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Body: 'hello', Tagging: 'a=b', ...input }));
const delivered = (id: string) => eventually(async () => (await world.ledgerItem(id))?.['status'] === 'delivered');

test('every request of the relay, relay-large, replay, the check and the canary names the account that must own the bucket', async () => {
  const { a, c } = world;
  await put(a.s3, { Key: 'small' });
  await put(a.s3, { Key: 'streamed', Body: Buffer.alloc(2 * MIB) });
  await put(a.s3, { Key: 'large', Body: Buffer.alloc(9 * MIB) });
  turnBackTime(world);
  const uploader = silentUploader(world);
  const parts = [5 * MIB, 5].map((size) => Buffer.alloc(size, 'x'));
  await putInParts(uploader, 'combined', parts, 'CRC32');
  await putInParts(uploader, 'digests', parts, 'SHA256');
  await putWhole(uploader, 'of-old', Buffer.alloc(2 * MIB));
  for (const key of ['small', 'streamed', 'large', 'combined', 'digests', 'of-old']) await delivered(key);
  await put(c.s3, { Bucket: CUSTOMER_BUCKET, Key: 'pulled' });
  await put(c.s3, { Bucket: REPORTS_BUCKET, Key: 'reports/pulled' });
  for (const route of ['main', 'customer', 'reports']) {
    const { functionError } = await world.invoke({ route, only: 'all' }, 'upload-relay-replay:live');
    expect(functionError).toBeUndefined();
  }
  const { payload } = await world.invoke({ audit: {} }, 'upload-relay-replay:live');
  const owners = { ...OWNERS, [(payload as AuditSummary).bucket]: ACCOUNT_A };
  await world.cloud.settled();
  await world.invoke({}, 'upload-relay-check');
  const unnamed = witness.seen.filter(({ bucket, expectedOwner }) => expectedOwner !== owners[bucket!]);
  expect(unnamed).toEqual([]);
  expect([...new Set(witness.seen.map(({ operation }) => operation))].toSorted()).toEqual(OPERATIONS);
});
