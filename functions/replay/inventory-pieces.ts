/** Goes through an inventory instead of a listing. */
import pMap from 'p-map';
import { fatesOf } from '../ledger/read.ts';
import { type InventoryPlace, NOTHING_YET, type ReplayRequest } from '../request/replay-request.ts';
import { compare, sumOf, tasksOf } from './compare.ts';
import { type Manifest, readManifest } from './inventory-manifest.ts';
import { linesOf, objectOf } from './inventory-rows.ts';
import { type ListedObject, listPage } from './list-page.ts';
import type { Piece, Pieces, Room } from './pieces.ts';
import type { Replay } from './replay-run.ts';
import type { Scope } from './scope.ts';

/** As a page of a listing has. */
const MOST_ROWS = 1_000;
const LOOKS_AT_ONCE = 20;

/**
 * A step may go through as many rows as its time allows: a file has no way in but its beginning, so each further step reads it anew
 * up to its place.
 */
export function inventoryPieces(replay: Replay, request: ReplayRequest, scope: Scope, from: InventoryPlace): Pieces {
  const { bucket } = replay.config.reconciliation.inventory!;
  let place = from;
  let manifest: Manifest;
  let lines: AsyncGenerator<string, void> | undefined;

  const openFile = async () => {
    const file = manifest.files[place.file];
    lines = file && linesOf(replay, bucket, file);
    for (let row = 0; row < place.row; row++) await lines!.next();
  };
  /** Rows up to the end of the file; the last piece of a file may have none. */
  const take = async (most: number) => {
    const objects: ListedObject[] = [];
    for (let rows = 0; rows < most; rows++) {
      const { value, done } = (await lines?.next()) ?? { done: true };
      if (done) {
        place = { ...place, file: place.file + 1, row: 0 };
        return { objects, isEnd: true };
      }
      const object = objectOf(value!, manifest.columns);
      if (object) objects.push(object);
      place = { ...place, row: place.row + 1 };
    }
    return { objects, isEnd: false };
  };
  return {
    keysPerStep: Number.POSITIVE_INFINITY,
    async open() {
      manifest = await readManifest(replay, bucket, place.manifest);
      await openFile();
    },
    close: () => void lines?.return(),
    async next({ tasksLeft }: Room): Promise<Piece> {
      const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(tasksLeft / scope.routes.length)));
      const { objects, isEnd } = await take(most);
      const totals = await compareRows(replay, request, scope, objects);
      if (isEnd) await openFile();
      return { totals, inventory: place, isLast: place.file >= manifest.files.length };
    },
  };
}

/**
 * An inventory is hours or days old. So what has no receipt by its row is looked at as it is now: it may have been deleted, or
 * overwritten and delivered.
 */
async function compareRows(replay: Replay, request: ReplayRequest, scope: Scope, objects: ListedObject[]) {
  const tasks = tasksOf(scope, objects);
  const fates = await fatesOf(replay, tasks);
  const open = new Set(tasks.filter((_, index) => fates[index] === 'open').map(({ object }) => object));
  const looked = await pMap(open, (object) => asItIs(replay, scope, object), { concurrency: LOOKS_AT_ONCE });
  const present = looked.filter((object) => object !== undefined);
  const { totals } = await compare(replay, request, scope, present, Number.POSITIVE_INFINITY);
  const countOf = (fate: string) =>
    tasks.filter(({ object }, index) => fates[index] === fate && !open.has(object)).length;
  return sumOf(totals, {
    ...NOTHING_YET,
    scanned: objects.length - present.length,
    alreadyDelivered: countOf('delivered'),
    failed: countOf('failed'),
    listings: open.size,
    compared: tasks.length,
  });
}

/** Of all keys that start with a key, it is the first. */
async function asItIs(replay: Replay, scope: Scope, row: ListedObject): Promise<ListedObject | undefined> {
  const { objects } = await listPage(replay, { ...scope, prefix: row.key }, undefined, 1);
  const [found] = objects;
  if (found?.key !== row.key) return undefined;
  // A listing has whole seconds.
  const isSame = found.eTag === row.eTag && Math.abs(Number(found.lastModified) - Number(row.lastModified)) < 1000;
  return { ...found, ...(isSame && { versionId: row.versionId }) };
}
