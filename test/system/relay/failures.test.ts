/** Every row of the failure table, as it happens: the real bundle in its Lambda, and one thing that goes wrong. */
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults, type Match, type RequestFault, type When } from '../../../emulator/index.ts';
import {
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
const SMALL = 5_000;
/** One PutObject whose body is a stream. */
const MEDIUM = 9 * MIB;
/** A byte more, and uploaded in parts with a SHA-256 of each: it travels in these very parts. */
const LARGE = MEDIUM + 1;

/** A rule's match, its fault, and when it strikes: the first time unless said otherwise. */
type Trouble = [match: Match, fault: RequestFault, when?: When];

const faults = new Faults({ seed: 1 });
let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts({
    faults,
    change: (stacks) => {
      // Short, so that what only time ends, ends within the test.
      changeProperties(stacks, 'AWS::Lambda::Function', { Timeout: 6 });
      changeProperties(
        stacks.filter(({ name }) => name.endsWith('source')),
        'AWS::SQS::Queue',
        { VisibilityTimeout: 7 },
      );
      // The role is known, and no refusal is waited for.
      changeSettings(stacks, { ...NO_PAUSES, awaitRoleHours: 0.0001, events: 'all' });
    },
  });
});

afterEach(() => faults.clear());

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

const source = (operation: string): Match => ({ service: 's3', operation, bucket: SOURCE_BUCKET });
const destination = (operation: string): Match => ({ service: 's3', operation, bucket: DESTINATION_BUCKET });
const refusal = (status: number, code: string, message = 'words'): RequestFault => ({
  kind: 'error',
  status,
  code,
  message,
});

const put = (Key: string, size: number) =>
  new Upload({
    client: world.a.s3,
    params: {
      Bucket: SOURCE_BUCKET,
      Key,
      Body: Buffer.alloc(size, 'x'),
      ...(size === LARGE && { ChecksumAlgorithm: 'SHA256' as const }),
    },
    partSize: size === LARGE ? 5 * MIB : MEDIUM,
  }).done();

async function withTrouble(key: string, [match, fault, when = { times: 1 }]: Trouble, act: () => Promise<unknown>) {
  const rule = faults.add({
    name: key,
    match: match.service === 's3' ? { ...match, key: new RegExp(`${key}$`) } : match,
    when,
    fault,
  });
  const outcome = await act();
  // An event is put after the delivery has shown.
  await eventually(async () => rule.injected > 0);
  rule.remove();
  return outcome;
}

const delivered = (key: string) =>
  eventually(async () => {
    await world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
    const item = await world.ledgerItem(key);
    return item?.['status'] === 'delivered' && item;
  });

const deadLetter = () =>
  eventually(async () => {
    const [message] = await world.deadLetters();
    return message?.MessageAttributes?.['ErrorCode']?.StringValue;
  });

describe('what may pass is tried again, and delivered', () => {
  test.each<[string, number, Trouble]>([
    ['throttled read', SMALL, [source('GetObject'), refusal(503, 'SlowDown'), { times: 4 }]],
    ['throttled write', SMALL, [destination('PutObject'), refusal(503, 'SlowDown'), { times: 4 }]],
    ['internal error on reading', SMALL, [source('HeadObject'), refusal(500, 'InternalError'), { times: 4 }]],
    [
      'internal error on writing a part',
      LARGE,
      [destination('UploadPart'), refusal(500, 'InternalError'), { times: 4 }],
    ],
    ['conflict on Complete', LARGE, [destination('CompleteMultipartUpload'), refusal(409, 'OperationAborted')]],
    ['upload gone', LARGE, [destination('UploadPart'), refusal(404, 'NoSuchUpload'), { times: 3 }]],
    ['overwritten in mid-copy', SMALL, [source('GetObject'), refusal(412, 'PreconditionFailed')]],
    ['session expired in mid-transfer', LARGE, [destination('UploadPart'), { kind: 'expire-credentials' }]],
    [
      'connection reset while a small body is read',
      SMALL,
      [source('GetObject'), { kind: 'reset', side: 'response', atByte: 100 }],
    ],
    [
      'connection reset while a large body is read',
      LARGE,
      [source('GetObject'), { kind: 'reset', side: 'response', atByte: MIB }],
    ],
    [
      'connection reset while a body is written',
      LARGE,
      [destination('UploadPart'), { kind: 'reset', side: 'request', atByte: MIB }],
    ],
    [
      'connection reset while a stream is read',
      MEDIUM,
      [source('GetObject'), { kind: 'reset', side: 'response', atByte: MIB }],
    ],
    [
      'connection reset while a stream is written',
      MEDIUM,
      [destination('PutObject'), { kind: 'reset', side: 'request', atByte: MIB }],
    ],
    ['stream cut short', MEDIUM, [source('GetObject'), { kind: 'truncate', atByte: MIB }]],
    ['stalled stream', MEDIUM, [destination('PutObject'), { kind: 'stall', side: 'request', atByte: MIB }]],
    [
      'bit flipped in a stream on the way in',
      MEDIUM,
      [source('GetObject'), { kind: 'bit-flip', side: 'response', atByte: MIB }],
    ],
    [
      'bit flipped in a part of the source',
      LARGE,
      [source('GetObject'), { kind: 'bit-flip', side: 'response', atByte: MIB }],
    ],
    ['small body cut short', SMALL, [source('GetObject'), { kind: 'truncate', atByte: 100 }]],
    ['large body cut short', LARGE, [source('GetObject'), { kind: 'truncate', atByte: MIB }]],
    ['stalled read', LARGE, [source('GetObject'), { kind: 'stall', side: 'response', atByte: MIB }]],
    ['stalled write', LARGE, [destination('UploadPart'), { kind: 'stall', side: 'request', atByte: MIB }]],
    ['bit flipped on the way in', SMALL, [source('GetObject'), { kind: 'bit-flip', side: 'response', atByte: 7 }]],
    [
      'bit flipped on the way out',
      LARGE,
      [destination('UploadPart'), { kind: 'bit-flip', side: 'request', atByte: MIB }],
    ],
    [
      'answer to PutObject lost',
      SMALL,
      [destination('PutObject'), { kind: 'error', status: 500, code: 'InternalError', after: true }],
    ],
    [
      'answer to Complete lost',
      LARGE,
      [
        destination('CompleteMultipartUpload'),
        { kind: 'error', status: 500, code: 'InternalError', after: true },
        { times: 1 },
      ],
    ],
    [
      'ledger throttled',
      SMALL,
      [
        { service: 'dynamodb', operation: 'PutItem' },
        refusal(400, 'ProvisionedThroughputExceededException'),
        { times: 4 },
      ],
    ],
    [
      'ledger refused',
      SMALL,
      [{ service: 'dynamodb', operation: 'PutItem' }, refusal(400, 'AccessDeniedException'), { times: 2 }],
    ],
    ['killed before the write', SMALL, [destination('PutObject'), { kind: 'kill-caller' }]],
    ['killed after the write', SMALL, [destination('PutObject'), { kind: 'kill-caller', after: true }]],
    ['killed before the receipt', SMALL, [{ service: 'dynamodb', operation: 'PutItem' }, { kind: 'kill-caller' }]],
  ])('%s', async (key, size, trouble) => {
    await withTrouble(key, trouble, async () => {
      await put(key, size);
      await delivered(key);
    });
    expect(await world.deadLetters()).toEqual([]);
  });

  test.each<[string, RequestFault]>([
    ['reset and mended', { kind: 'reset', side: 'response', atByte: MIB }],
    ['cut short and mended', { kind: 'truncate', atByte: MIB }],
  ])(
    'a read that breaks in mid-body ends the write with it, and only its part is sent again: %s',
    async (key, fault) => {
      await withTrouble(key, [source('GetObject'), fault, { times: 1 }], async () => {
        await put(key, LARGE);
        await delivered(key);
      });
      const troubles = world.cloud.logs.lines(RELAY_LOG_GROUP).filter((line) => /tried again|not relayed/.test(line));
      expect(troubles.filter((line) => line.includes(key))).toEqual([]);
    },
  );

  test('after a write that went unanswered the object is relayed once more, later: it might land late', async () => {
    const key = 'silence';
    const lost: RequestFault = { kind: 'error', status: 500, code: 'InternalError', after: true };
    await withTrouble(key, [destination('PutObject'), lost], async () => {
      await put(key, SMALL);
      await delivered(key);
    });
    const ofThis = () => world.cloud.logs.lines(RELAY_LOG_GROUP).filter((line) => line.includes(key));
    await eventually(async () => ofThis().filter((line) => line.includes('"message":"relayed"')).length === 2);
    expect(ofThis().filter((line) => line.includes('WriteUnanswered'))).toHaveLength(1);
  });

  test('EventBridge refusing holds nothing up', async () => {
    const trouble: Trouble = [
      { service: 'events', operation: 'PutEvents' },
      refusal(400, 'AccessDeniedException'),
      { times: 1 },
    ];
    await withTrouble('unheard', trouble, async () => {
      await put('unheard', SMALL);
      await delivered('unheard');
    });
  });
});

describe('what no retry can help is recorded and goes to the dead-letter queue at once', () => {
  test.each<[string, string, Trouble]>([
    [
      '403 on the source',
      'SourceDenied',
      [{ ...source(''), operation: /^(Head|Get)Object$/ }, refusal(403, 'AccessDenied'), { times: 2 }],
    ],
    ['403 on the destination', 'DestinationDenied', [destination('PutObject'), refusal(403, 'AccessDenied')]],
    [
      'customer-provided key',
      'SourceUnreadable',
      [{ ...source(''), operation: /^(Head|Get)Object$/ }, refusal(400, 'BadRequest'), { times: 2 }],
    ],
    ['archived after the look', 'SourceArchived', [source('GetObject'), refusal(403, 'InvalidObjectState')]],
    [
      'source key denied',
      'SourceKeyDenied',
      [source('GetObject'), refusal(403, 'AccessDenied', 'not authorized to perform: kms:Decrypt')],
    ],
    [
      'destination key denied',
      'DestinationKeyDenied',
      [destination('PutObject'), refusal(403, 'AccessDenied', 'not authorized to perform: kms:GenerateDataKey')],
    ],
    ['too large for the destination', 'DestinationRefused', [destination('PutObject'), refusal(400, 'EntityTooLarge')]],
    ['more than ten tags', 'DestinationRefused', [destination('PutObject'), refusal(400, 'InvalidTag')]],
    ['metadata over 2 KB', 'DestinationRefused', [destination('PutObject'), refusal(400, 'MetadataTooLarge')]],
  ])('%s → %s', async (key, code, trouble) => {
    await withTrouble(key, trouble, async () => {
      await put(key, SMALL);
      expect(await deadLetter()).toBe(code);
    });
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: code });
  });

  test('a key that the prefix makes too long → KeyTooLong', async () => {
    const key = 'k'.repeat(1020);
    await put(key, SMALL);
    expect(await deadLetter()).toBe('KeyTooLong');
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: 'KeyTooLong' });
  });

  test('an archived object → SourceArchived', async () => {
    await world.a.s3.send(
      new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'archived', Body: 'x', StorageClass: 'GLACIER' }),
    );
    expect(await deadLetter()).toBe('SourceArchived');
  });

  test('a refused AssumeRole → AssumeRoleDenied', async () => {
    const trouble: Trouble = [{ service: 'sts', operation: 'AssumeRole' }, refusal(403, 'AccessDenied'), { times: 1 }];
    // The cached session is lost first, so that a new one is asked for.
    faults.add({
      name: 'expire',
      match: { ...destination('PutObject'), key: /unassumed$/ },
      when: { times: 1 },
      fault: { kind: 'expire-credentials' },
    });
    await withTrouble('unassumed', trouble, async () => {
      await put('unassumed', SMALL);
      expect(await deadLetter()).toBe('AssumeRoleDenied');
    });
  });

  test('what keeps failing is given up after the last try, with its reason', async () => {
    const when = { probability: 1 };
    await withTrouble('hopeless', [source('HeadObject'), refusal(503, 'SlowDown'), when], async () => {
      // As the queue would hand it out for the fifth time.
      const body = JSON.stringify({
        Records: [
          {
            eventSource: 'aws:s3',
            eventName: 'ObjectCreated:Put',
            s3: { bucket: { name: SOURCE_BUCKET }, object: { key: 'hopeless' } },
          },
        ],
      });
      const record = {
        eventSource: 'aws:sqs',
        messageId: 'm',
        receiptHandle: 'r',
        body,
        attributes: { ApproximateReceiveCount: '5' },
      };
      expect(await world.invoke({ Records: [record] })).toMatchObject({ payload: { batchItemFailures: [] } });
    });
    expect(await deadLetter()).toBe('Throttled');
    expect(await world.ledgerItem('hopeless')).toMatchObject({ status: 'failed', reasonCode: 'Throttled' });
  });
});

describe('one slow object does not hold up the others', () => {
  test('of its batch: they are acknowledged, it alone comes back', async () => {
    const key = 'slow-one';
    await withTrouble(key, [source('GetObject'), { kind: 'stall', side: 'response', atByte: 10 }], async () => {
      await Promise.all([put('quick-one', SMALL), put(key, SMALL), put('quick-two', SMALL)]);
      await Promise.all([delivered('quick-one'), delivered('quick-two'), delivered(key)]);
    });
    expect(await world.deadLetters()).toEqual([]);
  });
});
