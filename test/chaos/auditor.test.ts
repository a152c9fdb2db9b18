import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, inject, test } from 'vitest';
import { Faults, Random, readAssembly } from '../../emulator/index.ts';
import { LEDGER_TABLE } from '../support/two-accounts.ts';
import { compare, tellsOfBoth } from './auditor.ts';
import { contentOf, uploadsIn } from './content.ts';
import { deadLetters, redrive } from './dead-letters.ts';
import { detailsOf, isClean, summaryOf } from './report.ts';
import { runChaos } from './run.ts';
import { SOURCE_KINDS } from './source-kinds.ts';
import { DELETED_KEYS, doAll, isUpload, type PlannedUpload, planSteps, StepQueue } from './uploads.ts';
import { type ChaosWorld, startWorld } from './world.ts';

const TIMEOUT_SECONDS = 5;

type Seven = [string, string, string, string, string, string, string];
const isTemporary = (key: string) => DELETED_KEYS.test(key);

function spliceOf(one: number, other: number, sizeBytes: number): Buffer {
  const half = Math.floor(sizeBytes / 2 / 16) * 16;
  return Buffer.concat([contentOf(one, sizeBytes).subarray(0, half), contentOf(other, sizeBytes).subarray(half)]);
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1]! ^= 1;
  return copy;
}

test('any aligned 16 bytes tell the upload and the place', () => {
  expect([...uploadsIn(contentOf(7, 1000))!]).toEqual([7]);
  expect([...uploadsIn(spliceOf(7, 8, 1000))!]).toEqual([7, 8]);
  expect(uploadsIn(contentOf(7, 1000).subarray(16))).toBeUndefined();
  expect(uploadsIn(damaged(contentOf(7, 1000)))).toBeUndefined();
});

const OF_KEY = [
  { number: 1, key: 'k', sizeBytes: 100 },
  { number: 2, key: 'k', sizeBytes: 100 },
  { number: 3, key: 'k', sizeBytes: 40 },
];

test.each([
  ['delivered', contentOf(2, 100)],
  ['stale', contentOf(1, 100)],
  ['stale', contentOf(3, 40)],
  ['spliced', spliceOf(1, 2, 100)],
  ['spliced', Buffer.concat([contentOf(2, 100).subarray(0, 32), contentOf(3, 48).subarray(32)])],
  ['corrupt', contentOf(2, 99)],
  ['corrupt', contentOf(2, 116)],
  ['corrupt', damaged(contentOf(2, 100))],
  ['corrupt', contentOf(9, 100)],
  ['corrupt', spliceOf(2, 9, 100)],
  ['corrupt', Buffer.alloc(0)],
])('what is at the destination, with upload 2 at the source, is %s', (expected, bytes) => {
  expect(compare(bytes, OF_KEY, [2])).toBe(expected);
});

const ITEM = { status: 'delivered', versionId: 'v1', eTag: 'e1', kept: undefined };
const FAILED = { status: 'failed', versionId: 'v3', eTag: '', kept: { versionId: 'v1', eTag: 'e1' } };

/** Of a deleted key the ledger may have an older version than the destination where nobody could tell their order: account B looks at both. */
test.each([
  ['names both', true, 'should hold version v1, and may hold version v2', ITEM],
  ['names both, one of which a failure keeps', true, 'should hold version v1, and may hold version v2', FAILED],
  ['names the right one alone', false, 'should hold version v2, and may hold an earlier try', ITEM],
  ['names the recorded one alone', false, 'should hold version v1, and may hold an earlier try', ITEM],
  ['names both, of which none is recorded', false, 'should hold v1, and may hold v2', { ...FAILED, kept: undefined }],
  ['names both, of which none is recorded at all', false, 'should hold v1, and may hold v2', undefined],
])('a dead letter that %s: is it enough? %s', (_, isEnough, reason, item) => {
  const right = [{ number: 2, versionId: 'v2', eTag: 'e2' }];
  expect(tellsOfBoth(reason, item, right)).toBe(isEnough);
  const withoutVersions = JSON.parse(JSON.stringify({ item, right }).replaceAll(/"versionId":"[^"]*",/g, ''));
  expect(tellsOfBoth(reason.replaceAll('v', 'e'), withoutVersions.item, withoutVersions.right)).toBe(isEnough);
});

/** As the operator of the destination: what no relay may ever do. */
class Saboteur {
  readonly #world: ChaosWorld;

  constructor(world: ChaosWorld) {
    this.#world = world;
  }

  async replace(key: string, Body: Buffer): Promise<void> {
    const { s3, bucket, prefix } = this.#world.destination;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + key, Body }));
  }

  async remove(key: string): Promise<void> {
    const { s3, bucket, prefix } = this.#world.destination;
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + key }));
  }

  async forget(key: string): Promise<void> {
    const { dynamodb, routeName } = this.#world.ledger;
    await dynamodb.send(new DeleteItemCommand({ TableName: LEDGER_TABLE, Key: { id: { S: `${routeName}/${key}` } } }));
  }

  async record(key: string, attribute: string, value: string): Promise<void> {
    const { dynamodb, routeName } = this.#world.ledger;
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: LEDGER_TABLE,
        Key: { id: { S: `${routeName}/${key}` } },
        UpdateExpression: 'SET #attribute = :value',
        ExpressionAttributeNames: { '#attribute': attribute },
        ExpressionAttributeValues: { ':value': { S: value } },
      }),
    );
  }

  async leave(text: string, told: Record<string, string> = {}): Promise<void> {
    const { sqs, deadLetterQueueUrl } = this.#world;
    const attributes = Object.entries(told).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]);
    const MessageAttributes = Object.fromEntries(attributes);
    await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: text, MessageAttributes }));
  }

  /** As the uploader: an upload, and a delete once it has been delivered. */
  async deliverAndDelete(upload: PlannedUpload): Promise<void> {
    const { cloud, source } = this.#world;
    await doAll({ ...source, steps: new StepQueue([upload]), hasBacklog: () => false, onDone: () => {} });
    await cloud.settled();
    const steps = new StepQueue([{ key: upload.key, isDelete: true }]);
    await doAll({ ...source, steps, hasBacklog: () => false, onDone: () => {} });
  }
}

test('every way to break the promise is found, and nothing else', async () => {
  const [seed, objects] = [62, 60];
  const steps = planSteps(new Random(seed, 'uploads'), objects);
  const byKey = Object.groupBy(steps.filter(isUpload), ({ key }) => key);
  const keys = Object.keys(byKey).filter((key) => byKey[key]!.every(({ sizeBytes }) => sizeBytes >= 100));
  const [temporary, lasting] = [keys.filter(isTemporary), keys.filter((key) => !isTemporary(key))];
  const once = lasting.filter((key) => byKey[key]!.length === 1);
  const [lost, corrupt, forgotten, failed, older, unproved, onTrust] = once as Seven;
  const [stale, spliced, mixed] = lasting.filter((key) => byKey[key]!.length === 2) as Seven;
  const [untouched, behind, told, erased] = temporary.filter((key) => byKey[key]!.length > 1) as Seven;
  const bytesOf = ({ number, sizeBytes }: PlannedUpload) => contentOf(number, sizeBytes);

  const result = await runChaos({
    seed,
    objects,
    stacks: readAssembly(inject('assembly')),
    timeoutSeconds: TIMEOUT_SECONDS,
    intensity: 0,
    sabotage: async (world) => {
      const saboteur = new Saboteur(world);
      const spliceOfBoth = ([first, second]: PlannedUpload[]) =>
        spliceOf(first!.number, second!.number, second!.sizeBytes);
      await saboteur.remove(lost);
      await saboteur.replace(corrupt, damaged(bytesOf(byKey[corrupt]![0]!)));
      await saboteur.replace(stale, bytesOf(byKey[stale]![0]!));
      await saboteur.replace(spliced, spliceOfBoth(byKey[spliced]!));
      await saboteur.replace(mixed, spliceOfBoth(byKey[mixed]!));
      await saboteur.replace(mixed, bytesOf(byKey[mixed]![1]!));
      await saboteur.forget(forgotten);
      await saboteur.record(failed, 'status', 'failed');
      await saboteur.record(older, 'sourceETag', '"of an older one"');
      await saboteur.record(unproved, 'checksumValue', 'AAAAAA==');
      await saboteur.record(onTrust, 'checksumOrigin', 'transit');
      await saboteur.leave('a message that nobody could help');
      for (const key of [untouched, behind, told, erased]) await saboteur.deliverAndDelete(byKey[key]!.at(-1)!);
      for (const key of [behind, told]) await saboteur.replace(key, bytesOf(byKey[key]![0]!));
      const { versionId, eTag } = world.observed.landed(told).at(-1)!;
      const reason = { ErrorCode: 'Superseded', ErrorMessage: `it should hold ${versionId ?? eTag}` };
      await saboteur.leave(JSON.stringify({ key: told }), reason);
      await saboteur.leave(JSON.stringify({ key: behind }), { ...reason, ErrorMessage: 'of another key' });
      await saboteur.record(erased, 'status', 'failed');
    },
  });

  expect(result).toMatchObject({ lost: [lost], stale: [stale, behind].sort(), corrupt: [corrupt] });
  expect(result.spliced).toEqual([spliced, mixed].sort());
  expect(result.withoutReceipt).toEqual([forgotten, failed, older, unproved, erased].sort());
  expect(result.withoutProof).toEqual([onTrust]);
  expect(result.deadLetters).toEqual([expect.stringContaining('a message that nobody could help')]);
  expect(isClean(result)).toBe(false);
  expect(summaryOf(result)).toBe(
    'seed 62: 60 objects, 0 faults injected, 1 lost, 2 stale, 1 corrupt, 2 spliced, 5 without receipt, 1 without the proof demanded, 1 left in the dead-letter queue',
  );
  expect(detailsOf(result)).toContain(`lost: ${lost}`);
});

test('dead letters by exhausted retries are sent back, those that the relay gave up are not', async () => {
  const stacks = readAssembly(inject('assembly'));
  for (const { template } of stacks) {
    for (const { Type, Properties } of Object.values(template.Resources)) {
      if (Type === 'AWS::Lambda::EventSourceMapping') Properties!['Enabled'] = false;
    }
  }
  const options = { stacks, faults: new Faults({ seed: 1 }), versioned: false, timeoutSeconds: TIMEOUT_SECONDS };
  const world = await startWorld(options);
  try {
    const { source, sqs, queueUrl } = world;
    const steps = new StepQueue([{ number: 1, key: 'k', sizeBytes: 1, kind: SOURCE_KINDS[0]! }]);
    await doAll({ ...source, steps, hasBacklog: () => false, onDone: () => {} });
    const waiting = world.messagesLeft();
    const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
    while (world.messagesLeft() > 0) await sqs.send(receive);
    const saboteur = new Saboteur(world);
    await saboteur.leave('given up');
    const letters = { gone: 'UploadGone', lucky: 'UploadGone', denied: 'DestinationDenied', misled: 'SourceMissing' };
    for (const [key, ErrorCode] of Object.entries(letters))
      await saboteur.leave(JSON.stringify({ key }), { ErrorCode });
    const met = { isMisled: (key: string) => key === 'misled', faults: (key: string) => (key === 'lucky' ? 2 : 3) };
    expect(await redrive(world, met)).toBe(waiting + 2);
    expect(world.messagesLeft()).toBe(waiting + 2);
    const left = (await deadLetters(world)).map(({ Body }) => Body);
    expect(left.sort()).toEqual(['given up', '{"key":"denied"}', '{"key":"lucky"}']);
  } finally {
    await world.close();
  }
});
