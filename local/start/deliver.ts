/** Delivers files through the relay, proves what arrived, and tells it. */
import { EXIT_FAILED, EXIT_SKIPPED } from '../cli.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Delivery } from './delivery.ts';
import { eventsTo, writeEvent, writeProgress, writeSkipped } from './events.ts';
import { fetchDropped } from './intake.ts';
import { listOwned } from './owned-objects.ts';
import type { Plan } from './plan.ts';
import { repeat, showProgress } from './progress.ts';
import { formatReport, type Outcome, problemOf } from './report.ts';
import { refuseLackOfRoom } from './room.ts';
import { say, screen, widthOf } from './say.ts';
import type { LocalSession } from './session.ts';
import { Tally } from './tally.ts';
import { dropAll } from './upload.ts';
import { awaitDeliveries, presentAt } from './wait.ts';

const PROGRESS_EVENT_EVERY_MS = 2000;

const writeStdout = (line: string) => void process.stdout.write(line);

/**
 * Drops the files, waits for them, and compares each with what arrived.
 * @throws UserError when the disk has too little room
 * @returns the exit code; that of a delivery that was interrupted means nothing
 */
export async function deliver(
  session: LocalSession,
  plan: Plan,
  { all, json }: { all: boolean; json: boolean },
  signal: AbortSignal,
): Promise<number> {
  await refuseLackOfRoom(plan.deliveries, session.folder);
  const begun = performance.now();
  const { intake, accounts } = session;
  const tally = new Tally(plan.deliveries, json ? eventsTo(writeStdout, intake.bucket, accounts) : {});
  if (json) {
    writeEvent(writeStdout, 'started', { url: session.cloud.url, accounts, total: plan.deliveries.length });
    for (const each of plan.skipped) writeSkipped(writeStdout, each);
  }
  await move(session, tally, json, signal);
  if (signal.aborted) return 0;
  await nameOwners(session, tally.deliveries);
  const outcome: Outcome = {
    deliveries: tally.deliveries,
    skipped: [...plan.skipped, ...tally.skippedDrops],
    accounts,
    seconds: (performance.now() - begun) / 1000,
  };
  say(`\n${formatReport(outcome, { width: widthOf(screen()), all })}\n\n`);
  const exitCode = exitCodeOf(outcome);
  if (json) writeEvent(writeStdout, 'summary', { ...totalsOf(outcome), exitCode });
  return exitCode;
}

async function move(session: LocalSession, tally: Tally, json: boolean, signal: AbortSignal): Promise<void> {
  const { intake, clients, config, deadLetterQueueUrl } = session;
  const { s3 } = clients.get(intake.account)!;
  const { sqs, lambda } = clients.get(config.source.account)!;
  const drop = async () => {
    await dropAll(s3, intake.bucket, tally.deliveries, tally, signal);
    if (intake.isPulled && !signal.aborted) await fetchDropped(lambda, config, intake, tally.deliveries);
  };
  const owners = new Map([...clients].map(([account, each]) => [account, each.s3]));
  // On a terminal, lines of JSON would stand in the middle of it.
  const shown = json && process.stdout.isTTY ? [] : [showProgress(screen(), tally, signal)];
  if (json) shown.push(repeat(PROGRESS_EVENT_EVERY_MS, () => writeProgress(writeStdout, tally.counts())));
  try {
    const present = await presentAt(owners, tally.deliveries);
    await Promise.all([
      drop(),
      awaitDeliveries(owners, present, new DeadLetters(sqs, deadLetterQueueUrl), tally, signal),
    ]);
  } finally {
    for (const each of shown) each.done();
  }
}

async function nameOwners({ intake, clients }: LocalSession, deliveries: readonly Delivery[]): Promise<void> {
  const byKey = Map.groupBy(deliveries, ({ drop }) => drop.key);
  for await (const { key, ownerId } of listOwned(clients.get(intake.account)!.s3, intake.bucket)) {
    for (const delivery of byKey.get(key) ?? []) delivery.sourceOwner = ownerId;
  }
}

function exitCodeOf({ deliveries, skipped, accounts }: Outcome): number {
  if (deliveries.some((delivery) => problemOf(delivery, accounts) !== undefined)) return EXIT_FAILED;
  return skipped.length > 0 ? EXIT_SKIPPED : 0;
}

function totalsOf({ deliveries, skipped, accounts, seconds }: Outcome) {
  const proved = deliveries.filter((delivery) => problemOf(delivery, accounts) === undefined);
  return {
    total: deliveries.length,
    proved: proved.length,
    failed: deliveries.length - proved.length,
    skipped: skipped.length,
    sizeBytes: proved.reduce((sum, { drop }) => sum + drop.sizeBytes, 0),
    seconds: Math.round(seconds * 10) / 10,
  };
}
