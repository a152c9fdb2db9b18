/** What a mover is told by its environment: where from, where to, and what. */
import pMap from 'p-map';
import type { Keys } from '../protocol.ts';

export interface Job {
  url: string;
  region: string;
  source: { bucket: string; keys: Keys };
  destination: { bucket: string; prefix: string; keys: Keys };
  /** Object keys. */
  keys: string[];
  /** How many objects are under way at once. */
  concurrency: number;
}

export function readJob(): Job {
  return JSON.parse(process.env['BENCH_JOB']!) as Job;
}

/** Moves all keys of the job, several at once. */
export async function moveAll({ keys, concurrency }: Job, move: (key: string) => Promise<void>): Promise<void> {
  await pMap(keys, move, { concurrency });
}
