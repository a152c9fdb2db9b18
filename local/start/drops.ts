/** Finds or makes the files to upload. */
import { createReadStream, type Dirent } from 'node:fs';
import { access, constants, opendir, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateFile } from './generated-file.ts';
import { UserError } from './user-error.ts';

/** One file on its way into the source bucket. */
export interface Drop {
  key: string;
  path: string;
  sizeBytes: number;
}

const MIB = 1024 ** 2;
const REPOSITORY = new URL('../../', import.meta.url);

/** Real files of every checkout, under keys that have broken other tools. */
const CHECKED_OUT: [key: string, file: string][] = [
  ['README.md', 'README.md'],
  ['LICENSE', 'LICENSE'],
  ['with spaces.md', 'CHANGELOG.md'],
  ['1+1=2.md', 'CONTRIBUTING.md'],
  ['100%2B sure.md', 'README.md'],
  ['日本語/ファイル.json', 'package.json'],
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

/**
 * The files that paths name; a folder stands for all files below it, under its own name.
 * @throws UserError for a path that cannot be read, or two files that would get one key
 */
export async function dropsOf(paths: string[]): Promise<Drop[]> {
  const drops: Drop[] = [];
  for (const path of paths) {
    for await (const drop of dropsBelow(path)) drops.push(drop);
  }
  const seen = new Map<string, Drop>();
  for (const drop of drops) {
    const first = seen.get(drop.key);
    if (first) throw new UserError(`${first.path} and ${drop.path} would both become the key "${drop.key}".`);
    seen.set(drop.key, drop);
  }
  if (drops.length === 0) throw new UserError(`There is no file in ${paths.join(', ')}.`);
  return drops;
}

async function* dropsBelow(path: string): AsyncGenerator<Drop> {
  const facts = await stat(path).catch((error: unknown) => unreadable(path, error));
  if (!facts.isDirectory()) {
    yield await fileDrop(basename(path), path);
    return;
  }
  const root = join(path, '..');
  for await (const entry of entriesBelow(path)) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) yield await fileDrop(relative(root, file).split(sep).join('/'), file);
  }
}

async function* entriesBelow(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder, { recursive: true });
  } catch (error) {
    // The folder itself, or one below it.
    unreadable((error as NodeJS.ErrnoException).path ?? folder, error);
  }
}

async function fileDrop(key: string, path: string): Promise<Drop> {
  await access(path, constants.R_OK).catch((error: unknown) => unreadable(path, error));
  const { size } = await stat(path);
  return { key, path, sizeBytes: size };
}

export function openDrop({ path }: Drop) {
  return createReadStream(path, { highWaterMark: MIB });
}

function unreadable(path: string, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'you may not read it; check its permissions',
  };
  throw new UserError(`Cannot read ${path}: ${reasons[code ?? ''] ?? (error as Error).message}.`);
}
