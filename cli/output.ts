/** Where a command puts a text that it makes: into a file, or onto standard output. */
import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from './terminal/user-error.ts';

interface Target {
  /** As it was given. */
  file: string;
  force: boolean;
}

/** @throws UserError for a file that is there, unless it may be replaced, and for one that can't be written */
export function writeText({ file, force }: Target, text: string): void {
  if (!force && existsSync(file)) throw new UserError(`${file} is there already: --force replaces it.`);
  replaceText(file, text);
}

/** As a whole: whoever reads it meanwhile sees the old one. @throws UserError */
export function replaceText(file: string, text: string): void {
  const path = existsSync(file) ? realpathSync(file) : file;
  const begun = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(begun, text, { flag: 'wx' });
    renameSync(begun, path);
  } catch (error) {
    rmSync(begun, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError(`${file} can't be written: there is no folder ${dirname(path)}.`);
    throw new UserError(`${file} can't be written: ${message}`);
  }
}
