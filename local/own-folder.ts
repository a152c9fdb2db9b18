/** The folder for everything temporary of a program and of whatever it starts: it goes with the program, however that ends. */
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '../cli/terminal/user-error.ts';
import { isDead, OWNER, ownOwner } from './owner.ts';

/** mkdtemp adds the last six. */
const NAME = new RegExp(`^upload-relay-(${OWNER.source})-\\w{6}$`);
const VARIABLES = ['TMPDIR', 'TMP', 'TEMP'];

/**
 * Makes the folder, and points this process and its children to it. Takes away what dead processes have left.
 * @returns its path
 * @throws UserError where nothing can be written
 */
export function openOwnFolder(): string {
  const parent = tmpdir();
  sweep(parent);
  let folder: string;
  try {
    // Within that of another program a short name will do: the path of a socket has about a hundred characters at most.
    folder = mkdtempSync(join(parent, NAME.test(basename(parent)) ? 'own-' : `upload-relay-${ownOwner()}-`));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(
      `${parent}, the folder for temporary files, can't be written to (${reasonOf(message)}). Set TMPDIR to another.`,
    );
  }
  for (const variable of VARIABLES) process.env[variable] = folder;
  // An orderly end comes past here, and so do process.exit() and an error that nobody catches.
  process.once('exit', () => remove(folder));
  return folder;
}

/** Takes away folders of dead processes: only one's own, and never a link. */
function sweep(parent: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(parent);
  } catch {
    // Then it can't be written to either, which is told.
  }
  for (const name of names) {
    const owner = NAME.exec(name)?.[1];
    if (owner !== undefined && isDead(owner) && isOwn(join(parent, name))) remove(join(parent, name));
  }
}

function isOwn(path: string): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return facts?.isDirectory() === true && (process.getuid === undefined || facts.uid === process.getuid());
}

/** What can't be taken away stays for the next sweep. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {}
}

/** `ENOENT: no such file or directory, mkdtemp '…'` → `no such file or directory` */
function reasonOf(message: string): string {
  return /^\w+: ([^,]+)/.exec(message)?.[1] ?? message;
}
