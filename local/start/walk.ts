/** Finds the regular files below a folder, and tells what it has to leave out. */
import { constants, type Dirent, type Stats } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../../cli/terminal/printable.ts';

/** Something that isn't dropped. */
export interface Skipped {
  /** For people: bytes that aren't UTF-8 are shown as `\xff`. */
  path: string;
  /** As in "a symbolic link". */
  reason: string;
}

export interface FoundFile {
  path: string;
  /** The names on the way from the folder, and its own. */
  names: string[];
}

/** The name stays as it is, a byte order mark included. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'one of the names before the last is no folder',
  EACCES: 'you may not read it; check its permissions',
  EPERM: 'you may not read it; check its permissions',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its path is too long for this system',
};

/** Why a file or folder can't be read. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

/** A file that can't be read, with the reason. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** @throws UnreadableError */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    // Without waiting, should a FIFO have taken the file's place.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const kind = kindOf(await file.stat());
    if (kind === undefined) return file;
    await file.close();
    throw new UnreadableError(kind);
  } catch (error) {
    throw error instanceof UnreadableError ? error : new UnreadableError(reasonOf(error));
  }
}

/** Sorted by name. Symbolic links aren't followed: they may lead out of the folder, or in a circle. */
export async function* filesBelow(
  folder: string,
  skip: (skipped: Skipped) => void,
  signal?: AbortSignal,
  names: readonly string[] = [],
): AsyncGenerator<FoundFile> {
  let entries: Dirent<Buffer>[] = [];
  try {
    entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    skip({ path: join(folder, '/'), reason: reasonOf(error) });
  }
  for (const entry of entries.toSorted((one, other) => Buffer.compare(one.name, other.name))) {
    if (signal?.aborted) return;
    const name = decoded(entry.name);
    if (name === undefined) {
      skip({ path: join(folder, inEscapes(entry.name)), reason: 'its name isn’t UTF-8' });
      continue;
    }
    const path = join(folder, name);
    const kind = kindOf(entry);
    if (entry.isDirectory()) yield* filesBelow(path, skip, signal, [...names, name]);
    else if (kind === undefined) yield { path, names: [...names, name] };
    else skip({ path, reason: kind });
  }
}

/** Undefined for a regular file or a folder. */
export function kindOf(file: Dirent<Buffer> | Stats): string | undefined {
  if (file.isSymbolicLink()) return 'a symbolic link';
  if (file.isFIFO()) return 'a FIFO';
  if (file.isSocket()) return 'a socket';
  return file.isFile() || file.isDirectory() ? undefined : 'a device';
}

/** In one line: what was left out, by reason, with the first names of each. */
export function formatSkipped(skipped: readonly Skipped[], names = Number.POSITIVE_INFINITY): string {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  const groups = [...byReason].map(([reason, all]) => {
    const shown = all.slice(0, names).map(({ path }) => printable(path));
    if (all.length > shown.length) shown.push(`${(all.length - shown.length).toLocaleString('en')} more`);
    return `${shown.join(', ')} (${reason})`;
  });
  return `${skipped.length.toLocaleString('en')} skipped: ${groups.join('; ')}`;
}

function decoded(name: Buffer): string | undefined {
  try {
    return UTF_8.decode(name);
  } catch {
    return undefined;
  }
}

function inEscapes(name: Buffer): string {
  const escaped = (byte: number) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`);
  return Array.from(name, escaped).join('');
}
