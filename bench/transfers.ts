/** Runs the contenders in turn and takes the medians. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './contenders.ts';
import { measure, type Usage } from './measure.ts';
import { median } from './median.ts';
import type { World } from './world.ts';

/** What one contender took, without its start. The start is measured by moving one tiny object. */
export interface TransferResult {
  name: string;
  /** Per GiB for large objects; per object, in milliseconds, for small ones. */
  cpu: number;
  /** The least and the most of it in any round. */
  cpuRange: [least: number, most: number];
  /** MB (10⁶ bytes) a second, or objects a second; with the start. */
  rate: number;
  peakRssMib: number;
  startCpuSeconds: number;
}

export interface TransferTask {
  keys: string[];
  /** Of each object. */
  sizeBytes: number;
  /** An object so small that moving it takes hardly more than the start. */
  least: { key: string; sizeBytes: number };
}

interface Run {
  start: Usage;
  whole: Usage;
}

const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

/** Runs all contenders in turn, several times, so that other load on the machine affects them alike. */
export async function runInTurn(
  world: World,
  contenders: readonly Contender[],
  task: TransferTask,
  rounds: number,
  onRun: (text: string) => void,
): Promise<Map<Contender, Run[]>> {
  const runs = new Map<Contender, Run[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      const start = await runOnce(world, contender, [task.least.key], task.least.sizeBytes);
      const whole = await runOnce(world, contender, task.keys, task.sizeBytes);
      runs.get(contender)!.push({ start, whole });
      onRun(
        `round ${round} of ${rounds}, ${contender.name}: ${(whole.cpuSeconds - start.cpuSeconds).toFixed(2)} CPU-s`,
      );
    }
  }
  return runs;
}

/** Medians of each figure. @param units GiB, or thousands of objects */
export function resultsOf(runs: Map<Contender, Run[]>, units: number, amount: number): TransferResult[] {
  return [...runs].map(([{ name }, each]) => {
    const cpus = each.map(({ start, whole }) => (whole.cpuSeconds - start.cpuSeconds) / units);
    return {
      name,
      cpu: median(cpus),
      cpuRange: [Math.min(...cpus), Math.max(...cpus)],
      rate: median(each.map(({ whole }) => amount / whole.wallSeconds)),
      peakRssMib: median(each.map(({ whole }) => whole.peakRssBytes / MIB)),
      startCpuSeconds: median(each.map(({ start }) => start.cpuSeconds)),
    };
  });
}

export async function runOnce(world: World, contender: Contender, keys: string[], sizeBytes: number): Promise<Usage> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-bench-'));
  try {
    const { command, env } = contender.command({ keys, sizeBytes, folder }, world.places);
    return await measure(command, env);
  } finally {
    await rm(folder, { recursive: true });
  }
}
