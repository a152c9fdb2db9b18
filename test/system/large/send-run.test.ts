/** When a run of parts is begun, gone on with, and left to the next worker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Faults } from '../../../emulator/index.ts';
import { destinationOf } from '../../../functions/core/route.ts';
import { SourceObject } from '../../../functions/core/source-object.ts';
import { createUpload } from '../../../functions/transfer/multipart.ts';
import { splitIntoParts } from '../../../functions/transfer/plan.ts';
import { type RunOptions, sendRun } from '../../../functions/transfer/send-run.ts';
import { headSource } from '../../../functions/transfer/source-state.ts';
import type { Transfer } from '../../../functions/transfer/transfer.ts';
import { VisibleWrites } from '../../../functions/transfer/visible-writes.ts';
import { inProcessRelay } from '../../support/in-process-relay.ts';
import { putSparse } from '../../support/large.ts';
import { SOURCE_BUCKET, startTwoAccounts, type TwoAccounts } from '../../support/two-accounts.ts';

const PART_BYTES = 5 * 1024 ** 2;
const PARTS = splitIntoParts(6 * PART_BYTES, PART_BYTES);

const faults = new Faults({ seed: 1 });
let world: TwoAccounts;
let transfer: Transfer;

beforeAll(async () => {
  world = await startTwoAccounts({ faults });
  await putSparse(world, 'run', PARTS.length * PART_BYTES);
  const { invocation, writer } = inProcessRelay(world);
  const { clients, config, signal, sleep } = invocation;
  const source = new SourceObject(SOURCE_BUCKET, 'run');
  const route = config.routes[0]!;
  const reader = clients.reader(route);
  const state = await headSource(reader, source, signal);
  const destination = destinationOf(route, source);
  const visibleWrites = new VisibleWrites();
  const attributes = {};
  transfer = {
    source,
    state,
    destination,
    attributes,
    createOnly: false,
    reader,
    writer,
    visibleWrites,
    signal,
    sleep,
  };
});

afterAll(() => world.close());

async function numbersSent(hasTimeFor?: RunOptions['hasTimeFor']) {
  const uploadId = await createUpload(transfer);
  const { sent, failure } = await sendRun(transfer, uploadId, PARTS, {
    computed: { crc32: true },
    ...(hasTimeFor && { hasTimeFor }),
  });
  return { numbers: sent.map(({ number }) => number), failure: failure?.code };
}

test('all are sent where time is no matter', async () => {
  expect(await numbersSent()).toEqual({ numbers: [1, 2, 3, 4, 5, 6], failure: undefined });
});

test('the first is sent however little time there seems to be, and no other', async () => {
  expect(await numbersSent(() => false)).toEqual({ numbers: [1], failure: undefined });
});

test('where there is no time for two at once, they go one after the other', async () => {
  expect(await numbersSent((bytes) => bytes <= PART_BYTES)).toMatchObject({ numbers: [1, 2, 3, 4, 5, 6] });
});

test('what is under way counts, and so does the pace once there is one', async () => {
  const asked: [bytes: number, pace: number | undefined][] = [];
  await numbersSent((...each) => asked.push(each) > 0);
  expect(asked[0]).toEqual([2 * PART_BYTES, undefined]);
  expect(asked.at(-1)).toEqual([
    expect.toSatisfy((bytes) => bytes >= PART_BYTES),
    expect.toSatisfy((pace) => pace > 0),
  ]);
});

test('when time runs out, what has been begun is still sent', async () => {
  let begun = 1;
  const { numbers } = await numbersSent(() => begun < 3 && ++begun > 0);
  expect(numbers).toEqual([1, 2, 3].slice(0, numbers.length));
  expect(numbers.length).toBeGreaterThanOrEqual(2);
});

test('a failure ends it, and only what stands without a gap before it counts', async () => {
  const rule = faults.add({
    name: 'second part',
    match: { service: 's3', operation: 'UploadPart' },
    when: { nth: [2] },
    fault: { kind: 'error', status: 403, code: 'AccessDenied' },
  });
  const { numbers, failure } = await numbersSent();
  rule.remove();
  expect(failure).toBe('DestinationDenied');
  expect(numbers.length).toBeLessThan(2);
});
