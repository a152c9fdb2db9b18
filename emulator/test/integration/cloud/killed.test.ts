/** A process that is killed while it writes leaves accounts that fit together: those of a moment shortly before. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { Random } from '../../../core/random.ts';
import { linesUntilKilled } from '../../killed-writer.ts';
import { ACCOUNT, BUCKET, clientSettings, keptStack, TABLE } from './kept-stack.ts';

/** `npm run sweeps` draws more. */
const KILLS = process.env['TEST_SWEEP'] === 'full' ? 20 : 2;
const SEED = Number(process.env['SEED'] ?? 1);
/** About as often as everything is saved: so the kill comes between two savings, or in the midst of one. */
const LIFE_MS = { least: 1200, most: 3200 };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'killed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const WRITER = join(import.meta.dirname, 'kept-writer.ts');

test(`killed ${KILLS} times at moments drawn from seed ${SEED}, one after the other in one folder`, async () => {
  const random = new Random(SEED, 'kills');
  let most = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const lifeMs = LIFE_MS.least + random.integer(LIFE_MS.most - LIFE_MS.least);
    const { length: answered } = await linesUntilKilled(WRITER, folder, lifeMs);
    const cloud = await LocalCloud.start({ keep: folder, stacks: [keptStack()] });
    const found = await look(cloud);
    process.stdout.write(
      `killed after ${lifeMs} ms and ${answered} writes: ${found.versions.size} objects are there\n`,
    );
    const files = readdirSync(join(folder, 'objects')).length;
    await cloud.close();

    expect(found.damaged).toEqual([]);
    expect(files).toBe(found.versions.size);
    expect(found.items.filter((id) => !found.versions.has(id))).toEqual([]);
    expect(found.objectsWithoutEvent).toEqual([]);
    most = Math.max(most, found.versions.size);
    expect(cloud.unexpectedErrors).toEqual([]);
  }
  expect(most).toBeGreaterThan(0);
});

async function look(cloud: LocalCloud) {
  const settings = clientSettings(cloud);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const versions = new Map<string, string>();
  const bucket = cloud.s3.bucket(BUCKET);
  for (const version of bucket.keys().flatMap((key) => bucket.versions(key))) {
    if (version.kind === 'object') versions.set(`${version.key} ${version.versionId}`, version.eTag);
  }
  const damaged: string[] = [];
  for (const [id, eTag] of versions) {
    const [Key, VersionId] = id.split(' ');
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key, VersionId }));
    const md5 = createHash('md5').update(await Body!.transformToByteArray());
    if (md5.digest('hex') !== eTag) damaged.push(id);
  }
  const items: string[] = [];
  for await (const { Items } of paginateScan({ client: new DynamoDBClient(settings) }, { TableName: TABLE })) {
    items.push(...(Items ?? []).map(({ id }) => id!.S!));
  }
  const told = await toldKeys(new SQSClient(settings), cloud);
  const objectsWithoutEvent = [...versions.keys()].filter((id) => !told.has(id));
  return { versions, damaged, items, objectsWithoutEvent };
}

/** Everything that the queue was ever told, since nobody takes anything out of it. */
async function toldKeys(sqs: SQSClient, { url }: LocalCloud): Promise<Set<string>> {
  const told = new Set<string>();
  for (;;) {
    const asked = { QueueUrl: `${url}/${ACCOUNT}/events`, MaxNumberOfMessages: 10, VisibilityTimeout: 600 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    if (Messages.length === 0) return told;
    for (const { Body } of Messages) {
      const { Records = [] } = JSON.parse(Body!) as {
        Records?: { s3: { object: { key: string; versionId: string } } }[];
      };
      for (const { s3 } of Records) told.add(`${s3.object.key} ${s3.object.versionId}`);
    }
  }
}
