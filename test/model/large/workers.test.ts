/** What workers say, and what relay-large makes of it. */
import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { s3Error } from '../exploration/s3-error.ts';
import type { Services } from '../exploration/services.ts';
import { LargeWorld, type LargeWorldOptions } from './large-world.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmn';

async function relayed(options: LargeWorldOptions): Promise<LargeWorld> {
  const world = new LargeWorld(options);
  world.upload(LETTERS);
  await world.relay();
  return world;
}

/** Whether it is no receipt that is written, but who holds a slot. */
function isSlot({ Item }: PutItemCommandInput): boolean {
  return Item?.['holders'] !== undefined;
}

/** Fails a write of a part by its number, counted from its first try. */
function failing(part: number, times: number, status: number, code: string): (services: Services) => Services {
  let failures = 0;
  return (services) => ({
    ...services,
    UploadPart(input) {
      if (input.PartNumber === part && failures++ < times) throw s3Error(status, code);
      return services.UploadPart(input);
    },
  });
}

test('a worker whose time is nearly up stops and says where; the next one goes on from there', async () => {
  const world = await relayed({
    workerClock: () => {
      let leftMs = 6_000;
      return () => {
        leftMs -= 400;
        return leftMs;
      };
    },
  });
  expect(world.destination.letters('k')).toBe(LETTERS);
  expect(world.executions[0]!.journal.operationsBegun).toBeGreaterThan(11);
  expect(world.sentParts).toHaveLength(40);
});

test('a group that fails for a while is repeated after a pause, the others are not', async () => {
  const world = await relayed({ services: failing(17, 3, 503, 'SlowDown') });
  expect(world.destination.letters('k')).toBe(LETTERS);
  expect(world.executions).toHaveLength(1);
  const counts = Map.groupBy(world.sentParts, (part) => Number(part.split('/')[1]));
  for (const [number, sent] of counts) if (number < 17 || number > 32) expect(sent).toHaveLength(1);
});

test('what no worker can help ends the execution at once: recorded, told, and in the dead-letter queue', async () => {
  const world = await relayed({ services: failing(20, Number.POSITIVE_INFINITY, 403, 'AccessDenied') });
  expect(world.destination.letters('k')).toBeUndefined();
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'failed', reasonCode: 'DestinationDenied' });
  expect(world.queue.deadLetters).toMatchObject([{ key: 'k', code: 'DestinationDenied' }]);
  expect(world.executions.map(({ status }) => status)).toEqual(['SUCCEEDED']);
});

test('an upload that goes while it is written is begun afresh, three times at the most', async () => {
  const once = await relayed({ services: failing(20, 3, 404, 'NoSuchUpload') });
  expect(once.destination.letters('k')).toBe(LETTERS);
  expect(once.ledger.item('main/k')).toMatchObject({ status: 'delivered', attempts: '2' });

  const always = await relayed({ services: failing(20, Number.POSITIVE_INFINITY, 404, 'NoSuchUpload') });
  expect(always.executions).toHaveLength(3);
  expect(always.ledger.item('main/k')).toMatchObject({ status: 'failed', reasonCode: 'UploadGone', attempts: '3' });
  expect(always.queue.deadLetters).toMatchObject([{ key: 'k', code: 'UploadGone' }]);
});

test('a conflict at the completion needs a new upload: it is begun afresh at once, three times at the most', async () => {
  const conflicting = (times: number) => {
    const completed: string[] = [];
    const services = (real: Services): Services => ({
      ...real,
      CompleteMultipartUpload(input) {
        completed.push(input.UploadId!);
        if (completed.length <= times) throw s3Error(409, 'ConditionalRequestConflict');
        return real.CompleteMultipartUpload(input);
      },
    });
    return { completed, services };
  };
  const once = conflicting(1);
  const world = await relayed({ createOnly: true, services: once.services });
  expect(world.destination.letters('k')).toBe(LETTERS);
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', attempts: '2' });
  expect(new Set(once.completed).size).toBe(2);
  expect(once.completed).toHaveLength(2);

  const always = conflicting(Number.POSITIVE_INFINITY);
  const refused = await relayed({ createOnly: true, services: always.services });
  expect(always.completed).toHaveLength(3);
  expect(refused.ledger.item('main/k')).toMatchObject({ status: 'failed', reasonCode: 'UploadGone', attempts: '3' });
});

test('on a create-only route, a completion that died with its answer is known for its own', async () => {
  let answers = 0;
  const world = await relayed({
    createOnly: true,
    services: (services) => ({
      ...services,
      CompleteMultipartUpload(input) {
        const answer = services.CompleteMultipartUpload(input);
        if (answers++ < 3) throw s3Error(500, 'InternalError');
        return answer;
      },
    }),
  });
  expect(world.destination.letters('k')).toBe(LETTERS);
  expect(world.executions).toHaveLength(1);
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', attempts: '1' });
});

test.each([
  ['while its parts are sent', 'UploadPart'],
  ['after it was completed', 'PutItem'],
] as const)('an object that is overwritten %s is followed by the newer one', async (_, operation) => {
  const newer = LETTERS.toUpperCase();
  const world: LargeWorld = new LargeWorld({
    services: (services) => ({
      ...services,
      [operation](input: never) {
        if (!isSlot(input) && world.source.newest('k')!.letters !== newer) world.upload(newer);
        return services[operation](input);
      },
    }),
  });
  world.upload(LETTERS);
  await world.relay();
  expect(world.destination.letters('k')).toBe(newer);
  expect(world.executions).toHaveLength(2);
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', sourceETag: `"${newer}"` });
  // The workers that come after the overwrite have nothing sent: of three groups two were under way.
  if (operation === 'UploadPart') expect(world.sentParts.length).toBe(32 + 40);
});

test('on a create-only route nothing is begun again for an overwrite after the completion', async () => {
  const world: LargeWorld = new LargeWorld({
    createOnly: true,
    services: (services) => ({
      ...services,
      PutItem(input) {
        if (!isSlot(input) && world.source.newest('k')!.letters === LETTERS) world.upload(LETTERS.toUpperCase());
        return services.PutItem(input);
      },
    }),
  });
  world.upload(LETTERS);
  await world.relay();
  expect(world.destination.letters('k')).toBe(LETTERS);
  expect(world.executions).toHaveLength(1);
});

test('answers about thousands of parts outgrow what a checkpoint takes, and are still put together after a replay', async () => {
  const parts = 8_500;
  let refusals = 0;
  const world = new LargeWorld({
    services: (services) => ({
      ...services,
      UploadPart: (input) => ({ ...services.UploadPart(input), ETag: `"${'0'.repeat(32)}"` }),
      PutItem(input) {
        // Repeated after a pause, by another invocation.
        if (!isSlot(input) && refusals++ === 0) throw s3Error(503, 'ThrottlingException');
        return services.PutItem(input);
      },
    }),
  });
  world.upload('x'.repeat(parts));
  await world.relay();
  expect(world.destination.letters('k')).toHaveLength(parts);
  expect(world.sentParts).toHaveLength(parts);
  const [groups] = world.executions[0]!.journal.operations.filter(({ Name }) => Name === 'groups');
  expect(groups!.ContextDetails).toMatchObject({ ReplayChildren: true });
  expect(world.executions).toHaveLength(1);
});
