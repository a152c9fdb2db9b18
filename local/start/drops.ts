/** Finds or makes the files to upload. */
import { createReadStream } from 'node:fs';
import { opendir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printable } from '../../cli/terminal/printable.ts';
import { UserError } from '../../cli/terminal/user-error.ts';
import { generateFile } from './generated-file.ts';
import { filesBelow, formatSkipped, kindOf, openFile, reasonOf, type Skipped, UnreadableError } from './walk.ts';

/** One file on its way into the source bucket. */
export interface Drop {
  key: string;
  path: string;
  /** When it was listed; once its turn has come, as it is then. */
  sizeBytes: number;
  /** What it takes on disk; a sparse file takes less than its size. */
  diskBytes: number;
  /** Base64, of the bytes that were uploaded. */
  crc32?: string;
}

const MIB = 1024 ** 2;
/** As stat counts them, whatever the file system has. */
const BLOCK_BYTES = 512;
const REPOSITORY = new URL('../../', import.meta.url);

/** Real files of every checkout, under keys that have broken other tools. */
const CHECKED_OUT: [key: string, file: string][] = [
  ['README.md', 'README.md'],
  ['LICENSE', 'LICENSE'],
  ['with spaces.md', 'CHANGELOG.md'],
  ['1+1=2.md', 'CONTRIBUTING.md'],
  ['100%2B sure.md', 'README.md'],
  ['日本語/ファイル.json', 'events/event-bridge-created.json'],
  ['party 🎉.json', 'package-lock.json'],
];

const GENERATED: [key: string, sizeBytes: number][] = [
  ['empty.bin', 0],
  ['5MiB.bin', 5 * MIB],
  ['64MiB.bin', 64 * MIB],
];

/** The files of `npm start` without arguments; generated ones are written into `folder`. */
export async function demonstrationDrops(folder: string): Promise<Drop[]> {
  const drops = CHECKED_OUT.map(([key, file]) => fileDrop(key, fileURLToPath(new URL(file, REPOSITORY))));
  for (const [key, sizeBytes] of GENERATED) {
    const path = join(folder, key);
    await (sizeBytes === 0 ? writeFile(path, '') : generateFile(path, sizeBytes));
    drops.push(fileDrop(key, path));
  }
  return Promise.all(drops);
}

/** What paths name. */
export interface Found {
  drops: Drop[];
  /** What lies in the folders and can't be dropped. */
  skipped: Skipped[];
}

/**
 * The files that paths name; a folder stands for all files below it, under its own name.
 * @throws UserError for a path that cannot be dropped, or two files that would get one key
 */
export async function dropsOf(paths: readonly string[], signal?: AbortSignal): Promise<Found> {
  const drops: Drop[] = [];
  const skipped: Skipped[] = [];
  for (const path of paths) {
    for await (const drop of dropsBelow(path, skipped, signal)) drops.push(drop);
  }
  const seen = new Map<string, Drop>();
  for (const drop of drops) {
    const first = seen.get(drop.key);
    if (first)
      throw new UserError(
        `${printable(first.path)} and ${printable(drop.path)} would both become the key "${printable(drop.key)}".`,
      );
    seen.set(drop.key, drop);
  }
  if (drops.length === 0 && !signal?.aborted) {
    const rest = skipped.length === 0 ? '.' : `; ${formatSkipped(skipped, 3)}.`;
    throw new UserError(`There is no file in ${paths.map(printable).join(', ')}${rest}`);
  }
  return { drops, skipped };
}

async function* dropsBelow(path: string, skipped: Skipped[], signal?: AbortSignal): AsyncGenerator<Drop> {
  const facts = await stat(path).catch((error: unknown) => unreadable(path, error));
  const kind = kindOf(facts);
  if (kind !== undefined) throw new UserError(`${printable(path)} is ${kind}: only files and folders can be dropped.`);
  if (!facts.isDirectory()) {
    yield await fileDrop(basename(path), path).catch((error: unknown) => unreadable(path, error));
    return;
  }
  await (await opendir(path).catch((error: unknown) => unreadable(path, error))).close();
  const top = basename(resolve(path));
  for await (const { path: file, names } of filesBelow(path, (each) => skipped.push(each), signal)) {
    const key = [top, ...names].join('/').replace(/^\//, '');
    try {
      yield await fileDrop(key, file);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      skipped.push({ path: file, reason: error.message });
    }
  }
}

/** @throws UnreadableError */
async function fileDrop(key: string, path: string): Promise<Drop> {
  const file = await openFile(path);
  const { size, blocks } = await file.stat();
  await file.close();
  return { key, path, sizeBytes: size, diskBytes: Math.min(size, blocks * BLOCK_BYTES) };
}

export function openDrop({ path }: Drop) {
  return createReadStream(path, { highWaterMark: MIB });
}

function unreadable(path: string, error: unknown): never {
  // Node has put this character where the bytes of an argument aren't UTF-8.
  const advice = path.includes('\ufffd') ? '. If its name isn’t UTF-8, it can’t be a key of S3' : '';
  throw new UserError(`Cannot read ${printable(path)}: ${reasonOf(error)}${advice}.`);
}
