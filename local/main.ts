/** `npm start`: two accounts on this machine, uploads, and a report of what was delivered. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runtimeRoute } from '../infra/config/function-settings.ts';
import { logGroupName, reconciliationSchedule, relayNames } from '../infra/names.ts';
import { EXIT_INTERRUPTED, runCli } from './cli.ts';
import { listenForControl } from './start/control.ts';
import { deliver } from './start/deliver.ts';
import { demonstrationDrops, dropsOf } from './start/drops.ts';
import { checkedConfig, openEmpty } from './start/empty.ts';
import { formatHints } from './start/hints.ts';
import { HELP, parseOptions } from './start/options.ts';
import { ownBucket } from './start/own-bucket.ts';
import { keepProfiles } from './start/people.ts';
import { type Plan, planOf } from './start/plan.ts';
import { SHELL_FILE } from './start/profile.ts';
import { leaveStdoutToPrograms, say } from './start/say.ts';
import { type LocalSession, openSession } from './start/session.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.empty) return keepEmpty(options.port);
  if (options.json) leaveStdoutToPrograms();
  const given = options.paths.length > 0 ? await planned(options.paths) : undefined;
  if (interrupted.signal.aborted) return EXIT_INTERRUPTED;
  const session = await openSession(options.port);
  try {
    const plan = given ?? (await demonstration(session));
    const exitCode = await deliver(session, plan, options, interrupted.signal);
    if (interrupted.signal.aborted) return EXIT_INTERRUPTED;
    if (options.once) return exitCode;
    await stayUp(session);
    return 0;
  } finally {
    await session.close();
  }
}

/** Before anything starts. @throws UserError for what can't be dropped */
async function planned(paths: string[]): Promise<Plan> {
  const config = checkedConfig();
  return planOf(
    await dropsOf(paths, interrupted.signal),
    ownBucket(config).bucket,
    config.routes.map((route) => runtimeRoute(route)),
  );
}

async function demonstration(session: LocalSession): Promise<Plan> {
  const drops = await demonstrationDrops(await subfolder(session, 'generated'));
  return planOf({ drops, skipped: [] }, session.own.bucket, session.routes);
}

async function stayUp(session: LocalSession): Promise<void> {
  const { config, own, profiles, cloud, folder } = session;
  const { destination } = own.routes[0]!;
  const { relayFunction } = relayNames(config);
  const takeProfilesAway = await keepProfiles(session);
  const control = await listenForControl(session);
  say(
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
  say('\nBoth accounts are gone.\n');
}

async function keepEmpty(port: number): Promise<number> {
  const session = await openEmpty(port);
  try {
    const control = await listenForControl(session);
    say(`${session.hints}\n`);
    await interruption();
    control.close();
    return 0;
  } finally {
    await session.close();
    say('\nThe accounts are gone.\n');
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
