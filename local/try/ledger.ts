/** Reads receipts. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { relayNames } from '../../infra/names.ts';
import type { World } from './world.ts';

export type Item = Record<string, string | number>;

/** What the ledger has of a key along a route. */
export async function receiptOf({ a, config }: World, route: string, key: string): Promise<Item | undefined> {
  const id = { S: `${route}/${key}` };
  const { Item } = await a.dynamodb.send(
    new GetItemCommand({ TableName: relayNames(config).ledgerTable, Key: { id }, ConsistentRead: true }),
  );
  return (
    Item && Object.fromEntries(Object.entries(Item).map(([name, { S, N }]) => [name, N === undefined ? S! : Number(N)]))
  );
}
