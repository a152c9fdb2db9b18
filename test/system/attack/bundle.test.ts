/** The real bundles on a day when what they rest on fails: killed, out of time, a ledger that is down, a part that was replaced. */
import { randomBytes } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults, type Match, type RequestFault, type When } from '../../../emulator/index.ts';
import { dropInOnePart } from '../../support/composite.ts';
import {
  ACCOUNT_A,
  changeProperties,
  changeSettings,
  DESTINATION_BUCKET,
  eventually,
  NO_PAUSES,
  PREFIX,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
/** It has no checksum of the whole, so it travels in its one part. */
const IN_PARTS = 9 * MIB + 1;
const ALWAYS: When = { probability: 1 };

const faults = new Faults({ seed: 1 });
let world: TwoAccounts;

/** @param takes whether the relay takes from its queue by itself */
function begin({ takes }: { takes: boolean }): void {
  beforeAll(async () => {
    world = await startTwoAccounts({
      faults,
      change(stacks) {
        // Short, so that what only time ends, ends within the test.
        // At the last try three tries in place have up to four seconds of pauses.
        const Timeout = takes ? 6 : 10;
        changeProperties(stacks, 'AWS::Lambda::Function', { Timeout });
        const source = stacks.filter(({ name }) => name.endsWith('source'));
        changeProperties(source, 'AWS::SQS::Queue', { VisibilityTimeout: Timeout + 1 });
        if (!takes) changeProperties(stacks, 'AWS::Lambda::EventSourceMapping', { Enabled: false });
        changeSettings(stacks, { ...NO_PAUSES, events: 'all' });
      },
    });
  });
  afterEach(() => faults.clear());
  afterAll(async () => {
    expect(world.cloud.unexpectedErrors).toEqual([]);
    await world.close();
  });
}

const drop = (Key: string, Body: string | Buffer = 'hello') =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body }));
const remove = (Key: string) => world.a.s3.send(new DeleteObjectCommand({ Bucket: SOURCE_BUCKET, Key }));
const strike = (name: string, match: Match, fault: RequestFault, when: When = { times: 1 }) =>
  faults.add({ name, match, fault, when });
/** No other item of the table is put by account A's relay but receipts and what it knows of roles. */
const ledger: Match = { service: 'dynamodb', operation: 'PutItem', account: ACCOUNT_A };
const destination = (operation: string, key: string): Match => ({
  service: 's3',
  operation,
  bucket: DESTINATION_BUCKET,
  key: PREFIX + key,
});

const recorded = (key: string, status = 'delivered') =>
  eventually(async () => {
    const item = await world.ledgerItem(key);
    return item?.['status'] === status && item;
  });
const linesAbout = (key: string, message: string) =>
  world.cloud.logs
    .lines(RELAY_LOG_GROUP)
    .filter((line) => line.includes(key) && line.includes(`"message":"${message}"`));
const reasons = async () =>
  (await world.deadLetters()).map(({ MessageAttributes }) => MessageAttributes?.['ErrorCode']?.StringValue);
/** How many versions the destination was given. */
async function copiesOf(key: string): Promise<number> {
  const Prefix = PREFIX + key;
  const { Versions = [] } = await world.b.s3.send(
    new ListObjectVersionsCommand({ Bucket: DESTINATION_BUCKET, Prefix }),
  );
  return Versions.length;
}

/** As the queue would hand it out for the fifth time. */
function invokeForTheLastTime(key: string) {
  const s3 = { bucket: { name: SOURCE_BUCKET }, object: { key } };
  const body = JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] });
  const attributes = { ApproximateReceiveCount: '5' };
  return world.invoke({ Records: [{ eventSource: 'aws:sqs', messageId: key, receiptHandle: 'r', body, attributes }] });
}

async function textAt(key: string): Promise<string> {
  const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  return Body!.transformToString();
}

const REPLACED: RequestFault = { kind: 'error', status: 400, code: 'InvalidPart', message: 'words' };

describe('from the queue', () => {
  begin({ takes: true });

  test('an upload of which a part was replaced meanwhile is begun afresh', async () => {
    const key = 'replaced-once';
    const rule = strike(key, destination('CompleteMultipartUpload', key), REPLACED);
    const body = randomBytes(IN_PARTS);
    await dropInOnePart(world, key, body);
    expect(await recorded(key)).toMatchObject({ attempts: '2' });
    expect(rule.injected).toBe(1);
    const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
    expect(body.equals(await Body!.transformToByteArray())).toBe(true);
    expect(await reasons()).toEqual([]);
  });

  test.each<[string, Match]>([
    ['after the receipt was written', ledger],
    ['before EventBridge was told', { service: 'events', operation: 'PutEvents' }],
  ])(
    'killed %s, and deleted at the source by the next try: the delivery stays, and nobody is told of a failure',
    async (name, match) => {
      const key = name.replaceAll(' ', '-');
      const rule = strike(key, match, { kind: 'kill-caller', after: match === ledger });
      await drop(key);
      await eventually(async () => rule.injected > 0);
      const { sourceVersionId, checksumValue } = await recorded(key);
      await remove(key);
      // Nobody knows what was under way: that version is delivered once more.
      await eventually(async () => linesAbout(key, 'relayed').length > 1);
      await world.cloud.settled();
      expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered', sourceVersionId, checksumValue });
      expect(await textAt(key)).toBe('hello');
      expect(await reasons()).toEqual([]);
    },
  );

  test('a ledger that is down doesn’t have the object written again and again, and the object is recorded once it is up', async () => {
    const key = 'no-ledger';
    const down: RequestFault = { kind: 'error', status: 400, code: 'ProvisionedThroughputExceededException' };
    const rule = strike(key, ledger, down, { probability: 1 });
    await drop(key);
    // A try writes it once, and the next one comes after a pause that grows.
    await eventually(async () => linesAbout(key, 'not relayed, will be tried again').length === 2);
    expect(await copiesOf(key)).toBe(2);
    rule.remove();
    await recorded(key);
    expect(await copiesOf(key)).toBe(3);
    expect(await reasons()).toEqual([]);
  });
});

describe('at the last try', () => {
  begin({ takes: false });

  test('an upload of which a part is replaced again and again is begun three times, and set aside with its reason', async () => {
    const key = 'replaced-always';
    const rule = strike(key, destination('CompleteMultipartUpload', key), REPLACED, { probability: 1 });
    await dropInOnePart(world, key, randomBytes(IN_PARTS));
    await invokeForTheLastTime(key);
    expect(rule.injected).toBe(3);
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: 'UploadGone', attempts: '3' });
    expect(await reasons()).toEqual(['UploadGone']);
  });

  test.each<[string, Match, When]>([
    ['read', { service: 's3', operation: 'GetObject', bucket: SOURCE_BUCKET }, ALWAYS],
    ['looked at', { service: 's3', operation: 'HeadObject', bucket: SOURCE_BUCKET }, ALWAYS],
    ['written', { service: 's3', operation: 'PutObject', bucket: DESTINATION_BUCKET }, ALWAYS],
    ['recorded', ledger, { times: 1 }],
  ])('time that runs out while an object is %s is recorded as any reason is', async (name, match, when) => {
    const key = `late ${name}`.replaceAll(' ', '-');
    await drop(key);
    strike(key, match, { kind: 'delay', ms: 60_000 }, when);
    expect(await invokeForTheLastTime(key)).toMatchObject({ payload: { batchItemFailures: [] } });
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: 'OutOfTime' });
    expect(await reasons()).toEqual(['OutOfTime']);
    expect(linesAbout(key, 'not relayed, sent to the dead-letter queue')).toHaveLength(1);
  });
});
