/** Drops a file into account A and finds it in account B. */
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { DESTINATION_BUCKET, eventually, PREFIX, type TwoAccounts } from './two-accounts.ts';

/** Along the committed route, whose receipt must say so, too. */
export async function expectToCross(world: TwoAccounts, sourceBucket: string, key: string): Promise<void> {
  await world.a.s3.send(new PutObjectCommand({ Bucket: sourceBucket, Key: key, Body: 'over there' }));
  const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}${key}` };
  await eventually(() => world.b.s3.send(new HeadObjectCommand(there)));
  const { Body } = await world.b.s3.send(new GetObjectCommand(there));
  expect(await Body!.transformToString()).toBe('over there');
  expect(await eventually(() => world.ledgerItem(key))).toMatchObject({ status: 'delivered' });
}
