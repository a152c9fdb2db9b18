/** Keeps an AWS in a folder while it runs, so that it is there at the next start, however this one ends. */
import type { Keeper } from '../core/keeper.ts';
import { readDocument, writeDocument } from './document.ts';
import { KeptFolderError } from './errors.ts';
import { KeptFolder, type KeptSummary } from './kept-folder.ts';

export interface KeepingOptions {
  folder: string;
  /** By the name of the document; restored in this order. */
  keepers: Readonly<Record<string, Keeper>>;
  /** Whether something is half done that can't be told, such as a deployment: then what was written before stays. */
  isBusy: () => boolean;
  summary: () => KeptSummary;
  onError: (error: unknown) => void;
}

/** What may be lost with a process that is killed. */
const EVERY_MS = 1_000;
/** Looking at everything takes its time where there is much: a twentieth of the time at most is spent on it. */
const REST_FACTOR = 20;

export class Keeping {
  readonly #options: KeepingOptions;
  readonly #folder: KeptFolder;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isOpen = true;

  /** @throws KeptFolderError when another process uses the folder, for another format, and for what can't be read */
  static async open(options: KeepingOptions): Promise<Keeping> {
    return new Keeping(options, await KeptFolder.open(options.folder));
  }

  private constructor(options: KeepingOptions, folder: KeptFolder) {
    this.#options = options;
    this.#folder = folder;
  }

  /** @returns what was there; undefined when nothing was @throws KeptFolderError for what can't be gone on with */
  async restore(): Promise<KeptSummary | undefined> {
    const { summary } = this.#folder;
    for (const [name, keeper] of Object.entries(this.#options.keepers)) {
      const text = await this.#folder.read(name);
      if (text === undefined) continue;
      try {
        await keeper.restore(readDocument(text) as never);
      } catch (cause) {
        if (cause instanceof KeptFolderError) throw cause;
        const { message } = cause as Error;
        throw new KeptFolderError(`${this.#options.folder} can't be gone on with, for its ${name}: ${message}`, {
          cause,
        });
      }
    }
    return summary;
  }

  /** Saves now, and again as long as it is open. */
  async begin(): Promise<void> {
    await this.#save();
    this.#next(EVERY_MS);
  }

  /** Once more, and lets go of the folder. Whatever uses the services has been ended before. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const wasBegun = this.#timer !== undefined;
    this.#isOpen = false;
    try {
      await this.#saving;
      if (wasBegun) await this.#save();
    } finally {
      await this.#folder.close();
    }
  }

  #next(afterMs: number): void {
    this.#timer = setTimeout(() => {
      const begun = performance.now();
      this.#saving = this.#save()
        .catch((error: unknown) => this.#options.onError(error))
        .then(() => {
          if (this.#isOpen) this.#next(Math.max(EVERY_MS, REST_FACTOR * (performance.now() - begun)));
        });
    }, afterMs).unref();
  }

  async #save(): Promise<void> {
    const { isBusy, keepers, summary } = this.#options;
    if (isBusy()) return;
    const paused = await Promise.all(Object.values(keepers).map((keeper) => keeper.pause?.()));
    let documents: [string, string | Promise<string>][];
    try {
      if (isBusy()) return;
      // All in one step, so that they are of one moment.
      documents = Object.entries(keepers).map(([name, keeper]) => [name, textOf(keeper.snapshot())]);
    } finally {
      for (const goOn of paused) goOn?.();
    }
    const texts = await Promise.all(documents.map(async ([name, text]) => [name, await text] as const));
    await Promise.all(Object.values(keepers).map((keeper) => keeper.secure?.()));
    await this.#folder.write(new Map(texts), summary());
    await Promise.all(Object.values(keepers).map((keeper) => keeper.tidy?.()));
  }
}

function textOf(snapshot: unknown): string | Promise<string> {
  return snapshot instanceof Promise ? snapshot.then(writeDocument) : writeDocument(snapshot);
}
