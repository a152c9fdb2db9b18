/** What is told at the end: a table of deliveries, every failure, what was skipped, and totals. */

import { printable } from '../../cli/terminal/printable.ts';
import { canonicalUserId } from '../../emulator/index.ts';
import { EXIT_FAILED, EXIT_SKIPPED } from '../cli.ts';
import type { Delivery } from './delivery.ts';
import { type Column, fitTable } from './table.ts';
import { formatBytes, formatDuration } from './text.ts';
import { formatSkipped, type Skipped } from './walk.ts';

export interface Outcome {
  deliveries: readonly Delivery[];
  skipped: readonly Skipped[];
  /** The accounts that may own something. */
  accounts: readonly string[];
  seconds: number;
}

export interface Look {
  /** Of the terminal, in columns. */
  width?: number | undefined;
  /** Every delivery, and every name that was skipped. */
  all: boolean;
}

const COLUMNS: Column[] = [
  { title: 'key', rank: 0 },
  { title: 'size', isFigure: true, rank: 1 },
  { title: 'ms', isFigure: true, rank: 2 },
  { title: 'owner at source', short: 'source', rank: 3 },
  { title: 'owner at destination', short: 'owner', rank: 0 },
  { title: 'checksum proof', short: 'proof', rank: 0 },
];

/** Longer tables show so many of the first and of the last. */
const ENDS = 5;
const SHORT_TABLE = 20;
const NAMES_PER_REASON = 3;
const NONE = '–';

/** The account with this canonical user id. An unknown id is returned as it is. */
export function accountOf(ownerId: string, accounts: readonly string[]): string {
  return accounts.find((account) => canonicalUserId(account) === ownerId) ?? ownerId;
}

/** From the upload's end to the arrival. */
export function arrivedAfterMs({ droppedAt, deliveredAt }: Delivery): number | undefined {
  return deliveredAt === undefined ? undefined : Math.max(0, deliveredAt - (droppedAt ?? deliveredAt));
}

/** Why a delivery isn't as it must be: it didn't arrive, its checksum is another, or it belongs to another account. */
export function problemOf(delivery: Delivery, accounts: readonly string[] = []): string | undefined {
  const { failure, proof, destinationOwner = '', route } = delivery;
  if (failure !== undefined) return failure;
  if (!proof) return 'not delivered';
  if (!proof.holds) return proof.text;
  const { account } = route.destination;
  if (destinationOwner === canonicalUserId(account)) return undefined;
  return `it belongs to ${accountOf(destinationOwner, accounts)}, and not to ${account}`;
}

/** With `--once`. */
export function exitCodeOf({ deliveries, skipped, accounts }: Outcome): number {
  if (deliveries.some((delivery) => problemOf(delivery, accounts) !== undefined)) return EXIT_FAILED;
  return skipped.length > 0 ? EXIT_SKIPPED : 0;
}

export function formatReport(outcome: Outcome, look: Look): string {
  const { deliveries, skipped } = outcome;
  const parts = [
    formatDeliveries(outcome, look),
    deliveries.flatMap((delivery) => failureOf(delivery, outcome)).join('\n'),
    skipped.length === 0 ? '' : `${formatSkipped(skipped, look.all ? undefined : NAMES_PER_REASON)}.`,
    `${verdict(outcome)}${isShownWhole(deliveries, look.all) ? '' : ' --all shows every row.'}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function formatDeliveries({ deliveries, accounts }: Outcome, { width, all }: Look): string {
  const isWhole = isShownWhole(deliveries, all);
  const shown = isWhole ? deliveries : [...deliveries.slice(0, ENDS), ...deliveries.slice(-ENDS)];
  const rows = shown.map((delivery) => cellsOf(delivery, accounts));
  if (!isWhole) {
    const between = `… ${(deliveries.length - shown.length).toLocaleString('en')} more`;
    rows.splice(ENDS, 0, [between, ...COLUMNS.slice(1).map(() => '')]);
  }
  return fitTable(COLUMNS, rows, width);
}

function isShownWhole(deliveries: readonly Delivery[], all: boolean): boolean {
  return all || deliveries.length <= SHORT_TABLE;
}

function cellsOf(delivery: Delivery, accounts: readonly string[]): string[] {
  const ownerOf = (id: string | undefined) => (id === undefined ? NONE : accountOf(id, accounts));
  const isWell = problemOf(delivery, accounts) === undefined;
  return [
    printable(delivery.drop.key),
    formatBytes(delivery.drop.sizeBytes),
    String(arrivedAfterMs(delivery) ?? NONE),
    ownerOf(delivery.sourceOwner),
    ownerOf(delivery.destinationOwner),
    isWell ? delivery.proof!.text : 'FAILED',
  ];
}

function failureOf(delivery: Delivery, { accounts }: Outcome): string[] {
  const problem = problemOf(delivery, accounts);
  if (problem === undefined) return [];
  return [`FAILED ${printable(delivery.drop.key)} on route ${delivery.route.name}: ${printable(problem)}`];
}

function verdict({ deliveries, accounts, seconds }: Outcome): string {
  const proved = deliveries.filter((delivery) => problemOf(delivery, accounts) === undefined);
  const bytes = proved.reduce((sum, { drop }) => sum + drop.sizeBytes, 0);
  const failed = deliveries.length - proved.length;
  const failures = failed === 0 ? '' : ` ${failed.toLocaleString('en')} failed.`;
  const [all, done] = [deliveries.length, proved.length].map((count) => count.toLocaleString('en'));
  return `${done} of ${all} delivered and proved, ${formatBytes(bytes)} in ${formatDuration(seconds)}.${failures}`;
}
