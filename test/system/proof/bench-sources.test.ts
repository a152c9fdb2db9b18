/** What the bench measures as the cost of each proof is an object that the relay proves in that way. */
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:https';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putSource, SOURCE_KINDS } from '../../../bench/sources.ts';
import { LocalCloud } from '../../../emulator/index.ts';
import { type Proof, proofOf } from '../../../functions/transfer/proof.ts';

const Bucket = 'from-before-checksums';
/** Parts of 8 MiB and a rest. */
const LARGE = randomBytes(8 * 1024 ** 2 + 1);

const ACCOUNT = '111111111111';
const REGION = 'eu-central-1';

let cloud: LocalCloud;
let client: S3Client;

beforeAll(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [ACCOUNT] });
  client = new S3Client({
    endpoint: cloud.url,
    region: REGION,
    forcePathStyle: true,
    credentials: cloud.operator(ACCOUNT),
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  cloud.s3.createBucket({
    name: Bucket,
    account: ACCOUNT,
    region: REGION,
    ownership: 'BucketOwnerEnforced',
    addsChecksums: false,
  });
});

afterAll(async () => {
  client?.destroy();
  await cloud?.close();
});

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
