/** Whether the disk has room for what is to be delivered. */
import { statfs } from 'node:fs/promises';
import { UserError } from '../../cli/terminal/user-error.ts';
import type { Delivery } from './delivery.ts';
import { formatBytes } from './text.ts';

/**
 * Each account keeps a copy in the folder.
 * @throws UserError when they can't all be there
 */
export async function refuseLackOfRoom(deliveries: readonly Delivery[], folder: string): Promise<void> {
  const drops = [...new Set(deliveries.map(({ drop }) => drop)), ...deliveries.map(({ drop }) => drop)];
  const needed = drops.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (needed <= free) return;
  throw new UserError(
    `The accounts would need ${formatBytes(needed)} for these files, and ${formatBytes(free)} are free in ${folder}: set TMPDIR to a folder with more room, or name fewer files.`,
  );
}
