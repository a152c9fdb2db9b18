/** The folder in which an AWS is kept: a document for each service, and an index that names those that belong together. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KeptFolderError } from './errors.ts';
import { lockFolder } from './lock.ts';

/** Another one each time that what stands in the documents changes its meaning. */
export const FORMAT = 1;

const INDEX = 'index.json';
const DOCUMENTS = 'state';

const Index = z.strictObject({
  format: z.literal(FORMAT),
  /** Milliseconds since the epoch, by the clock of the AWS that is kept. */
  savedAt: z.number(),
  accounts: z.array(z.string()),
  /** The files, by the service whose document they hold. */
  documents: z.record(z.string(), z.string()),
});
type Index = z.output<typeof Index>;

/** What is kept in a folder, to be told before it is used. */
export type KeptSummary = Pick<Index, 'savedAt' | 'accounts'>;

/** @returns undefined when nothing is kept there @throws KeptFolderError for another format, and for what can't be read */
export async function keptIn(folder: string): Promise<KeptSummary | undefined> {
  return readIndex(folder);
}

/** Removes what is kept in a folder. @throws KeptFolderError when a process uses it */
export async function forgetKept(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(folder);
  try {
    // The index first: without it nothing is kept, whatever else is left.
    for (const name of [INDEX, ...(await readdir(folder)).filter((each) => !each.startsWith('lock'))]) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
}

export class KeptFolder {
  readonly #folder: string;
  readonly #unlock: () => Promise<void>;
  #index: Index | undefined;
  #written = new Map<string, string>();
  #count = 0;

  /** @throws KeptFolderError when another process uses it, for another format, and for what can't be read */
  static async open(folder: string): Promise<KeptFolder> {
    await mkdir(join(folder, DOCUMENTS), { recursive: true, mode: 0o700 });
    const unlock = await lockFolder(folder);
    try {
      const index = await readIndex(folder);
      const kept = new KeptFolder(folder, unlock, index);
      await kept.#sweep();
      return kept;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  private constructor(folder: string, unlock: () => Promise<void>, index: Index | undefined) {
    this.#folder = folder;
    this.#unlock = unlock;
    this.#index = index;
    const numbers = Object.values(index?.documents ?? {}).map((file) => Number(/-(\d+)\.json$/.exec(file)?.[1]));
    this.#count = Math.max(0, ...numbers);
  }

  /** Undefined when nothing is kept there yet. */
  get summary(): KeptSummary | undefined {
    return this.#index;
  }

  /** The document of a service; undefined when there is none. @throws KeptFolderError when it isn't as it was written */
  async read(service: string): Promise<string | undefined> {
    const file = this.#index?.documents[service];
    if (file === undefined) return undefined;
    const path = join(this.#folder, DOCUMENTS, file);
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new KeptFolderError(`${path} can't be read: ${(cause as Error).message}.`, { cause });
    });
    this.#written.set(service, text);
    return text;
  }

  /**
   * In place of what was written before, all at once: who reads finds the documents of the one time or of the other, never of both.
   * @param documents by service
   */
  async write(documents: ReadonlyMap<string, string>, { savedAt, accounts }: KeptSummary): Promise<void> {
    const changed = [...documents].filter(([service, text]) => this.#written.get(service) !== text);
    if (changed.length === 0) return;
    const files = { ...this.#index?.documents };
    for (const [service, text] of changed) {
      files[service] = `${service}-${++this.#count}.json`;
      await writeSafely(join(this.#folder, DOCUMENTS, files[service]), text);
    }
    await syncFolder(join(this.#folder, DOCUMENTS));
    const index: Index = { format: FORMAT, savedAt, accounts, documents: files };
    const path = join(this.#folder, INDEX);
    await writeSafely(`${path}.new`, JSON.stringify(index));
    await rename(`${path}.new`, path);
    await syncFolder(this.#folder);
    this.#index = index;
    this.#written = new Map(documents);
    await this.#sweep();
  }

  close(): Promise<void> {
    return this.#unlock();
  }

  /** Takes away what no index names: an earlier document, or a later one that was never relied upon. */
  async #sweep(): Promise<void> {
    const named = new Set(Object.values(this.#index?.documents ?? {}));
    for (const file of await readdir(join(this.#folder, DOCUMENTS))) {
      if (!named.has(file)) await rm(join(this.#folder, DOCUMENTS, file), { force: true });
    }
  }
}

async function readIndex(folder: string): Promise<Index | undefined> {
  const path = join(folder, INDEX);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KeptFolderError(`${path} can't be read: ${(cause as Error).message}.`, { cause });
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (format !== FORMAT) {
    throw new KeptFolderError(
      `${folder} is of format ${String(format)}, and this version reads format ${FORMAT} only.`,
    );
  }
  const parsed = Index.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new KeptFolderError(`${path} can't be read: ${z.prettifyError(parsed.error)}.`);
}

async function writeSafely(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What has been made, renamed or removed in it is so after a power cut, too. Windows knows no such thing of a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
