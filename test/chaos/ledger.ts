import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { checksumAlgorithm, runningChecksum } from '../../emulator/index.ts';
import { LEDGER_TABLE } from '../support/two-accounts.ts';
import type { Delivery } from './observed.ts';
import type { ChaosWorld } from './world.ts';

/** What the ledger says of a key. */
export interface LedgerItem extends Delivery {
  status: string | undefined;
  /** The delivery that a failure of a newer version has taken the place of, and that must stay after a delete. */
  kept: Pick<Delivery, 'versionId' | 'eTag'> | undefined;
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
  const keptETag = recorded('deliveredETag');
  return {
    status: recorded('status'),
    kept: keptETag === undefined ? undefined : { versionId: recorded('deliveredVersionId'), eTag: unquoted(keptETag) },
    versionId: recorded('sourceVersionId'),
    eTag: unquoted(recorded('sourceETag') ?? ''),
    origin: recorded('checksumOrigin'),
    checksum: { algorithm: recorded('checksumAlgorithm'), value: recorded('checksumValue') },
  };
}

function unquoted(eTag: string): string {
  return eTag.replaceAll('"', '');
}

/** Whether the checksum that is recorded is the one of these bytes; never one by an algorithm that S3 doesn't have. */
export async function provesContent({ checksum }: LedgerItem, bytes: Buffer): Promise<boolean> {
  const algorithm = checksumAlgorithm(checksum.algorithm ?? '');
  if (algorithm === undefined) return false;
  const running = runningChecksum(algorithm);
  running.update(bytes);
  return checksum.value === (await running.digest()).toString('base64');
}
