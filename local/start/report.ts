/** The table of deliveries at the end. */
import { canonicalUserId } from '../../emulator/index.ts';
import type { Delivery } from './delivery.ts';
import type { Proof } from './proof.ts';
import { formatBytes, formatTable, printable } from './text.ts';

export interface ReportRow {
  delivery: Delivery;
  sourceOwner: string;
  proof: Proof | undefined;
}

const HEADER = ['key', 'size', 'ms', 'owner at source', 'owner at destination', 'checksum proof'];
const FIGURES = new Set([1, 2]);

/** The account with this canonical user id. An unknown id is returned as it is. */
export function accountOf(ownerId: string, accounts: readonly string[]): string {
  return accounts.find((account) => canonicalUserId(account) === ownerId) ?? ownerId;
}

export function formatReport(rows: readonly ReportRow[], accounts: readonly string[]): string {
  return formatTable(
    HEADER,
    rows.map(({ delivery, sourceOwner, proof }) => [
      printable(delivery.drop.key),
      formatBytes(delivery.drop.sizeBytes),
      delivery.deliveredAt === undefined ? '–' : String(Math.max(0, delivery.deliveredAt - delivery.droppedAt!)),
      accountOf(sourceOwner, accounts),
      delivery.destinationOwner === undefined ? '–' : accountOf(delivery.destinationOwner, accounts),
      proof?.text ?? `FAILED: ${printable(delivery.failure ?? 'not delivered')}`,
    ]),
    FIGURES,
  );
}

/** Whether every object was delivered and proved, and belongs to the destination's account. */
export function allHold(rows: readonly ReportRow[]): boolean {
  return rows.every(
    ({ delivery, proof }) =>
      proof?.holds === true && delivery.destinationOwner === canonicalUserId(delivery.route.destination.account),
  );
}
