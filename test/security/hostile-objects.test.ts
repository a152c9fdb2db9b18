/** Whoever may upload chooses keys, metadata and contents: none of it may reach further than its own object. */
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../support/two-accounts.ts';

const FORGED_LINE = '{"level":"INFO","message":"relayed","forged":true}';

const KEYS: [string, string][] = [
  ['a path that climbs', '../../etc/passwd'],
  ['a path that climbs, encoded', '%2e%2e%2f%2e%2e%2fetc'],
  ['a path from the root', '/etc/passwd'],
  ['empty folders', 'a//b///c'],
  ['one dot', '.'],
  ['two dots', '..'],
  ['what policies take for wildcards', '*?'],
  ['what policies take for a variable', '${aws:username}'],
  ['what a shell would run', '$(reboot); `reboot` | & > x'],
  ['what a query would run', "'; DROP TABLE ledger; --"],
  ['a line break and a forged log line', `x\n${FORGED_LINE}`],
  ['a carriage return', 'x\rrelayed'],
  ['what turns text around', '\u202egnp.exe'],
  ['what moves a terminal’s cursor', '\u001b[2J\u001b[H'],
  ['a quotation mark and a backslash', '"\\"\\\\'],
  ['markup', '<script>alert(1)</script>&amp;'],
  ['an emoji and a combining letter', '👩‍👩‍👧 e\u0301'],
  ['a name that looks like another route', 'main/other-route/x'],
  ['the longest that fits', 'k'.repeat(1024 - PREFIX.length)],
];

let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts();
});

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

async function relayed(input: Omit<PutObjectCommandInput, 'Bucket'>) {
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, ...input }));
  const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}${input.Key}` };
  return eventually(() => world.b.s3.send(new GetObjectCommand(there)));
}

describe('a hostile key is delivered under the prefix, letter by letter', () => {
  test.each(KEYS)('%s', async (_, Key) => {
    const { Body } = await relayed({ Key, Body: Key });
    expect(await Body!.transformToString()).toBe(Key);
    await eventually(async () => (await world.ledgerItem(Key))?.['status'] === 'delivered');
  });

  test('and nothing else has come into being', async () => {
    const command = new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET, EncodingType: 'url' });
    const { Contents = [] } = await world.b.s3.send(command);
    const found = Contents.map(({ Key }) => decodeURIComponent(Key!.replaceAll('+', ' ')));
    expect(found.toSorted()).toEqual(KEYS.map(([, key]) => PREFIX + key).toSorted());
  });
});

test('no key forges a line of the log', async () => {
  await world.cloud.settled();
  const lines = world.cloud.logs.lines(RELAY_LOG_GROUP);
  expect(lines.filter((line) => line.includes('forged')).length).toBeGreaterThan(0);
  const own = lines.filter((line) => !/^(START|END|REPORT) RequestId: /.test(line)).map((line) => JSON.parse(line));
  expect(own.filter((line) => 'forged' in line)).toEqual([]);
});

test('a failed one forges none either', async () => {
  const { payload } = await world.invoke({ key: `missing\n${FORGED_LINE}` });
  expect(payload).toMatchObject({ errorType: 'SourceMissing' });
  const lines = world.cloud.logs.lines(RELAY_LOG_GROUP);
  expect(lines).not.toContain(FORGED_LINE);
});

describe('hostile metadata', () => {
  test('is carried as it is, and means nothing on the way', async () => {
    const Metadata = {
      'x-amz-acl': 'public-read',
      route: 'another',
      json: '{"key":"other"}',
      format: '%s %n ${env:AWS_SECRET_ACCESS_KEY}',
      long: 'm'.repeat(1500),
    };
    const { Metadata: arrived } = await relayed({ Key: 'metadata', Body: 'x', Metadata });
    const head = await world.a.s3.send(new HeadObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'metadata' }));
    expect(arrived).toEqual(head.Metadata);
    expect(Object.keys(arrived!)).toEqual(expect.arrayContaining(['x-amz-acl', 'route', 'json', 'format', 'long']));
  });

  test('does not choose the storage class, which the destination pays for', async () => {
    const arrived = await relayed({ Key: 'infrequent', Body: 'x', StorageClass: 'STANDARD_IA' });
    expect(arrived.StorageClass).toBeUndefined();
  });
});

test('contents are never looked into: what looks like an event, a policy or an archive is just bytes', async () => {
  const bodies = ['{"Records":[{"eventSource":"aws:sqs"}]}', '{"Statement":[]}', 'PK\u0003\u0004', '\u001f\u008b'];
  for (const [index, body] of bodies.entries()) {
    const { Body } = await relayed({ Key: `contents-${index}`, Body: body, ContentEncoding: 'gzip' });
    expect(await Body!.transformToString()).toBe(body);
  }
});
