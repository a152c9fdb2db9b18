import type { DeployOrder } from '../../emulator/index.ts';

/** So many seeds, after the two most unfortunate orders. */
export function ordersOf(seed: number, count: number): DeployOrder[] {
  return ['worst', 'worst-mirrored', ...Array.from({ length: count }, (_, index) => seed + index)];
}
