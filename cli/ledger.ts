/** Reads receipts of the ledger. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type KeptReceipt, receiptOf } from './receipt.ts';
import type { Relay } from './relay.ts';

/** What the ledger has of a key along a route. */
export async function readReceipt(
  { dynamodb, names }: Pick<Relay, 'dynamodb' | 'names'>,
  route: string,
  key: string,
): Promise<KeptReceipt | undefined> {
  const id = { S: `${route}/${key}` };
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: names.ledgerTable, Key: { id }, ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  return receiptOf(Object.fromEntries(Object.entries(Item).map(([name, { S, N }]) => [name, S ?? Number(N)])));
}
