/** Reads receipts of the ledger. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type KeptReceipt, receiptOf } from '../../cli/receipt.ts';
import { relayNames } from '../../infra/names.ts';
import type { World } from './world.ts';

/** What the ledger has of a key along a route. */
export async function readReceipt(
  { a, config }: Pick<World, 'a' | 'config'>,
  route: string,
  key: string,
): Promise<KeptReceipt | undefined> {
  const id = { S: `${route}/${key}` };
  const { Item } = await a.dynamodb.send(
    new GetItemCommand({ TableName: relayNames(config).ledgerTable, Key: { id }, ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  return receiptOf(Object.fromEntries(Object.entries(Item).map(([name, { S, N }]) => [name, S ?? Number(N)])));
}
