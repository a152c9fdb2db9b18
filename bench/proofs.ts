/** Measures what each kind of checksum proof costs the relay. */
import { type Contender, RELAY } from './contenders.ts';
import { SOURCE_KINDS, type SourceKind } from './sources.ts';
import { GIB, resultsOf, runInTurn, type TransferResult } from './transfers.ts';
import type { World } from './world.ts';

/** What the relay takes for one kind of source. */
export interface ProofResult {
  kind: SourceKind;
  large: TransferResult;
  small: TransferResult;
}

const LARGE_BYTES = GIB / 2;
const SMALL_BYTES = 10_000;
const SMALL_OBJECTS = 1_000;

/** The relay alone, with each kind of proof in turn. */
export async function measureProofs(
  world: World,
  rounds: number,
  onRun: (text: string) => void,
): Promise<ProofResult[]> {
  const smallKeys = Array.from({ length: SMALL_OBJECTS }, (_, index) => `small/${index}`);
  for (const kind of SOURCE_KINDS) {
    const put = (keys: string[], sizeBytes: number) =>
      world.prepare({ kind: 'objects', source: kind, keys: keysOf(kind, keys), sizeBytes });
    await put(['large/object'], LARGE_BYTES);
    await put(['large/least'], 1);
    await put([...smallKeys, 'least/0'], SMALL_BYTES);
    onRun(`sources are there: ${kind.name}`);
  }
  const contenders = SOURCE_KINDS.map(relayOf);
  const largeTask = { keys: ['large/object'], sizeBytes: LARGE_BYTES, least: { key: 'large/least', sizeBytes: 1 } };
  const smallTask = { keys: smallKeys, sizeBytes: SMALL_BYTES, least: { key: 'least/0', sizeBytes: SMALL_BYTES } };
  const largeRuns = await runInTurn(world, contenders, largeTask, rounds, onRun);
  const smallRuns = await runInTurn(world, contenders, smallTask, rounds, onRun);
  const large = resultsOf(largeRuns, LARGE_BYTES / GIB, LARGE_BYTES / 1e6);
  const small = resultsOf(smallRuns, SMALL_OBJECTS / 1000, SMALL_OBJECTS);
  return SOURCE_KINDS.map((kind, index) => ({ kind, large: large[index]!, small: small[index]! }));
}

/** A task's keys lie below a folder for each kind. */
function relayOf(kind: SourceKind): Contender {
  return {
    name: kind.name,
    command: (task, places) => RELAY.command({ ...task, keys: keysOf(kind, task.keys) }, places),
  };
}

function keysOf(kind: SourceKind, keys: readonly string[]): string[] {
  return keys.map((key) => `proof/${SOURCE_KINDS.indexOf(kind)}/${key}`);
}
