/** `npm start`: two accounts on this machine, uploads, and a report of what was delivered. */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Configuration, checkedConfig } from '../cli/configuration.ts';
import { endingSignal, isDoing, untilTheEnd } from '../cli/terminal/ending.ts';
import { runCli } from './cli.ts';
import { readConfiguration } from './configuration.ts';
import { listenForControl } from './start/control.ts';
import { deliver } from './start/deliver.ts';
import { demonstrationDrops, dropsOf } from './start/drops.ts';
import { openEmpty } from './start/empty.ts';
import { describeKept, NOT_KEPT } from './start/found.ts';
import { hintsOf } from './start/hints.ts';
import { intakeOf } from './start/intake.ts';
import { openPersistence, type Persistence } from './start/kept.ts';
import { HELP, parseOptions } from './start/options.ts';
import { keepProfiles } from './start/people.ts';
import { type Place, sweepPlaces, takePlace } from './start/place.ts';
import { type Plan, planOf } from './start/plan.ts';
import { writeProfiles } from './start/profile.ts';
import { leaveStdoutToPrograms, say } from './start/say.ts';
import { type LocalSession, openSession } from './start/session.ts';

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.json) leaveStdoutToPrograms();
  sweepPlaces();
  const configuration = readConfiguration(options.config);
  const persistence = options.persist ? await openPersistence(options.fresh) : undefined;
  if (options.empty) return keepEmpty(options.port, configuration, persistence);
  const given = options.paths.length > 0 ? await planned(options.paths, configuration) : undefined;
  const session = await openSession(options.port, configuration, persistence);
  await tellKept(session, persistence, session);
  const { kept } = session.cloud;
  // The demonstration is there already.
  if (kept && !given) return options.once ? endWell(session) : stayUp(session, configuration);
  isDoing('the deliveries');
  const plan = given ?? (await demonstration(session));
  const exitCode = await deliver(session, plan, options, endingSignal);
  refuseFullDisk(session.cloud);
  if (!options.once) return stayUp(session, configuration);
  await session.close();
  return exitCode;
}

/** Before anything starts. @throws UserError for what can't be dropped */
async function planned(paths: string[], configuration: Configuration): Promise<Plan> {
  const intake = intakeOf(checkedConfig(configuration));
  isDoing('the search for files');
  return planOf(await dropsOf(paths, endingSignal), intake);
}

async function demonstration({ intake, folder }: LocalSession): Promise<Plan> {
  const generated = join(folder, 'generated');
  await mkdir(generated);
  const drops = await demonstrationDrops(generated);
  return planOf({ drops: drops.map((drop) => ({ ...drop, key: intake.prefix + drop.key })), skipped: [] }, intake);
}

async function endWell(session: LocalSession): Promise<number> {
  await session.close();
  return 0;
}

async function stayUp(session: LocalSession, configuration: Configuration): Promise<never> {
  const place = placeOf(session.cloud, configuration);
  await keepProfiles(session, place);
  await listenForControl(session, place);
  isDoing('both accounts');
  say(`${hintsOf(session, place)}\n`);
  return untilTheEnd();
}

async function keepEmpty(port: number, configuration: Configuration, persistence?: Persistence): Promise<never> {
  const session = await openEmpty(port, configuration, persistence);
  await tellKept(session, persistence);
  const place = placeOf(session.cloud, configuration);
  await writeProfiles(place, session.profiles);
  await listenForControl(session, place);
  isDoing('the accounts');
  say(`${session.hints(place.shellFile)}\n`);
  return untilTheEnd();
}

/** What the kept accounts go on with, and what isn't kept. @param ledger where the relay is deployed */
async function tellKept(
  session: Pick<LocalSession, 'cloud' | 'accounts'>,
  persistence?: Persistence,
  ledger?: LocalSession,
): Promise<void> {
  if (persistence) say(`${NOT_KEPT}\n`);
  const { kept } = session.cloud;
  if (kept) say(`${await describeKept(session, kept, ledger)}\n\n`);
}

/** To clients a full disk is an internal error of S3, after which nothing can be said of the relay. */
function refuseFullDisk({ unexpectedErrors }: LocalSession['cloud']): void {
  const full = unexpectedErrors.find((error) => (error as NodeJS.ErrnoException).code === 'ENOSPC');
  if (full !== undefined) throw full;
}

/** Where other terminals find this one; says so where that isn't the usual place. */
function placeOf({ url }: { url: string }, configuration: Configuration): Place {
  const { note, ...place } = takePlace({ port: Number(new URL(url).port), ...configuration }, join(tmpdir(), 'local'));
  if (note !== undefined) say(`${note}\n\n`);
  return place;
}

runCli(main, { help: HELP, hasOwnFolder: true });
