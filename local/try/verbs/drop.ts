/** `npm run try -- drop`: uploads files, and tells what becomes of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from '@aws-sdk/lib-storage';
import pMap from 'p-map';
import { readReceipt } from '../../../cli/ledger.ts';
import { type KeptReceipt, sentenceOf } from '../../../cli/receipt.ts';
import { Failure, UserError } from '../../../cli/terminal/user-error.ts';
import { routesFor } from '../../../functions/core/route.ts';
import { SourceObject } from '../../../functions/core/source-object.ts';
import { type Drop, dropsOf, openDrop } from '../../start/drops.ts';
import { ownBucket } from '../../start/own-bucket.ts';
import { formatSkipped } from '../../start/walk.ts';
import { type Attempt, place, type Verb } from '../verb.ts';
import type { World } from '../world.ts';

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 120_000;
const LEAST_BYTES_PER_MS = 10_000;
const AT_ONCE = 8;

export const drop: Verb = {
  usage: 'drop PATH…',
  summary: "puts files into account A's bucket, and tells what becomes of them",
  more: 'A folder stands for all files below it, under its own name. Fails unless every file is delivered along each route\nthat takes it; ends with 3 if some of a folder was left out.',
  json: `a receipt for each file and route, as soon as it is there; {"status":"awaited",…} after ${PATIENCE_MS / 1000} s without one,
and {"status":"not taken",…} of a file that no route takes`,
  words: {
    least: 1,
    most: Number.POSITIVE_INFINITY,
    missing: 'Which file?',
    example: 'README.md',
  },
  async act(attempt) {
    const { drops, skipped } = await dropsOf(attempt.words).catch((error: Error) => {
      // Nothing about the command is wrong, so a drop of what can't be read has failed.
      throw error instanceof UserError ? new Failure(error.message) : error;
    });
    const outcomes = await pMap(drops, (each) => dropOne(attempt, each), { concurrency: AT_ONCE });
    if (skipped.length > 0) attempt.warn(`${formatSkipped(skipped)}.`);
    if (!outcomes.every(Boolean)) return false;
    return skipped.length === 0 || 'some skipped';
  },
};

/** @returns whether it is delivered along each route */
async function dropOne({ world, tell }: Attempt, each: Drop): Promise<boolean> {
  const Bucket = ownBucket(world.config).bucket;
  const source = { bucket: Bucket, key: each.key };
  const upload = new Upload({ client: world.a.s3, params: { Bucket, Key: each.key, Body: openDrop(each) } });
  const { VersionId } = await upload.done();
  const put = `put    ${place(Bucket, each.key)}, as account ${world.config.source.account}`;
  const routes = routesFor(world.routes, new SourceObject(Bucket, each.key));
  if (routes.length === 0) tell({ status: 'not taken', source }, `${put}\nNo route takes it.`);
  let isDelivered = routes.length > 0;
  for (const { name: route } of routes) {
    const receipt = await receiptOfVersion(world, route, each, VersionId);
    isDelivered &&= receipt !== undefined && receipt.status !== 'failed';
    const none = `There is no receipt after ${PATIENCE_MS / 1000} s: it may still be on its way.`;
    tell(receipt ?? { status: 'awaited', route, source }, `${put}\n${receipt ? sentenceOf(receipt) : none}`);
  }
  return isDelivered;
}

/** The version id tells this upload's receipt from that of an earlier upload. A large object takes its time. */
async function receiptOfVersion(
  world: World,
  route: string,
  { key, sizeBytes }: Drop,
  version: string | undefined,
): Promise<KeptReceipt | undefined> {
  const deadline = Date.now() + PATIENCE_MS + sizeBytes / LEAST_BYTES_PER_MS;
  while (Date.now() < deadline) {
    const receipt = await readReceipt(world.relay, route, key);
    if (receipt && (version === undefined || receipt.source.versionId === version)) return receipt;
    await sleep(LOOK_EVERY_MS);
  }
  return undefined;
}
