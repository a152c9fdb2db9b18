/** A relay without durable functions, synthesized and run: what it can relay it does, and what it can't is a clear failure. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud, readAssembly } from '../../../emulator/index.ts';
import { synthesize } from '../../../local/synth.ts';
import { putSparse } from '../../support/large.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
const LIMIT = 64 * MIB;

let assembly: string;
let world: TwoAccounts;

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
  const relay = { largeObjects: false, replay: false, largeObjectBytes: LIMIT };
  await synthesize(assembly, { ...committedContext(), relay });
  world = twoAccountsOf(await LocalCloud.start({ stacks: readAssembly(assembly) }));
});

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
  await rm(assembly, { recursive: true });
});

test('an object up to the limit is relayed as ever', async () => {
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'fits', Body: 'x' }));
  await eventually(() => world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}fits` })));
});

test('a larger one is recorded and lies in the dead-letter queue at once, with its size and the limit', async () => {
  await putSparse(world, 'too-large', LIMIT + 1);
  const [letter] = await eventually(async () => {
    const letters = await world.deadLetters();
    return letters.length > 0 && letters;
  });
  const { ErrorCode, ErrorMessage } = letter!.MessageAttributes!;
  expect(ErrorCode!.StringValue).toBe('ObjectTooLarge');
  expect(ErrorMessage!.StringValue).toContain(
    `s3://${SOURCE_BUCKET}/too-large has ${LIMIT + 1} bytes, more than the ${LIMIT} of relay.largeObjectBytes, and relay.largeObjects is false`,
  );
  expect(await world.ledgerItem('too-large')).toMatchObject({ status: 'failed', reasonCode: 'ObjectTooLarge' });
});

test('by hand, the answer says so', async () => {
  const { functionError, payload } = await world.invoke({ key: 'too-large' });
  expect(functionError).toBe('Unhandled');
  expect(payload).toMatchObject({ errorType: 'ObjectTooLarge' });
});
