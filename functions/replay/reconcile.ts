/** What a reconciliation does besides a replay: it settles what it is about, and tells what it has found. */
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { serviceFailure } from '../failures/service-failure.ts';
import { reconciliationLine } from '../reporting/reconciliation-metrics.ts';
import type { ReplayRequest, ReplayTotals } from '../request/replay-request.ts';
import { newestManifest } from './inventory-manifest.ts';
import type { Place } from './pieces.ts';
import { type Replay, type ReplayRun, replayStep } from './replay-run.ts';

/**
 * Reads the clock and the ledger's age once: a repeated step and a later execution must look for the same objects. Uploads from before
 * the ledger are for somebody to decide about: docs/decisions/0035.
 */
export async function fixReconciliation(run: ReplayRun, request: ReplayRequest): Promise<ReplayRequest> {
  const { objectsPerSecond, since } = run.config.reconciliation;
  const fixed = await replayStep(run, 'what is looked for', async () => ({
    asOf: new Date(run.now()).toISOString(),
    since: request.since ?? since ?? (await ledgerBegan(run)),
  }));
  return { ...request, ...fixed, objectsPerSecond: request.objectsPerSecond ?? objectsPerSecond };
}

/** The beginning of the newest inventory where there is one; a bucket that is pulled has none. */
export async function firstPlace(run: ReplayRun, { reconcile, route }: ReplayRequest): Promise<Place> {
  const { reconciliation, routes } = run.config;
  const { inventory } = reconciliation;
  const isPulled = routes.some(({ name, pull }) => name === route && pull !== undefined);
  if (!reconcile || !inventory || isPulled) return {};
  const manifest = await replayStep(run, 'newest inventory', () => newestManifest(run, inventory));
  return { inventory: { manifest, file: 0, row: 0 } };
}

/** Once, when everything has been looked at. */
export async function tellFound(run: ReplayRun, totals: ReplayTotals): Promise<void> {
  const line = async () => run.publish(reconciliationLine(run.config.name, totals, run.now()));
  await replayStep(run, 'tell', line);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
async function ledgerBegan({ clients, config }: Replay): Promise<string> {
  const command = new DescribeTableCommand({ TableName: config.ledgerTable });
  const { Table } = await clients.dynamodb.send(command).catch((error: unknown) => {
    throw serviceFailure('LedgerUnavailable', 'DescribeTable', config.ledgerTable, error);
  });
  // A listing has whole seconds: what was uploaded in this one came after it.
  return Table!.CreationDateTime!.toISOString().replace(/\.\d+Z$/, 'Z');
}
