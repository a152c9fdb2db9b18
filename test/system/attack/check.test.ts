/** The daily check against what it must leave alone, and against destinations that ask something of each write. */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { changeCodeFile, type Fault, Faults, type StackInput } from '../../../emulator/index.ts';
import type { Route } from '../../../functions/core/route.ts';
import { SETTINGS_FILE } from '../../../functions/core/settings.ts';
import { encryptionFor } from '../../../functions/transfer/attributes.ts';
import { bucketStatements, check, checkOnce, failedLines, namesOf } from '../../support/checked.ts';
import { dropInOnePart } from '../../support/composite.ts';
import { smallLarge } from '../../support/large.ts';
import { aRoute } from '../../support/relay.ts';
import {
  ACCOUNT_B,
  changeRoutes,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
const WRITES = ['a small object arrives', 'a large object arrives in parts'];
const FOLDER = 'upload-relay-check/';

function demand(stacks: StackInput[], Condition: Record<string, Record<string, string>>): void {
  const Resource = `arn:aws:s3:::${DESTINATION_BUCKET}/*`;
  bucketStatements(stacks).push({ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource, Condition });
}

const drop = (world: TwoAccounts, Key: string, Body: string | Buffer = 'a customer’s bytes') =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body }));

const isDelivered = (world: TwoAccounts, key: string) =>
  eventually(async () => (await world.ledgerItem(key))?.['status'] === 'delivered');

async function arrivedAt(world: TwoAccounts, key: string): Promise<string> {
  const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  return Body!.transformToString();
}

describe('what is delivered under the check’s own folder stays as it was delivered', () => {
  test.each([['overwriting'], ['create-only']])('on a route that is %s', async (kind) => {
    const world = await startTwoAccounts({
      change: (stacks) => changeRoutes(stacks, (route) => Object.assign(route, { createOnly: kind === 'create-only' })),
    });
    try {
      const keys = ['small', 'in-parts', 'outside-the-prefix'].map((name) => FOLDER + name);
      for (const key of keys) {
        // The check may have been there first.
        await check(world);
        await drop(world, key);
        await isDelivered(world, key);
      }
      expect((await check(world)).passed).toBe(true);
      for (const key of keys) expect(await arrivedAt(world, key)).toBe('a customer’s bytes');
    } finally {
      await world.close();
    }
  });

  test('even if its writer role may read and delete, which the check finds out', async () => {
    const world = await startTwoAccounts({
      change: (stacks) => {
        const Resource = `arn:aws:s3:::${DESTINATION_BUCKET}/*`;
        // A grant to everybody would be refused as public.
        const Condition = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT_B } };
        bucketStatements(stacks).push({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource, Condition });
      },
    });
    try {
      await drop(world, `${FOLDER}small`);
      await isDelivered(world, `${FOLDER}small`);
      expect(namesOf(failedLines(await check(world)))).toContain('DELETE is refused');
      expect(await arrivedAt(world, `${FOLDER}small`)).toBe('a customer’s bytes');
    } finally {
      await world.close();
    }
  });
});

test('no check writes where another one wrote', async () => {
  const world = await startTwoAccounts();
  try {
    for (let times = 0; times < 2; times++) await check(world);
    const { Contents = [] } = await world.b.s3.send(new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET }));
    expect(Contents.map(({ Key }) => Key!.split('/').at(-1)).toSorted()).toEqual([
      'in-parts',
      'in-parts',
      'small',
      'small',
    ]);
  } finally {
    await world.close();
  }
});

describe('a destination that lets nothing be overwritten, by its bucket policy', () => {
  const IF_NONE_MATCH = { Null: { 's3:if-none-match': 'true' } };

  test('is relayed to by a create-only route, and its check passes', async () => {
    const world = await startTwoAccounts({
      change: (stacks) => {
        changeRoutes(stacks, (route) => Object.assign(route, { createOnly: true }));
        // Of requests that make no object visible none can say so:
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
        demand(stacks, { ...IF_NONE_MATCH, Bool: { 's3:ObjectCreationOperation': 'true' } });
      },
    });
    try {
      await drop(world, 'once');
      await isDelivered(world, 'once');
      await dropInOnePart(world, 'in-parts', Buffer.alloc(6 * MIB, 1));
      await isDelivered(world, 'in-parts');
      expect(failedLines(await check(world))).toEqual([]);
    } finally {
      await world.close();
    }
  });

  test.each([
    ['PutObject', WRITES[0]!, { kind: 'error', status: 500, code: 'InternalError', after: true }],
    // Whether S3 then looks for the key or for the upload first, it doesn't say.
    ['CompleteMultipartUpload', WRITES[1]!, { kind: 'error', status: 412, code: 'PreconditionFailed', after: true }],
  ] satisfies [string, string, Fault][])(
    'counts a %s as done whose first answer was lost',
    async (operation, line, fault) => {
      const faults = new Faults({ seed: 1 });
      const world = await startTwoAccounts({
        faults,
        change: (stacks) => changeRoutes(stacks, (route) => Object.assign(route, { createOnly: true })),
      });
      try {
        faults.add({
          name: 'lost',
          match: { service: 's3', operation, bucket: DESTINATION_BUCKET },
          when: { times: 1 },
          fault,
        });
        const answer = await check(world);
        expect(faults.injected).toBe(1);
        expect(answer.passed).toBe(true);
        expect(answer.lines.find((found) => found.check === line)!.found).toContain('the first answer was lost');
      } finally {
        await world.close();
      }
    },
  );

  test('must exempt the requests that can’t say so, or no large object arrives', async () => {
    const answer = await checkOnce({
      change: (stacks) => {
        changeRoutes(stacks, (route) => Object.assign(route, { createOnly: true }));
        demand(stacks, IF_NONE_MATCH);
      },
    });
    expect(namesOf(failedLines(answer))).toEqual(['a large object arrives in parts']);
  });

  test('is told apart from a route that overwrites, whose deliveries it refuses', async () => {
    const answer = await checkOnce({
      change: (stacks) => demand(stacks, { ...IF_NONE_MATCH, Bool: { 's3:ObjectCreationOperation': 'true' } }),
    });
    expect(namesOf(failedLines(answer))).toEqual(WRITES);
    expect(answer.table).toContain('demands If-None-Match on each write');
  });
});

describe('a destination that demands a header about encryption', () => {
  const demands = {
    'any, as a policy of account B has it': { Null: { 's3:x-amz-server-side-encryption': 'true' } },
    'S3’s own keys': { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
  };

  test.each(Object.entries(demands))(
    '%s: is relayed to by a route that sends it, and its check passes',
    async (_, condition) => {
      const world = await startTwoAccounts({
        change: (stacks) => {
          smallLarge(stacks, { largeObjectBytes: 10 * MIB });
          changeRoutes(stacks, (route) => Object.assign(route.destination, { sendEncryption: true }));
          demand(stacks, condition);
        },
      });
      try {
        await drop(world, 'small');
        await drop(world, 'streamed', Buffer.alloc(8 * MIB, 1));
        await dropInOnePart(world, 'in parts', Buffer.alloc(6 * MIB, 1));
        await drop(world, 'large', Buffer.alloc(11 * MIB, 1));
        for (const key of ['small', 'streamed', 'in parts', 'large']) await isDelivered(world, key);
        expect(failedLines(await check(world))).toEqual([]);
        expect(world.cloud.unexpectedErrors).toEqual([]);
      } finally {
        await world.close();
      }
    },
  );

  test.each(Object.entries(demands))(
    '%s: the check of another route says which option it takes',
    async (_, condition) => {
      const answer = await checkOnce({ change: (stacks) => demand(stacks, condition) });
      expect(namesOf(failedLines(answer))).toEqual(WRITES);
      for (const { remedy } of failedLines(answer)) {
        expect(remedy).toMatchObject({ side: 'source', change: expect.stringContaining('destination.sendEncryption') });
        expect(remedy!.change).not.toContain('kmsKeyArn');
      }
    },
  );

  test('KMS: the check says that the key must be named as well', async () => {
    const condition = { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } };
    const answer = await checkOnce({ change: (stacks) => demand(stacks, condition) });
    expect(namesOf(failedLines(answer))).toEqual(WRITES);
    for (const { remedy } of failedLines(answer)) expect(remedy!.change).toContain('destination.kmsKeyArn');
  });

  test('a KMS key: it is named in each write', () => {
    const kmsKeyArn = 'arn:aws:kms:us-east-1:222222222222:key/1-2';
    const header = (destination: Partial<Route['destination']>) => encryptionFor(aRoute({ destination }).destination);
    expect(header({ sendEncryption: true, kmsKeyArn })).toEqual({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: kmsKeyArn,
    });
    expect(header({ sendEncryption: true })).toEqual({ ServerSideEncryption: 'AES256' });
    expect(header({ kmsKeyArn })).toEqual({});
  });
});

test('that the ledger could be deleted is advice, and keeps no check from passing', async () => {
  const answer = await checkOnce({});
  const advice = answer.lines.find(({ status }) => status === 'advised')!;
  expect(advice).toMatchObject({ check: 'the ledger is protected', remedy: { side: 'source' } });
  expect(advice.remedy!.change).toContain('relay.protectLedger');
  expect(answer.passed).toBe(true);
  expect(answer.table.split('\n').at(-1)).toBe('All is as it must be.');
  const protectedLedger = await checkOnce({
    change: (stacks) =>
      changeCodeFile(stacks, SETTINGS_FILE, (settings) => {
        if ('protectLedger' in settings) settings['protectLedger'] = true;
        return settings;
      }),
  });
  expect(protectedLedger.lines.filter(({ status }) => status !== 'ok' && status !== 'skipped')).toEqual([]);
});
