/** `npm start`: two accounts on this machine, uploads, and a report of what was delivered. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { logGroupName, reconciliationSchedule, relayNames } from '../infra/names.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, runCli } from './cli.ts';
import { listenForControl } from './start/control.ts';
import { DeadLetters } from './start/dead-letters.ts';
import { awaitDeliveries, type Delivery, deliveriesOf, dropAll } from './start/delivery.ts';
import { demonstrationDrops, dropsOf } from './start/drops.ts';
import { openEmpty } from './start/empty.ts';
import { formatHints } from './start/hints.ts';
import { HELP, parseOptions } from './start/options.ts';
import { listOwned } from './start/owned-objects.ts';
import { keepProfiles } from './start/people.ts';
import { SHELL_FILE } from './start/profile.ts';
import { showProgress } from './start/progress.ts';
import { proveDelivery } from './start/proof.ts';
import { allHold, formatReport, type ReportRow } from './start/report.ts';
import { type LocalSession, openSession } from './start/session.ts';
import { formatBytes } from './start/text.ts';

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
    const rows = await deliver(session, deliveries);
    if (interrupted.signal.aborted) return EXIT_INTERRUPTED;
    process.stdout.write(`\n${formatReport(rows, session.accounts)}\n\n${verdict(rows)}\n\n`);
    if (!options.once) await stayUp(session);
    return options.once && !allHold(rows) ? EXIT_FAILED : 0;
  } finally {
    await session.close();
  }
}

async function deliver(session: LocalSession, deliveries: Delivery[]): Promise<ReportRow[]> {
  const { account } = session.config.source;
  const { bucket } = session.own;
  const { s3, sqs } = session.clients.get(account)!;
  const owners = new Map([...session.clients].map(([each, clients]) => [each, clients.s3]));
  const progress = showProgress(process.stdout, deliveries);
  const deadLetters = new DeadLetters(sqs, session.deadLetterQueueUrl);
  await Promise.all([
    dropAll(s3, bucket, deliveries, progress, interrupted.signal),
    awaitDeliveries(owners, deliveries, deadLetters, progress, interrupted.signal),
  ]);
  progress.done();
  if (interrupted.signal.aborted) return [];
  const sourceOwner = new Map<string, string>();
  for await (const { key, ownerId } of listOwned(s3, bucket)) sourceOwner.set(key, ownerId);
  const rows: ReportRow[] = [];
  for (const delivery of deliveries) {
    const { drop, route, destinationKey, deliveredAt } = delivery;
    const { account: owner, bucket: destination } = route.destination;
    const arrived = deliveredAt !== undefined;
    const proof = arrived ? await proveDelivery(owners.get(owner)!, destination, destinationKey, drop) : undefined;
    rows.push({ delivery, sourceOwner: sourceOwner.get(drop.key) ?? '–', proof });
  }
  return rows;
}

function verdict(rows: ReportRow[]): string {
  const proved = rows.filter(({ proof }) => proof?.holds);
  const bytes = proved.reduce((sum, { delivery }) => sum + delivery.drop.sizeBytes, 0);
  return `${proved.length} of ${rows.length} delivered and proved, ${formatBytes(bytes)}.`;
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
