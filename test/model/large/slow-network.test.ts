/** The largest objects over the slowest network that they are planned for. */
import { expect, test } from 'vitest';
import { DURABLE_QUOTAS } from '../../../functions/transfer/plan-large.ts';
import { s3Error } from '../exploration/s3-error.ts';
import { LargeWorld, type LargeWorldOptions } from './large-world.ts';

const GIB = 1024 ** 3;
/** What is left of a worker's time is enough for the part that it begins in any case, and for no other. */
const ONE_PART_EACH: LargeWorldOptions = { workerClock: () => () => 2_400 };
const COUNT = 10_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.repeat(COUNT / 26 + 1).slice(0, COUNT);

test('10,000 parts of 5 GiB, one a worker, are shared out among executions, none of which runs out of operations', async () => {
  const world = new LargeWorld({ ...ONE_PART_EACH, largeWorkers: 200 });
  world.upload(LETTERS, 5 * GIB);
  await world.relay();
  expect(world.destination.letters('k')).toBe(LETTERS);
  expect(world.sentParts).toHaveLength(COUNT);
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', parts: String(COUNT) });
  expect(world.sections).toHaveLength(9);
  const begun = [...world.executions, ...world.sections].map(({ journal }) => journal.operationsBegun);
  expect(Math.max(...begun)).toBeLessThan(DURABLE_QUOTAS.operations / 2);
});

test('what no worker of a section can help ends the whole, recorded with its reason', async () => {
  const world = new LargeWorld({
    largeWorkers: 16,
    services: (services) => ({
      ...services,
      UploadPart(input) {
        if (input.PartNumber === 1_300) throw s3Error(403, 'AccessDenied');
        return services.UploadPart(input);
      },
    }),
  });
  world.upload(LETTERS, 5 * GIB);
  await world.relay();
  expect(world.destination.letters('k')).toBeUndefined();
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'failed', reasonCode: 'DestinationDenied' });
});

test('what isn’t there after six and a half days ends with the reason, before its parts are taken away', async () => {
  const world: LargeWorld = new LargeWorld({
    services: (services) => ({
      ...services,
      UploadPart(input) {
        world.nowMs += 7 * 86_400_000;
        return services.UploadPart(input);
      },
    }),
    ...ONE_PART_EACH,
  });
  world.upload(LETTERS.slice(0, 40));
  await world.relay();
  expect(world.ledger.item('main/k')).toMatchObject({
    status: 'failed',
    reasonCode: 'OutOfTime',
    reason: expect.stringContaining('relay.largeWorkers'),
  });
  expect(world.executions).toHaveLength(1);
});

test('what no number of days would be enough for isn’t begun', async () => {
  const world = new LargeWorld({ largeWorkers: 1 });
  world.upload('x'.repeat(10_000), 5 * GIB);
  await world.relay();
  expect(world.sentParts).toEqual([]);
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'failed', reasonCode: 'OutOfTime' });
});
