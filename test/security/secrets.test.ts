/** A run in which all sorts of things go right and wrong, and then a look at everything that was written about it. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Directory, Faults, type RequestFault } from '../../emulator/index.ts';
import { SETTINGS_FILE } from '../../functions/core/settings.ts';
import { listener } from '../support/listener.ts';
import {
  ACCOUNT_A,
  changeProperties,
  changeSettings,
  DESTINATION_BUCKET,
  EXTERNAL_ID,
  LEDGER_TABLE,
  NO_PAUSES,
  REGION,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  WRITER_ROLE_ARN,
} from '../support/two-accounts.ts';

const MIB = 1024 ** 2;
/** Sees every key that is given out, from the first on. */
const ISSUING = [vi.spyOn(Directory.prototype, 'issueSession'), vi.spyOn(Directory.prototype, 'addAccessKey')];
const faults = new Faults({ seed: 1 });
let world: TwoAccounts;
let issued: { secretAccessKey: string; sessionToken?: string }[];
/** Everything written, by where. */
let written: Record<string, string>;

beforeAll(async () => {
  world = await startTwoAccounts({
    faults,
    last: [listener()],
    change: (stacks) => {
      // The queue feeds nothing, so that each invocation is the one that the test makes.
      changeProperties(stacks, 'AWS::Lambda::EventSourceMapping', { Enabled: false });
      // A role that lets nobody in is waited for, unless there is no time for it.
      changeSettings(stacks, { ...NO_PAUSES, awaitRoleHours: 1e-6, events: 'all' });
    },
  });
  const answers = await adventures();
  issued = ISSUING.flatMap(({ mock }) => mock.results.map(({ value }) => value));
  const { cloud } = world;
  const items = await world.a.dynamodb.send(new ScanCommand({ TableName: LEDGER_TABLE }));
  written = {
    logs: filesUnder(join(cloud.folder, 'logs')),
    answers: JSON.stringify(answers),
    'dead letters': JSON.stringify(await world.deadLetters()),
    ledger: JSON.stringify(items.Items),
    events: JSON.stringify(await world.take(cloud.outputs('listener')['QueueUrl']!)),
  };
});

afterAll(() => world.close());

async function adventures(): Promise<unknown[]> {
  const answers: unknown[] = [];
  const put = (Key: string, sizeBytes = 5) =>
    world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: Buffer.alloc(sizeBytes, 'x') }));
  const invoke = async (event: unknown) => void answers.push(await world.invoke(event));
  const { directory } = world.cloud;

  const { trust } = directory.findRoleByArn(WRITER_ROLE_ARN)!;
  directory.replaceTrust(WRITER_ROLE_ARN, { Statement: { Effect: 'Deny', Principal: '*', Action: 'sts:*' } });
  await put('refused');
  await invoke({ key: 'refused' });
  await invoke({ Records: [sqsRecord(s3Event('refused'))] });
  directory.replaceTrust(WRITER_ROLE_ARN, trust);

  await put('small');
  await put('large', 9 * MIB);
  await invoke({ keys: ['small', 'large', 'missing'] });
  for (const [name, fault] of Object.entries(TROUBLES)) {
    const match = { service: 's3' as const, operation: 'PutObject', bucket: DESTINATION_BUCKET };
    const rule = faults.add({ name, match, when: { times: 1 }, fault });
    await invoke({ key: 'small' });
    rule.remove();
  }
  await invoke({ unknown: 'event' });
  await invoke({ Records: [sqsRecord('not JSON')] });

  // A function whose configuration is broken right beside what nobody shall read.
  const { functions } = world.cloud.lambda;
  const relay = functions.target({ account: ACCOUNT_A, region: REGION, name: 'upload-relay', qualifier: undefined });
  const broken = [
    `{"routes":[{"externalId":"${EXTERNAL_ID}"`,
    `{"routes":[{"externalId":"${EXTERNAL_ID}",oops}]}`,
    `{"routes":[{"externalId":"${EXTERNAL_ID}"}]}`,
  ];
  for (const [index, settings] of broken.entries()) {
    const name = `broken-${index}`;
    const taskRoot = join(world.cloud.folder, name);
    cpSync(relay.function.taskRoot, taskRoot, { recursive: true });
    writeFileSync(join(taskRoot, SETTINGS_FILE), settings);
    world.cloud.lambda.createFunction({ ...relay.function, name, taskRoot });
    const { Payload } = await world.a.lambda.send(new InvokeCommand({ FunctionName: name, LogType: 'Tail' }));
    answers.push(Buffer.from(Payload!).toString());
  }
  return answers;
}

const TROUBLES: Record<string, RequestFault> = {
  'session expired': { kind: 'expire-credentials' },
  'wrong signature': { kind: 'error', status: 403, code: 'SignatureDoesNotMatch', message: 'words' },
  reset: { kind: 'reset', side: 'request', atByte: 1 },
};

function sqsRecord(body: string) {
  return {
    eventSource: 'aws:sqs',
    messageId: 'm',
    receiptHandle: 'r',
    body,
    attributes: { ApproximateReceiveCount: '5' },
  };
}

function s3Event(key: string): string {
  const s3 = { bucket: { name: SOURCE_BUCKET }, object: { key } };
  return JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] });
}

function filesUnder(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n');
}

describe('nothing that is written holds a secret', () => {
  test('and a lot is written', () => {
    for (const trace of ['AssumeRoleDenied', 'SessionExpired', 'SourceMissing', 'BadEvent', 'ConfigurationInvalid']) {
      expect(JSON.stringify(written), trace).toContain(trace);
    }
    for (const [where, text] of Object.entries(written)) expect(text.length, where).toBeGreaterThan(100);
  });

  test.each(['logs', 'answers', 'dead letters', 'ledger', 'events'])(
    '%s: no secret key and no session token',
    (where) => {
      expect(issued.length).toBeGreaterThan(5);
      for (const { secretAccessKey, sessionToken } of issued) {
        expect(written[where]!.includes(secretAccessKey)).toBe(false);
        if (sessionToken) expect(written[where]!.includes(sessionToken)).toBe(false);
      }
      expect(written[where]).not.toMatch(/AWS4-HMAC-SHA256|X-Amz-Signature|X-Amz-Security-Token/i);
    },
  );

  test.each(['logs', 'answers', 'dead letters', 'ledger', 'events'])('%s: not the external id', (where) => {
    expect(written[where]!.split('\n').filter((line) => line.includes(EXTERNAL_ID))).toEqual([]);
  });
});

test('the templates hold no credentials, and the external id only where both sides need it', () => {
  const names = [
    'AlarmTopicArn',
    'CheckFunctionName',
    'DeadLetterQueueArn',
    'DeadLetterQueueUrl',
    'LargeFunctionName',
    'LedgerTableName',
    'QueueUrl',
    'RelayFunctionName',
    'ReplayFunctionName',
    'ReportBucketName',
    'SourceBucketName',
  ];
  expect(Object.keys(world.cloud.outputs('upload-relay-source')).toSorted()).toEqual(names);
  expect(JSON.stringify(world.cloud.outputs('upload-relay-source'))).not.toContain(EXTERNAL_ID);
  expect(JSON.stringify(world.cloud.outputs('upload-relay-destination'))).not.toContain(EXTERNAL_ID);
});
