import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { LEDGER_TABLE_NAME } from '../../infra/contract.ts';
import type { World } from './world.ts';

export type Item = Record<string, string | number>;

/** What the ledger has of a key along a route. */
export async function receiptOf({ a }: World, route: string, key: string): Promise<Item | undefined> {
  const id = { S: `${route}/${key}` };
  const { Item } = await a.dynamodb.send(
    new GetItemCommand({ TableName: LEDGER_TABLE_NAME, Key: { id }, ConsistentRead: true }),
  );
  return (
    Item && Object.fromEntries(Object.entries(Item).map(([name, { S, N }]) => [name, N === undefined ? S! : Number(N)]))
  );
}
