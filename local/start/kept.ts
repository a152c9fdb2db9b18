/** `npm start -- --persist`: accounts that are there at the next start. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../cli/terminal/user-error.ts';
import { DeploymentError, forgetKept, KeptFolderError, type KeptSummary, keptIn } from '../../emulator/index.ts';
import { FOLDER } from './place.ts';

export const KEPT_FOLDER = join(FOLDER, 'accounts');

const ANEW = 'To begin anew: npm start -- --persist --fresh, which removes what was kept';

export interface Persistence {
  folder: string;
  /** Whether what is kept there is removed first. */
  isFresh: boolean;
  /** What there is to go on with. */
  summary: KeptSummary | undefined;
}

/**
 * Looks at the folder, and changes nothing of what is kept there.
 * @throws UserError when the folder can't be written, or is of another format
 */
export async function openPersistence(isFresh: boolean): Promise<Persistence> {
  try {
    mkdirSync(KEPT_FOLDER, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as Error).message.split(',')[0];
    throw new UserError(`--persist keeps the accounts in ${KEPT_FOLDER}, which can't be written here (${reason}).`);
  }
  return { folder: KEPT_FOLDER, isFresh, summary: isFresh ? undefined : await orSentence(keptIn(KEPT_FOLDER)) };
}

/** At the last moment, when nothing else can be wrong. @throws UserError when another npm start uses the folder */
export async function removeUnwanted({ folder, isFresh }: Persistence): Promise<void> {
  if (isFresh) await orSentence(forgetKept(folder));
}

function orSentence<T>(doing: Promise<T>): Promise<T> {
  return doing.catch((error: unknown) => {
    throw keptError(error);
  });
}

/** A sentence for what is wrong with the folder, or for a configuration that doesn't fit to what is in it; anything else as it is. */
export function keptError(error: unknown, { summary }: Partial<Persistence> = {}): unknown {
  if (error instanceof KeptFolderError) {
    return new UserError(error.isInUse ? error.message : `${error.message} ${ANEW}.`);
  }
  if (summary === undefined || !(error instanceof DeploymentError)) return error;
  const what = `The configuration doesn't fit the accounts that are kept in ${KEPT_FOLDER}, which stay as they were`;
  return new UserError(`${what}: ${error.message}\nPut it back. ${ANEW}.`);
}
