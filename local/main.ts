/** `npm start`: two accounts on this machine, uploads, and a report of what was delivered. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { logGroupName, reconciliationSchedule, relayNames } from '../infra/names.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, runCli } from './cli.ts';
import { listenForControl } from './start/control.ts';
import { deliver, verdict } from './start/deliver.ts';
import { deliveriesOf } from './start/delivery.ts';
import { demonstrationDrops, dropsOf } from './start/drops.ts';
import { openEmpty } from './start/empty.ts';
import { formatHints } from './start/hints.ts';
import { HELP, parseOptions } from './start/options.ts';
import { keepProfiles } from './start/people.ts';
import { SHELL_FILE } from './start/profile.ts';
import { allHold, formatReport } from './start/report.ts';
import { type LocalSession, openSession } from './start/session.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.empty) return keepEmpty(options.port);
  const given = options.paths.length > 0 ? await dropsOf(options.paths) : undefined;
  const session = await openSession(options.port);
  try {
    const drops = given ?? (await demonstrationDrops(await subfolder(session, 'generated')));
    const deliveries = deliveriesOf(drops, session.own.bucket, session.routes);
    const rows = await deliver(session, deliveries, interrupted.signal);
    if (interrupted.signal.aborted) return EXIT_INTERRUPTED;
    process.stdout.write(`\n${formatReport(rows, session.accounts)}\n\n${verdict(rows)}\n\n`);
    if (!options.once) await stayUp(session);
    return options.once && !allHold(rows) ? EXIT_FAILED : 0;
  } finally {
    await session.close();
  }
}

async function stayUp(session: LocalSession): Promise<void> {
  const { config, own, profiles, cloud, folder } = session;
  const { destination } = own.routes[0]!;
  const { relayFunction } = relayNames(config);
  const takeProfilesAway = await keepProfiles(session);
  const control = await listenForControl(session);
  process.stdout.write(
    `${formatHints({
      url: cloud.url,
      shellFile: SHELL_FILE,
      logFile: join(folder, 'aws', 'logs', config.source.account, `${logGroupName(relayFunction)}.log`),
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
  await interruption();
  control.close();
  await takeProfilesAway();
  process.stdout.write('\nBoth accounts are gone.\n');
}

async function keepEmpty(port: number): Promise<number> {
  const session = await openEmpty(port);
  try {
    const control = await listenForControl(session);
    process.stdout.write(`${session.hints}\n`);
    await interruption();
    control.close();
    return 0;
  } finally {
    await session.close();
    process.stdout.write('\nThe accounts are gone.\n');
  }
}

async function interruption(): Promise<void> {
  if (interrupted.signal.aborted) return;
  await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve, { once: true }));
}

async function subfolder(session: LocalSession, name: string): Promise<string> {
  const folder = join(session.folder, name);
  await mkdir(folder);
  return folder;
}

runCli(main, { help: HELP });
