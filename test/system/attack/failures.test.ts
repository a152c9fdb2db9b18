/** Attacks on what counts as success and as failure: the real bundle, and answers that S3 gives on a bad day. */
import { createHash, randomBytes } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults, type Match, type RequestFault } from '../../../emulator/index.ts';
import { dropInOnePart } from '../../support/composite.ts';
import {
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
const SMALL = 5_000;
/** One part, since it has no checksum of the whole. */
const LARGE = 9 * MIB + 1;

const faults = new Faults({ seed: 1 });
let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts({
    faults,
    change: (stacks) => changeSettings(stacks, { ...NO_PAUSES }),
  });
});
afterEach(() => faults.clear());
afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

const at = (bucket: string, operation: string | RegExp): Match => ({ service: 's3', operation, bucket });
const destination = (operation: string) => at(DESTINATION_BUCKET, operation);
const source = (operation: string | RegExp) => at(SOURCE_BUCKET, operation);
const refusal = (status: number, code: string, message = 'words'): RequestFault => ({
  kind: 'error',
  status,
  code,
  message,
});

async function drop(key: string, sizeBytes: number): Promise<Buffer> {
  const body = randomBytes(sizeBytes);
  if (sizeBytes === LARGE) await dropInOnePart(world, key, body);
  else await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: body }));
  return body;
}

function strike(key: string, match: Match, fault: RequestFault, times = 1) {
  const subject = match.service === 's3' ? { ...match, key: new RegExp(`${key}$`) } : match;
  return faults.add({ name: key, match: subject, when: { times }, fault });
}

const settled = (key: string) =>
  eventually(async () => {
    const item = await world.ledgerItem(key);
    return item?.['status'] && item;
  });

/** The destination holds these bytes, and the receipt names the object that a reader finds. */
async function expectDelivered(key: string, body: Buffer) {
  const item = await settled(key);
  const there = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  expect(digest(await there.Body!.transformToByteArray())).toBe(digest(body));
  expect(item).toMatchObject({ status: 'delivered', destinationETag: there.ETag });
  return item as Record<string, string | undefined>;
}

const linesAbout = (key: string) => world.cloud.logs.lines(RELAY_LOG_GROUP).filter((line) => line.includes(key));

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const internalError = `${XML}<Error><Code>InternalError</Code><Message>words</Message><RequestId>1</RequestId></Error>`;
const ok = (body = '', headers: Record<string, string> = {}): RequestFault => ({
  kind: 'answer',
  status: 200,
  headers,
  body,
});

describe('a 200 that does not say that the write was done is no success', () => {
  test.each<[string, string, number, RequestFault, number?]>([
    ['error-put', 'PutObject', SMALL, ok(internalError), 3],
    ['error-put-line-ends', 'PutObject', SMALL, ok(`${internalError}\n\n`), 3],
    ['error-put-with-etag', 'PutObject', SMALL, ok(`${internalError}\n`, { etag: '"e"' }), 3],
    ['error-part-line-ends', 'UploadPart', LARGE, ok(`${internalError}\r\n`)],
    ['error-create-line-ends', 'CreateMultipartUpload', LARGE, ok(`${internalError}\n`), 3],
    ['error-complete-line-ends', 'CompleteMultipartUpload', LARGE, ok(`${internalError}\n\n`), 3],
    ['error-complete-blanks', 'CompleteMultipartUpload', LARGE, ok(`\n \t\n${internalError} \n`), 3],
    ['bare-put', 'PutObject', SMALL, ok()],
    ['bare-part', 'UploadPart', LARGE, ok()],
    ['bare-create', 'CreateMultipartUpload', LARGE, ok()],
    ['bare-complete', 'CompleteMultipartUpload', LARGE, ok(), 3],
    [
      'complete-without-etag',
      'CompleteMultipartUpload',
      LARGE,
      ok(`${XML}<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>`),
    ],
    ['other-checksum-put', 'PutObject', SMALL, ok('', { etag: '"e"', 'x-amz-checksum-crc32': 'AAAAAA==' })],
    ['other-checksum-part', 'UploadPart', LARGE, ok('', { etag: '"e"', 'x-amz-checksum-crc32': 'AAAAAA==' })],
  ])('%s', async (key, operation, sizeBytes, fault, times) => {
    const rule = strike(key, destination(operation), fault, times);
    const body = await drop(key, sizeBytes);
    const item = await expectDelivered(key, body);
    expect(rule.injected).toBe(times ?? 1);
    // Of an upload only the part is sent again.
    if (operation === 'UploadPart') expect(item['attempts']).toBe('1');
    expect(await world.deadLetters()).toEqual([]);
  });

  test.each<[string, string, number]>([
    ['done-put', 'PutObject', SMALL],
    ['done-complete', 'CompleteMultipartUpload', LARGE],
  ])(
    '%s: it may have been done all the same, so the object is relayed once more',
    async (key, operation, sizeBytes) => {
      const xml = `${XML}<CompleteMultipartUploadResult/>`;
      strike(key, destination(operation), { kind: 'answer', status: 200, body: xml, done: true });
      const body = await drop(key, sizeBytes);
      await eventually(async () => linesAbout(key).filter((line) => line.includes('"message":"relayed"')).length === 2);
      expect(linesAbout(key).filter((line) => line.includes('WriteUnanswered'))).toHaveLength(1);
      await expectDelivered(key, body);
    },
  );
});

describe('what passes by itself is delivered, and nobody is blamed', () => {
  test.each<[string, number, Match, RequestFault]>([
    ['skewed-put', SMALL, destination('PutObject'), refusal(403, 'RequestTimeTooSkewed')],
    ['skewed-part', LARGE, destination('UploadPart'), refusal(403, 'RequestTimeTooSkewed')],
    ['skewed-get', SMALL, source('GetObject'), refusal(403, 'RequestTimeTooSkewed')],
    ['skewed-head', LARGE, source('HeadObject'), refusal(403, 'RequestTimeTooSkewed')],
    ['signature', SMALL, destination('PutObject'), refusal(403, 'SignatureDoesNotMatch')],
    ['re-created', SMALL, destination('PutObject'), refusal(403, 'InvalidAccessKeyId')],
    ['invalid-part', LARGE, destination('CompleteMultipartUpload'), refusal(400, 'InvalidPart')],
    ['kms-passing', SMALL, destination('PutObject'), refusal(400, 'KMS.KeyUnavailableException')],
    ['kms-throttled', SMALL, source('GetObject'), refusal(400, 'KMS.ThrottlingException')],
  ])('%s', async (key, sizeBytes, match, fault) => {
    const rule = strike(key, match, fault);
    const body = await drop(key, sizeBytes);
    await expectDelivered(key, body);
    expect(rule.injected).toBe(1);
    expect(await world.deadLetters()).toEqual([]);
  });
});

describe('what does not pass is recorded with the reason that it has', () => {
  const user =
    'User: arn:aws:sts::222222222222:assumed-role/writer/s is not authorized to perform: s3:PutObject on resource:';
  test.each<[string, string, Match, RequestFault, string]>([
    [
      'kms-rotation.pdf',
      'DestinationDenied',
      destination('PutObject'),
      refusal(
        403,
        'AccessDenied',
        `${user} "arn:aws:s3:::b/incoming/kms-rotation.pdf" because no identity-based policy allows …`,
      ),
      's3:PutObject',
    ],
    [
      'no-key',
      'DestinationKeyDenied',
      destination('PutObject'),
      refusal(400, 'KMS.NotFoundException', 'Invalid keyId'),
      'account B must enable it',
    ],
    ['no-source-key', 'SourceKeyDenied', source('GetObject'), refusal(400, 'KMS.DisabledException'), 'must enable it'],
    [
      'redirected',
      'WrongRegion',
      destination('PutObject'),
      {
        kind: 'answer',
        status: 301,
        headers: { 'x-amz-bucket-region': 'eu-west-1' },
        body: `${XML}<Error><Code>PermanentRedirect</Code><Message>words</Message></Error>`,
      },
      'The bucket is in eu-west-1. Correct destination.region',
    ],
    // An answer to HEAD has no body.
    [
      'redirected-look',
      'WrongRegion',
      source(/^(Head|Get)Object$/),
      { kind: 'answer', status: 301, headers: { 'x-amz-bucket-region': 'eu-west-1' } },
      'The bucket is in eu-west-1. Correct source.region',
    ],
    [
      'malformed',
      'WrongRegion',
      destination('PutObject'),
      {
        kind: 'answer',
        status: 400,
        body: `${XML}<Error><Code>AuthorizationHeaderMalformed</Code><Message>words</Message><Region>eu-west-1</Region></Error>`,
      },
      'The bucket is in eu-west-1. Correct destination.region',
    ],
    [
      'not-enabled',
      'RegionNotEnabled',
      destination('PutObject'),
      refusal(400, 'InvalidToken'),
      'enable it in both accounts',
    ],
    ['no-bucket', 'BucketMissing', source('GetObject'), refusal(404, 'NoSuchBucket'), 'correct source.bucket'],
  ])('%s → %s', async (key, code, match, fault, reason) => {
    strike(key, match, fault);
    await drop(key, SMALL);
    const item = await settled(key);
    expect(item).toMatchObject({ status: 'failed', reasonCode: code, reason: expect.stringContaining(reason) });
    const [letter] = await eventually(async () => {
      const letters = await world.deadLetters();
      return letters.length > 0 && letters;
    });
    expect(letter?.MessageAttributes?.['ErrorCode']?.StringValue).toBe(code);
  });

  test('a HEAD is told by a GET that the bucket is missing, since its own answer says 404 only', async () => {
    strike('headless', source(/^(Head|Get)Object$/), refusal(404, 'NoSuchBucket'), 2);
    await drop('headless', LARGE);
    expect(await settled('headless')).toMatchObject({ reasonCode: 'BucketMissing' });
    await world.deadLetters();
  });
});

describe('sessions go by the same table', () => {
  const assumeRole: Match = { service: 'sts', operation: 'AssumeRole' };
  /** The cached session is lost first, so that a new one is asked for. */
  /** The next to ask for a session is the one that lost it, and its dead letters are its own: what is under way from before is awaited. */
  async function loseSession(key: string): Promise<void> {
    await world.cloud.settled();
    await world.deadLetters();
    faults.add({
      name: `${key}, lost`,
      match: { ...destination('PutObject'), key: new RegExp(`${key}$`) },
      when: { times: 1 },
      fault: { kind: 'expire-credentials' },
    });
  }

  test.each<[string, RequestFault, string]>([
    ['role-throttled', refusal(400, 'Throttling', 'Rate exceeded'), '"code":"Throttled"'],
    ['role-unavailable', refusal(503, 'ServiceUnavailable'), '"code":"Throttled"'],
    ['role-expired', refusal(403, 'ExpiredToken'), '"code":"SessionExpired"'],
  ])('%s passes', async (key, fault, logged) => {
    await loseSession(key);
    // As often as the SDK repeats it.
    strike(key, assumeRole, fault, 3);
    const body = await drop(key, SMALL);
    await expectDelivered(key, body);
    expect(linesAbout('AssumeRole on').some((line) => line.includes(logged))).toBe(true);
    expect(await world.deadLetters()).toEqual([]);
  });

  test.each<[string, RequestFault, string]>([
    ['role-malformed', refusal(400, 'MalformedPolicyDocument'), 'SessionRefused'],
    ['role-packed', refusal(400, 'PackedPolicyTooLarge'), 'SessionRefused'],
    ['role-region', refusal(403, 'RegionDisabledException'), 'RegionNotEnabled'],
  ])('%s does not', async (key, fault, code) => {
    await loseSession(key);
    strike(key, assumeRole, fault);
    await drop(key, SMALL);
    expect(await settled(key)).toMatchObject({ status: 'failed', reasonCode: code });
    await world.deadLetters();
  });
});
