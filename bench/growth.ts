/** Measures how CPU time and memory grow with an object's size and with the number of objects. */
import { RELAY } from './contenders.ts';
import { runOnce } from './transfers.ts';
import type { World } from './world.ts';

export interface GrowthPoint {
  /** Bytes of the object, or objects at once. */
  x: number;
  cpuSeconds: number;
  peakRssMib: number;
}

export interface Growth {
  bySize: GrowthPoint[];
  byCount: GrowthPoint[];
}

const MIB = 1024 ** 2;
const SIZES = [1e3, 1e5, 1e7, 64 * MIB, 1024 * MIB, 10 * 1024 * MIB];
const COUNTS = [1, 4, 16, 64];
/** Of each of several objects at once. */
const EACH_BYTES = 5 * MIB;

/** One object of growing size, and more and more objects in one invocation. */
export async function measureGrowth(world: World, onRun: (text: string) => void): Promise<Growth> {
  const bySize: GrowthPoint[] = [];
  for (const sizeBytes of SIZES) {
    const key = `growth/${sizeBytes}`;
    await world.prepare({ kind: 'sparse', key, sizeBytes });
    bySize.push(await point(world, [key], sizeBytes, sizeBytes));
    onRun(`an object of ${sizeBytes} bytes`);
  }
  const byCount: GrowthPoint[] = [];
  for (const count of COUNTS) {
    const keys = Array.from({ length: count }, (_, index) => `growth/${count}/${index}`);
    for (const key of keys) await world.prepare({ kind: 'sparse', key, sizeBytes: EACH_BYTES });
    byCount.push(await point(world, keys, EACH_BYTES, count));
    onRun(`${count} objects of 5 MiB at once`);
  }
  return { bySize, byCount };
}

async function point(world: World, keys: string[], sizeBytes: number, x: number): Promise<GrowthPoint> {
  const inOneInvocation = { ...RELAY, command: RELAY.commandAtOnce };
  const { cpuSeconds, peakRssBytes } = await runOnce(world, inOneInvocation, keys, sizeBytes);
  return { x, cpuSeconds, peakRssMib: peakRssBytes / MIB };
}
