/** Delivers files through the relay, and proves what arrived. */
import { DeadLetters } from './dead-letters.ts';
import { awaitDeliveries, type Delivery, dropAll } from './delivery.ts';
import { listOwned } from './owned-objects.ts';
import { showProgress } from './progress.ts';
import { proveDelivery } from './proof.ts';
import type { ReportRow } from './report.ts';
import type { LocalSession } from './session.ts';
import { formatBytes } from './text.ts';

/**
 * Drops the files, waits for them, and compares each with what arrived.
 * @returns nothing when `signal` is aborted
 */
export async function deliver(
  session: LocalSession,
  deliveries: Delivery[],
  signal: AbortSignal,
): Promise<ReportRow[]> {
  const { account } = session.config.source;
  const { bucket } = session.own;
  const { s3, sqs } = session.clients.get(account)!;
  const owners = new Map([...session.clients].map(([each, clients]) => [each, clients.s3]));
  const progress = showProgress(process.stdout, deliveries);
  const deadLetters = new DeadLetters(sqs, session.deadLetterQueueUrl);
  await Promise.all([
    dropAll(s3, bucket, deliveries, progress, signal),
    awaitDeliveries(owners, deliveries, deadLetters, progress, signal),
  ]);
  progress.done();
  if (signal.aborted) return [];
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

/** In a line. */
export function verdict(rows: ReportRow[]): string {
  const proved = rows.filter(({ proof }) => proof?.holds);
  const bytes = proved.reduce((sum, { delivery }) => sum + delivery.drop.sizeBytes, 0);
  return `${proved.length} of ${rows.length} delivered and proved, ${formatBytes(bytes)}.`;
}
