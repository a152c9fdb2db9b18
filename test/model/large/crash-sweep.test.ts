/** relay-large and its workers, killed at every step of theirs in turn. The waits are real. */
import pMap from 'p-map';
import { describe, expect, test } from 'vitest';
import { LargeWorld, type Who } from './large-world.ts';

/** Forty parts of 64 MiB: three groups. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmn';
const GROUPS = [range(1, 16), range(17, 32), range(33, 40)];
/** Most of a run is waiting. */
const AT_ONCE = 40;

async function relayed(kill?: { who: Who; turn: number }): Promise<LargeWorld> {
  const world = new LargeWorld(kill && { kill });
  world.upload(LETTERS);
  await world.relay();
  return world;
}

/** What must hold wherever anybody died. */
function expectDelivered(world: LargeWorld): void {
  expect(world.destination.letters('k')).toBe(LETTERS);
  expect(world.destination.shown.every(({ letters }) => letters === LETTERS)).toBe(true);
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', sourceETag: `"${LETTERS}"` });
  expect(world.queue.deadLetters).toEqual([]);
  for (const { status } of world.executions) expect(status).toBe('SUCCEEDED');
}

test('undisturbed, each part is sent once and each operation begun once', async () => {
  const world = await relayed();
  expectDelivered(world);
  expect(world.sentParts.toSorted()).toEqual([...new Set(world.sentParts)].toSorted());
  expect(world.sentParts).toHaveLength(40);
  // Look, create, the map, three groups, look before completing, complete, record, the pause, look again, report.
  expect(world.executions[0]!.journal.operationsBegun).toBe(12);
});

describe('killed before and after each request and each checkpoint', () => {
  test('relay-large: the result is right, and no part is sent twice', async () => {
    const undisturbed = await relayed();
    const turns = undisturbed.turns['relay-large'];
    const operations = undisturbed.executions[0]!.journal.operationsBegun;
    expect(turns.filter((label) => label.includes('checkpoint')).length).toBeGreaterThan(15);
    await pMap(
      range(1, turns.length),
      async (turn) => {
        const world = await relayed({ who: 'relay-large', turn });
        const story = `killed at turn ${turn}, "${world.turns['relay-large'][turn - 1]}"`;
        expectDelivered(world);
        expect(world.sentParts.length, story).toBe(new Set(world.sentParts).size);
        // A completion whose answer is lost is sent again, and answered as before.
        expect(world.executions.length, story).toBe(1);
        expect(world.executions[0]!.journal.operationsBegun, story).toBe(operations);
      },
      { concurrency: AT_ONCE },
    );
  });

  test('a worker at any part: the result is right, and no finished group is sent twice', async () => {
    const turns = (await relayed()).turns['relay-part'];
    const atParts = range(1, turns.length).filter((turn) => turns[turn - 1]!.includes('UploadPart'));
    await pMap(
      atParts,
      async (turn) => {
        const world = await relayed({ who: 'relay-part', turn });
        expectDelivered(world);
        const counts = new Map<string, number>();
        for (const part of world.sentParts) counts.set(part, (counts.get(part) ?? 0) + 1);
        const repeated = GROUPS.filter((group) => group.some((part) => partCount(counts, part) > 1));
        expect(repeated.length, `killed at turn ${turn}`).toBeLessThanOrEqual(1);
        expect(world.executions).toHaveLength(1);
      },
      { concurrency: AT_ONCE },
    );
  });
});

function partCount(counts: Map<string, number>, part: number): number {
  return [...counts].find(([id]) => id.endsWith(`/${part}`))?.[1] ?? 0;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
