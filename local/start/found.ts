/** Tells what a start with `--persist` goes on with. */
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { KeptSummary } from '../../emulator/index.ts';
import { relayNames } from '../../infra/names.ts';
import { KEPT_FOLDER } from './kept.ts';
import type { LocalSession } from './session.ts';

/** What the folder had: accounts, objects and receipts, and stacks of which the configuration knows nothing any more. */
export async function describeKept(session: LocalSession, { savedAt }: KeptSummary): Promise<string> {
  const { cloud, accounts } = session;
  const objects = cloud.s3.buckets().flatMap((bucket) => bucket.keys().filter((key) => bucket.current(key)));
  const found = [
    counted(cloud.kept!.accounts.length, 'account'),
    counted(objects.length, 'object'),
    counted(await countReceipts(session), 'receipt'),
  ];
  const others = cloud.kept!.accounts.filter((account) => !accounts.includes(account));
  return [
    `Going on with what was kept on ${dateOf(savedAt)}: ${found.join(', ')}.`,
    ...(others.length > 0
      ? [`The configuration doesn't name ${others.join(', ')} any more: what is there stays.`]
      : []),
  ].join('\n');
}

/** What a start with --persist says once: nothing is lost in silence. */
export const NOT_KEPT = `The accounts are kept in ${KEPT_FOLDER}. Metrics and the lines of CloudWatch Logs are of one start only; log files stay.`;

async function countReceipts({ clients, config }: LocalSession): Promise<number> {
  const { dynamodb } = clients.get(config.source.account)!;
  let count = 0;
  let from: Record<string, never> | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({ TableName: relayNames(config).ledgerTable, Select: 'COUNT', ExclusiveStartKey: from }),
    );
    count += page.Count ?? 0;
    from = page.LastEvaluatedKey as typeof from;
  } while (from);
  return count;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2026-11-26 23:12`, by the clock on the wall. */
function dateOf(time: number): string {
  return new Date(time).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}
