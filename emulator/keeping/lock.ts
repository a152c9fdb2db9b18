/** One process at a time uses a folder: the lock names it, and counts as long as that process lives. */
import { execFile } from 'node:child_process';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KeptFolderError } from './errors.ts';

interface Holder {
  pid: number;
  /** As the system tells it, since numbers of processes are given again. */
  startedAt: string;
}

/**
 * @returns what lets go of it
 * @throws KeptFolderError when another process has it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const own = `${path}.${process.pid}`;
  const text = JSON.stringify({ pid: process.pid, startedAt: (await startOf(process.pid)) ?? '' } satisfies Holder);
  await writeFile(own, text);
  try {
    // A link appears with its text, or not at all: nobody reads half a lock.
    while (!(await isMade(link(own, path)))) await takeFromTheDead(folder, path);
  } finally {
    await rm(own, { force: true });
  }
  return () => rm(path, { force: true });
}

async function takeFromTheDead(folder: string, path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const holder = holderIn(text);
  if (holder && (await isAlive(holder))) {
    throw new KeptFolderError(`${folder} is in use by the process ${holder.pid}: end that one first.`, {
      isInUse: true,
    });
  }
  const aside = `${path}.dead.${process.pid}`;
  if (!(await isMade(rename(path, aside)))) return;
  // Somebody else may have been faster, and have it by now.
  if ((await readFile(aside, 'utf8')) !== text) await isMade(link(aside, path));
  await rm(aside, { force: true });
}

function holderIn(text: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && typeof startedAt === 'string' ? { pid: pid!, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, startedAt }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's process.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const start = await startOf(pid);
  return start === undefined || startedAt === '' || start === startedAt;
}

/** When a process was started; undefined where the system doesn't tell. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The 22nd field; the second is the name, in brackets, and may hold anything. Since boot, so the boot belongs to it.
      const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      return `${(await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()} ${ticks}`;
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** Whether it could be done: the file is there already, or not any more. */
async function isMade(doing: Promise<void>): Promise<boolean> {
  try {
    await doing;
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
