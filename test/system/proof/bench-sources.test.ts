/** What the bench measures as the cost of each proof is an object that the relay proves in that way. */
import { randomBytes } from 'node:crypto';
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putSource, SOURCE_KINDS } from '../../../bench/sources.ts';
import { LocalCloud, templateStack } from '../../../emulator/index.ts';
import { type Proof, proofOf } from '../../../functions/transfer/proof.ts';
import { silentS3 } from '../../../local/aws-clients.ts';
import { ACCOUNT_A, REGION } from '../../support/two-accounts.ts';

const Bucket = 'from-before-checksums';
/** Parts of 8 MiB and a rest. */
const LARGE = randomBytes(8 * 1024 ** 2 + 1);

let cloud: LocalCloud;
let client: S3Client;

beforeAll(async () => {
  const template = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } } } };
  const stack = templateStack({ account: ACCOUNT_A, region: REGION, name: 'old-objects', template });
  cloud = await LocalCloud.start({ stacks: [stack] });
  cloud.s3.bucket(Bucket).settings.addsChecksums = false;
  client = silentS3(cloud, { region: REGION, credentials: cloud.operator(ACCOUNT_A) });
});

afterAll(() => cloud.close());

/** Of an object of two parts, where it has parts. */
const PROOFS: Record<string, Partial<Proof>> = {
  'CRC64NVME over the whole': { kind: 'handedOn', origin: 'source' },
  'composite CRC32': { kind: 'combined', algorithm: 'CRC32', parts: 2 },
  'composite SHA-256': { kind: 'compared', algorithm: 'SHA256', parts: 2, origin: 'sourceParts' },
  'none; MD5 as ETag': { kind: 'handedOn', origin: 'sourceETag' },
  'none; MD5s in the ETag (`-N`)': { kind: 'compared', algorithm: 'MD5', parts: 2, origin: 'sourceETag' },
  'none, under SSE-KMS': { kind: 'none' },
};

test.each(SOURCE_KINDS)('$name: proved by $origin', async (kind) => {
  const place = { Bucket, Key: kind.name };
  await putSource(client, kind, place, LARGE);
  const proof = proofOf(await client.send(new HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED' })));
  expect(proof).toMatchObject(PROOFS[kind.name]!);
});
