/** `npm start`: two accounts on this machine, uploads, and a report of what was delivered. */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logGroupName, reconciliationSchedule, relayNames } from '../infra/names.ts';
import { EXIT_FAILED, runCli } from './cli.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { endingSignal, isDoing, untilTheEnd } from './ending.ts';
import { listenForControl } from './start/control.ts';
import { deliver, verdict } from './start/deliver.ts';
import { deliveriesOf } from './start/delivery.ts';
import { demonstrationDrops, dropsOf } from './start/drops.ts';
import { openEmpty } from './start/empty.ts';
import { describeKept, NOT_KEPT } from './start/found.ts';
import { formatHints } from './start/hints.ts';
import { openPersistence, type Persistence } from './start/kept.ts';
import { HELP, parseOptions } from './start/options.ts';
import { keepProfiles } from './start/people.ts';
import { type Place, sweepPlaces, takePlace } from './start/place.ts';
import { writeProfiles } from './start/profile.ts';
import { allHold, formatReport } from './start/report.ts';
import { type LocalSession, openSession } from './start/session.ts';

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  sweepPlaces();
  const configuration = readConfiguration(options.config);
  const persistence = options.persist ? await openPersistence(options.fresh) : undefined;
  if (options.empty) return keepEmpty(options.port, configuration, persistence);
  const given = options.paths.length > 0 ? await dropsOf(options.paths) : undefined;
  const session = await openSession(options.port, configuration, persistence);
  if (persistence) process.stdout.write(`${NOT_KEPT}\n`);
  const { kept } = session.cloud;
  if (kept) process.stdout.write(`${await describeKept(session, kept, session)}\n\n`);
  // The demonstration is there already.
  if (kept && !given) return options.once ? endWell(session) : stayUp(session, configuration);
  isDoing('the deliveries');
  const drops = given ?? (await demonstrationDrops(await subfolder(session, 'generated')));
  const deliveries = deliveriesOf(drops, session.own.bucket, session.routes);
  const rows = await deliver(session, deliveries, endingSignal);
  process.stdout.write(`\n${formatReport(rows, session.accounts)}\n\n${verdict(rows)}\n\n`);
  if (!options.once) await stayUp(session, configuration);
  await session.close();
  return allHold(rows) ? 0 : EXIT_FAILED;
}

async function endWell(session: LocalSession): Promise<number> {
  await session.close();
  return 0;
}

async function stayUp(session: LocalSession, configuration: Configuration): Promise<never> {
  const { config, own, profiles, cloud } = session;
  const { destination } = own.routes[0]!;
  const { relayFunction } = relayNames(config);
  const place = placeOf(cloud, configuration);
  await keepProfiles(session, place);
  await listenForControl(session, place);
  isDoing('both accounts');
  process.stdout.write(
    `${formatHints({
      url: cloud.url,
      shellFile: place.shellFile,
      logFile: join(cloud.folder, 'logs', config.source.account, `${logGroupName(relayFunction)}.log`),
      sourceBucket: own.bucket,
      destinationBucket: destination.bucket,
      source: { profile: profiles.get(config.source.account)!, account: config.source.account },
      destination: { profile: profiles.get(destination.account)!, account: destination.account },
      functionName: relayFunction,
      schedules: [
        ...config.relay.replays.map(({ name }) => name),
        ...(config.relay.replay && config.relay.reconciliation ? [reconciliationSchedule()] : []),
      ],
    })}\n`,
  );
  return untilTheEnd();
}

async function keepEmpty(port: number, configuration: Configuration, persistence?: Persistence): Promise<never> {
  const session = await openEmpty(port, configuration, persistence);
  if (persistence) process.stdout.write(`${NOT_KEPT}\n`);
  const { kept } = session.cloud;
  if (kept) process.stdout.write(`${await describeKept(session, kept)}\n\n`);
  const place = placeOf(session.cloud, configuration);
  await writeProfiles(place, session.profiles);
  await listenForControl(session, place);
  isDoing('the accounts');
  process.stdout.write(`${session.hints(place.shellFile)}\n`);
  return untilTheEnd();
}

/** Where other terminals find this one; says so where that isn't the usual place. */
function placeOf({ url }: { url: string }, configuration: Configuration): Place {
  const { note, ...place } = takePlace({ port: Number(new URL(url).port), ...configuration }, join(tmpdir(), 'local'));
  if (note !== undefined) process.stdout.write(`${note}\n\n`);
  return place;
}

async function subfolder(session: LocalSession, name: string): Promise<string> {
  const folder = join(session.folder, name);
  await mkdir(folder);
  return folder;
}

runCli(main, { help: HELP, hasOwnFolder: true });
