/** `npm run try -- drop`: uploads files, and tells what becomes of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from '@aws-sdk/lib-storage';
import { routesFor } from '../../functions/core/route.ts';
import { SourceObject } from '../../functions/core/source-object.ts';
import { type Drop, dropsOf, openDrop } from '../start/drops.ts';
import { ownBucket } from '../start/own-bucket.ts';
import { printable } from '../start/text.ts';
import { UserError } from '../start/user-error.ts';
import { formatSkipped } from '../start/walk.ts';
import { type Item, receiptOf } from './ledger.ts';
import type { World } from './world.ts';

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 120_000;

/** Puts files into account A's bucket, and tells what becomes of each. */
export async function drop(world: World, paths: string[]): Promise<void> {
  if (paths.length === 0) throw new UserError('Which file? For example: npm run try -- drop README.md');
  const { drops, skipped } = await dropsOf(paths);
  for (const each of drops) {
    const Bucket = ownBucket(world.config).bucket;
    const upload = new Upload({ client: world.a.s3, params: { Bucket, Key: each.key, Body: openDrop(each) } });
    const { VersionId } = await upload.done();
    print(`put    s3://${Bucket}/${printable(each.key)}, as account ${world.config.source.account}`);
    for (const { name } of routesFor(world.routes, new SourceObject(Bucket, each.key))) {
      print(sentenceOf(await receiptOfVersion(world, name, each, VersionId)));
    }
  }
  if (skipped.length > 0) print(`${formatSkipped(skipped)}.`);
}

/** The version id tells this upload's receipt from that of an earlier upload. */
async function receiptOfVersion(
  world: World,
  route: string,
  { key }: Drop,
  version: string | undefined,
): Promise<Item> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const receipt = await receiptOf(world, route, key);
    if (receipt && (version === undefined || receipt['sourceVersionId'] === version)) return receipt;
    if (Date.now() > deadline) throw new UserError(`No receipt of ${printable(key)} after ${PATIENCE_MS / 1000} s.`);
    await sleep(LOOK_EVERY_MS);
  }
}

function sentenceOf(receipt: Item): string {
  const { status, destinationBucket, destinationKey, checksumAlgorithm, checksumValue, reasonCode, reason } = receipt;
  if (status === 'failed') return `failed ${reasonCode}: ${reason}\n       It lies in the dead-letter queue.`;
  const where = `s3://${destinationBucket}/${printable(String(destinationKey))}`;
  return `${status} ${where}, which has verified ${checksumAlgorithm} ${checksumValue}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
