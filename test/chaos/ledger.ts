import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { checksumAlgorithm, runningChecksum } from '../../local/s3/checksums.ts';
import { LEDGER_TABLE } from '../support/two-accounts.ts';
import type { Delivery } from './observed.ts';
import type { ChaosWorld } from './world.ts';

/** What the ledger says of a key. */
export interface LedgerItem extends Delivery {
  status: string | undefined;
  checksum: { algorithm: string | undefined; value: string | undefined };
}

export async function ledgerItem(
  { dynamodb, routeName }: ChaosWorld['ledger'],
  key: string,
): Promise<LedgerItem | undefined> {
  const id = { S: `${routeName}/${key}` };
  const command = new GetItemCommand({ TableName: LEDGER_TABLE, Key: { id }, ConsistentRead: true });
  const { Item } = await dynamodb.send(command);
  if (!Item) return undefined;
  const recorded = (attribute: string) => Item[attribute]?.S;
  return {
    status: recorded('status'),
    versionId: recorded('sourceVersionId'),
    eTag: (recorded('sourceETag') ?? '').replaceAll('"', ''),
    origin: recorded('checksumOrigin'),
    checksum: { algorithm: recorded('checksumAlgorithm'), value: recorded('checksumValue') },
  };
}

/** Whether the checksum that is recorded is the one of these bytes; never one by an algorithm that S3 doesn't have. */
export async function provesContent({ checksum }: LedgerItem, bytes: Buffer): Promise<boolean> {
  const algorithm = checksumAlgorithm(checksum.algorithm ?? '');
  if (algorithm === undefined) return false;
  const running = runningChecksum(algorithm);
  running.update(bytes);
  return checksum.value === (await running.digest()).toString('base64');
}
