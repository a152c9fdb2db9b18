/** Where a running `npm start` leaves what other terminals need: `.local`, or a folder in it for whoever comes second. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../../cli/terminal/user-error.ts';
import { isDead, ownOwner } from '../owner.ts';

/** Below the folder that npm runs in: always the same, so that the documentation can name it. */
export const FOLDER = '.local';
/** A terminal that has sourced `aws.sh` has it, and talks to that npm start. */
export const FOLDER_VARIABLE = 'UPLOAD_RELAY_LOCAL';

export interface Place {
  folder: string;
  /** A configuration for the AWS CLI and SDKs, which `npm run try` reads too. */
  profileFile: string;
  /** For bash and zsh: it points the CLI at the local accounts, and unsets what the terminal has set for the real AWS. */
  shellFile: string;
  /** Where `aws configure` puts the keys of profiles that people make themselves. */
  credentialsFile: string;
  /** Windows has named pipes instead. */
  socket: string;
}

/** What an npm start tells of itself. */
export interface Presence {
  port: number;
  /** Which file has its configuration, for the sentences about it. */
  file: string;
  /** The configuration, unchecked. */
  relay: unknown;
}

export function placeIn(folder: string): Place {
  const isWindows = process.platform === 'win32';
  return {
    folder,
    profileFile: join(folder, 'aws-config'),
    shellFile: join(folder, 'aws.sh'),
    credentialsFile: join(folder, 'aws-credentials'),
    socket: isWindows
      ? join('\\\\.\\pipe', resolve(folder).replaceAll(/[:\\/]/g, '-'))
      : shorter(join(folder, 'control')),
  };
}

/**
 * Takes `.local`, or a folder in it that is called after the port when another npm start has that; what lies there goes with the process.
 * @param otherwise where to, if nothing can be written here
 * @returns the place, and a sentence where it isn't the usual one
 */
export function takePlace(presence: Presence, otherwise: string): Place & { note?: string } {
  sweepPlaces();
  const own = placeIn(join(FOLDER, String(presence.port)));
  try {
    if (take(placeIn(FOLDER), presence)) return placeIn(FOLDER);
    take(own, presence);
    const port = `--port ${presence.port}`;
    return {
      ...own,
      note: `Another npm start is up in this folder. The files of this one are in ${own.folder}; npm run try, fire and local take ${port}.`,
    };
  } catch (error) {
    const elsewhere = placeIn(otherwise);
    take(elsewhere, presence);
    const reason = (error as Error).message.split(',')[0];
    return {
      ...elsewhere,
      note: `${FOLDER} can't be written here (${reason}), so its files are in ${otherwise}. In a terminal that has sourced aws.sh there, npm run try, fire and local find them.`,
    };
  }
}

/** Takes away what dead npm starts have left. */
export function sweepPlaces(): void {
  for (const place of allPlaces()) {
    const { owner } = presenceIn(place) ?? {};
    if (owner !== undefined && isDead(owner)) clear(place);
  }
}

/**
 * The place of the npm start that other terminals of this folder talk to: the one that the terminal, or `port`, names, otherwise the first
 * one, or the only one.
 * @throws UserError when there is none, or several to choose from
 */
export function findPlace(port?: number): Place & Presence {
  const named = process.env[FOLDER_VARIABLE];
  const all = port === undefined && named !== undefined ? [placeIn(named)] : allPlaces();
  const alive = all.flatMap((place) => {
    const presence = presenceIn(place);
    return presence && !isDead(presence.owner) ? [{ ...place, ...presence }] : [];
  });
  const ports = alive.map((each) => each.port).join(' and ');
  if (port !== undefined) {
    const found = alive.find((each) => each.port === port);
    if (found) return found;
    throw new UserError(
      `No npm start of this folder is up at port ${port}${ports === '' ? '' : `: there is one at ${ports}`}.`,
    );
  }
  const [first, ...others] = alive;
  if (first && (others.length === 0 || first.folder === FOLDER)) return first;
  if (first)
    throw new UserError(`Several npm start are up in this folder, at ports ${ports}: say which with --port N.`);
  throw new UserError('Nothing runs in this folder. Run npm start, and this in another terminal, in the same folder.');
}

function allPlaces(): Place[] {
  const names = orUndefined(() => readdirSync(FOLDER)) ?? [];
  return [FOLDER, ...names.filter((name) => /^\d+$/.test(name)).map((name) => join(FOLDER, name))].map(placeIn);
}

function take(place: Place, presence: Presence): boolean {
  mkdirSync(place.folder, { recursive: true });
  const file = presenceFile(place.folder);
  try {
    // Only one of two that come at once can make it.
    writeFileSync(file, JSON.stringify({ owner: ownOwner(), ...presence }), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // On a full disk it is there, and empty.
    orUndefined(() => rmSync(file, { force: true }));
    throw error;
  }
  process.once('exit', () => clear(place));
  return true;
}

/** The folders stay if they hold anything else. */
function clear({ folder, profileFile, shellFile, credentialsFile, socket }: Place): void {
  for (const file of [profileFile, shellFile, credentialsFile, socket, presenceFile(folder)]) {
    orUndefined(() => rmSync(file, { force: true }));
  }
  for (const each of new Set([folder, FOLDER])) orUndefined(() => rmdirSync(each));
}

/** The path of a socket has about a hundred characters at most. */
function shorter(path: string): string {
  const fromHere = relative('', path);
  return fromHere.length < path.length ? fromHere : path;
}

function presenceFile(folder: string): string {
  return join(folder, 'session.json');
}

function presenceIn({ folder }: Place): (Presence & { owner: string }) | undefined {
  return orUndefined(() => JSON.parse(readFileSync(presenceFile(folder), 'utf8')) as Presence & { owner: string });
}

function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
