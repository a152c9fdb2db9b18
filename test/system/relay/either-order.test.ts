/** The source may be deployed first: what is uploaded meanwhile waits for the other side, and then arrives by itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { synthesize } from '../../../local/synth.ts';
import { check, failedLines, writerTrust } from '../../support/checked.ts';
import { LARGE_LOG_GROUP, putSparse, smallLarge } from '../../support/large.ts';
import { type SourceFirst, startSourceFirst } from '../../support/source-first.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  changeSettings,
  DESTINATION_BUCKET,
  EXTERNAL_ID,
  eventually,
  NO_PAUSES,
  PREFIX,
  REGION,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  WRITER_ROLE_ARN,
} from '../../support/two-accounts.ts';

const LARGE_BYTES = 9 * 1024 ** 2;

let world: SourceFirst;

afterEach(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

const put = (Key: string) => world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: 'x' }));
const lines = (group: string, ...words: string[]) =>
  world.cloud.logs.lines(group).filter((line) => words.every((word) => line.includes(word)));
const sentAnew = (key: string) => lines(RELAY_LOG_GROUP, 'not tried yet, sent anew', key);

async function bodyOf(key: string): Promise<string> {
  const there = { Bucket: DESTINATION_BUCKET, Key: PREFIX + key };
  const { Body } = await world.b.s3.send(new GetObjectCommand(there));
  return Body!.transformToString();
}

/** Under the roles' own item, as account A's operator would find it. */
const receiptOf = (key: string) =>
  eventually(async () => {
    const item = await world.ledgerItem(key);
    return item?.['status'] !== undefined && item;
  });

describe('with the source deployed first', () => {
  test('a file waits, check says for whom, and it arrives when the destination is deployed, without anybody’s doing', async () => {
    world = await startSourceFirst((stacks) => changeSettings(stacks, { ...NO_PAUSES }));
    expect(awaitedIn(await check(world))).toContain('not there yet, uploads would wait 72 h (403 AccessDenied:');
    await put('early.txt');
    await eventually(async () => sentAnew('early.txt').length >= 2);

    expect(await world.deadLetters()).toEqual([]);
    expect(await world.ledgerItem('early.txt')).toBeUndefined();
    const told = JSON.parse(sentAnew('early.txt').at(-1)!);
    expect(told.failure).toMatchObject({
      code: 'RoleAwaited',
      message: expect.stringContaining(
        `Route "main" awaits account ${ACCOUNT_B}: its role ${WRITER_ROLE_ARN} has never`,
      ),
    });
    // However often it was sent, it goes by the id of the message that S3 has sent, and has not been tried.
    const ids = new Set(sentAnew('early.txt').map((line) => JSON.parse(line).messageId));
    expect(ids.size).toBe(1);
    expect(told.tries).toBe(1);

    const answer = await check(world);
    expect(awaitedIn(answer)).toMatch(/^not there yet, uploads wait for it until \d{4}-.*Z \(403 AccessDenied:/);
    expect(answer.passed).toBe(false);
    expect(answer.table).toContain(
      `1 of ${answer.lines.length} awaited; to be deployed by: destination account ${ACCOUNT_B}.`,
    );

    await world.deployDestination();
    expect(await receiptOf('early.txt')).toMatchObject({ status: 'delivered', attempts: '1' });
    expect(await bodyOf('early.txt')).toBe('x');
    await world.cloud.settled();
    expect(await world.deadLetters()).toEqual([]);
    expect(failedLines(await check(world))).toEqual([]);
  });

  test('the age of what is sent anew raises the alarm, since SQS’s own begins afresh each time', async () => {
    world = await startSourceFirst((stacks) => changeSettings(stacks, { ...NO_PAUSES }));
    await put('early.txt');
    const metric = {
      account: ACCOUNT_A,
      region: REGION,
      namespace: 'UploadRelay',
      name: 'OldestRequeued',
      dimensions: { service: 'upload-relay' },
    };
    const span = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const { cloudWatch } = world.cloud;
    const age = () => cloudWatch.metrics.statistic(metric, 'Maximum', span) ?? 0;
    await eventually(async () => age() > 2);
    const alarm = cloudWatch.alarms().find(({ name }) => name === 'upload-relay-oldest-message-requeued')!;
    expect(alarm).toMatchObject({ metric, statistic: 'Maximum', threshold: 1800 });
  });

  test('the other doors say that it is worth another try', async () => {
    world = await startSourceFirst((stacks) => changeSettings(stacks, { ...NO_PAUSES }));
    await put('early.txt');
    const manual = await world.invoke({ key: 'early.txt' });
    expect(manual.payload).toMatchObject({
      errorType: 'RoleAwaited',
      errorMessage: expect.stringContaining(`Has account ${ACCOUNT_B} deployed its side yet?`),
    });
    const task = { taskId: 't', s3Key: 'early.txt', s3VersionId: null, s3Bucket: SOURCE_BUCKET };
    const job = await world.invoke({
      invocationSchemaVersion: '2.0',
      invocationId: 'i',
      job: { id: 'j' },
      tasks: [task],
    });
    expect(job.payload).toMatchObject({
      results: [{ resultCode: 'TemporaryFailure', resultString: expect.stringMatching(/^RoleAwaited: /) }],
    });
  });

  test('a large object waits as well, by relay-large handing it back', async () => {
    world = await startSourceFirst((stacks) => smallLarge(stacks));
    await putSparse(world, 'large', LARGE_BYTES);
    await world.invoke({ key: 'large' });
    await eventually(async () => lines(LARGE_LOG_GROUP, 'handed back to the queue', 'RoleAwaited').length > 0);
    expect(await world.ledgerItem('large')).toBeUndefined();
    await world.deployDestination();
    expect(await receiptOf('large')).toMatchObject({ status: 'delivered', transferKind: 'large', attempts: '1' });
    expect(await world.deadLetters()).toEqual([]);
  });

  test('a message waits only for the routes that await somebody: what is delivered along others is not repeated', async () => {
    const assembly = await mkdtemp(join(tmpdir(), 'upload-relay-order-'));
    const context = committedContext();
    const [main] = context.routes;
    const destination = { ...main!.destination, prefix: 'second/', existingBucket: true };
    context.routes.push({ ...main!, name: 'second', writerRoleName: 'second-writer', destination });
    await synthesize(assembly, context);
    const change = (name: string) => (stacks: Parameters<Parameters<typeof startSourceFirst>[0]>[0]) => {
      changeSettings(stacks, { ...NO_PAUSES });
      for (const { template } of stacks)
        for (const { Properties } of Object.values(template.Resources))
          if (Properties?.['RoleName'] === name) Properties['RoleName'] = 'misspelt';
    };
    world = await startSourceFirst(change('second-writer'), assembly);
    await world.deployDestination();
    await put('one.txt');
    await eventually(async () => sentAnew('one.txt').length >= 3);
    expect(await receiptOf('one.txt')).toMatchObject({ status: 'delivered' });
    expect(lines(RELAY_LOG_GROUP, '"message":"relayed"', 'one.txt')).toHaveLength(1);
    for (const line of sentAnew('one.txt')) expect(JSON.parse(line).left).toEqual(['0/second']);
    expect(await world.deadLetters()).toEqual([]);
    await rm(assembly, { recursive: true });
  });
});

describe('a refusal is permanent', () => {
  test('when the time is over: at once, with the reason, and redriven it arrives once the destination is there', async () => {
    world = await startSourceFirst((stacks) =>
      // Seven seconds.
      changeSettings(stacks, { ...NO_PAUSES, awaitRoleHours: 0.002 }),
    );
    await put('patient.txt');
    const [letter, ...others] = await eventually(async () => {
      const letters = await world.deadLetters();
      return letters.length > 0 && letters;
    });
    expect(others).toEqual([]);
    const { ErrorCode, ErrorMessage, OriginalMessageId, ...rest } = letter!.MessageAttributes!;
    expect(ErrorCode!.StringValue).toBe('AssumeRoleDenied');
    expect(ErrorMessage!.StringValue).toMatch(/It was awaited since .*, and the time for that .* is over/);
    expect(OriginalMessageId!.StringValue).toBe(JSON.parse(sentAnew('patient.txt')[0]!).messageId);
    // A redrive starts afresh: of what the message had behind it only the routes go along that were left to go.
    expect(Object.keys(rest)).toEqual(['Routes']);
    expect(rest['Routes']!.StringValue).toBe('main');
    expect(await world.ledgerItem('patient.txt')).toMatchObject({ status: 'failed', reasonCode: 'AssumeRoleDenied' });

    const before = sentAnew('next.txt').length;
    await put('next.txt');
    await eventually(async () => (await world.ledgerItem('next.txt'))?.['reasonCode'] === 'AssumeRoleDenied');
    expect(sentAnew('next.txt').length).toBe(before);
    expect((await check(world)).lines.find(({ status }) => status === 'failed')?.check).toBe(
      'the writer role lets the relay in',
    );

    await world.deployDestination();
    await world.cloud.settled();
    await world.invoke({ from: 'dead-letter-queue' }, 'upload-relay-replay:live');
    await eventually(async () => (await world.ledgerItem('next.txt'))?.['status'] === 'delivered');
  });

  test('when the role was assumed once, if only by the check', async () => {
    world = await startSourceFirst((stacks) => changeSettings(stacks, { awaitRoleHours: 0.0001 }));
    await world.deployDestination();
    expect((await check(world)).passed).toBe(true);
    // Until IAM has settled.
    await sleep(500);
    world.cloud.directory.findRoleByArn(WRITER_ROLE_ARN)!.trust.Statement = [];
    await put('late.txt');
    await eventually(async () => (await world.ledgerItem('late.txt'))?.['reasonCode'] === 'AssumeRoleDenied');
    expect(await world.ledgerItem('late.txt')).toMatchObject({
      reason: expect.not.stringContaining('awaited since'),
    });
    expect(sentAnew('late.txt')).toEqual([]);
    expect(awaitedIn(await check(world))).toBeUndefined();
  });

  test('unless something else is agreed upon since: another external id', async () => {
    world = await startSourceFirst((stacks) => {
      writerTrust(stacks).Condition.StringEquals['sts:ExternalId'] = `not-${EXTERNAL_ID}`;
      changeSettings(stacks, { ...NO_PAUSES });
    });
    await world.deployDestination();
    await put('agreed.txt');
    await eventually(async () => sentAnew('agreed.txt').length >= 2);
    expect(await world.deadLetters()).toEqual([]);
  });
});

function awaitedIn(answer: Awaited<ReturnType<typeof check>>): string | undefined {
  return answer.lines.find(({ status }) => status === 'awaited')?.found;
}
