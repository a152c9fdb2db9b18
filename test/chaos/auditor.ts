import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { contentOf, uploadsIn } from './content.ts';
import type { SetAside } from './dead-letters.ts';
import { type LedgerItem, ledgerItem, provesContent } from './ledger.ts';
import { type Delivery, isOf, type Landed, type Observed } from './observed.ts';
import { type PlannedUpload, UPLOAD_METADATA } from './uploads.ts';
import type { ChaosWorld } from './world.ts';

/** The source keys that something is wrong with. */
export interface Wrong {
  /** Not at the destination. */
  lost: string[];
  /** An older upload of the key is there. */
  stale: string[];
  /** Bytes of no upload of the key are there, or ever were. */
  corrupt: string[];
  /** Bytes of several uploads of the key. */
  spliced: string[];
  /** No item in the ledger, or not of the newest object. */
  withoutReceipt: string[];
  /** A receipt names another proof than the one that docs/fidelity.md demands for what the source had. */
  withoutProof: string[];
}

export interface Audit extends Wrong {
  /** What is known of each such key, in a line. */
  known: Record<string, string>;
}

const KEYS_AT_ONCE = 8;

/**
 * Compares what the destination and the ledger hold with the newest source object of every key, byte by byte; of a key that was deleted, with
 * the newest that was ever delivered.
 */
export async function audit(
  world: ChaosWorld,
  uploads: readonly PlannedUpload[],
  setAside: readonly SetAside[],
): Promise<Audit> {
  const found: Wrong = { lost: [], stale: [], corrupt: [], spliced: [], withoutReceipt: [], withoutProof: [] };
  const known: Record<string, string> = {};
  const byKey = Object.entries(Object.groupBy(uploads, ({ key }) => key)).values();
  const auditor = async (): Promise<void> => {
    for (const [key, ofKey] of byKey) {
      const superseded = setAside.filter((letter) => letter.key === key && letter.code === 'Superseded');
      const { verdicts, facts } = await auditKey(world, key, ofKey!, superseded);
      for (const verdict of verdicts) found[verdict].push(key);
      if (verdicts.length > 0) known[key] = JSON.stringify(facts);
    }
  };
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, auditor));
  for (const keys of Object.values(found) as string[][]) keys.sort();
  return { ...found, known };
}

async function auditKey(
  world: ChaosWorld,
  key: string,
  ofKey: readonly PlannedUpload[],
  superseded: readonly SetAside[],
): Promise<{ verdicts: (keyof Wrong)[]; facts: object }> {
  const { source, ledger, observed } = world;
  const newest = await orMissing(source.s3.send(new HeadObjectCommand({ Bucket: source.bucket, Key: key })));
  const [shown, ...earlier] = await everShown(world, key);
  const item = await ledgerItem(ledger, key);
  const verdicts = new Set<keyof Wrong>();
  for (const bytes of earlier) {
    const verdict = compare(bytes, ofKey, []);
    if (verdict !== 'stale') verdicts.add(verdict as keyof Wrong);
  }
  const right = newest ? [Number(newest.Metadata?.[UPLOAD_METADATA])] : rightAfterDelete(observed, key, item);
  const verdict = shown ? compare(shown, ofKey, right) : right.length === 0 ? 'delivered' : 'lost';
  // Of a key that was deleted and never delivered, what a worker that died has written may be there.
  const isExcused = () => right.length === 0 || superseded.some(({ reason }) => names(reason, observed, key, right));
  if (verdict !== 'delivered' && (newest || verdict !== 'stale' || !isExcused())) verdicts.add(verdict);
  // Where nobody could tell which of two is newer, either may be recorded: account B is told of both.
  const isUnordered = () => superseded.some(({ reason }) => tellsOfBoth(reason, item, landedOf(observed, key, right)));
  const isRecorded = newest ? isOfNewest(item, newest) : isWhatStays(item, observed, key, right) || isUnordered();
  if (!isRecorded || !(await hasItsChecksum(item, observed.landed(key), ofKey))) verdicts.add('withoutReceipt');
  if (!isProvedAsDemanded(item, observed, key, ofKey)) verdicts.add('withoutProof');
  const facts = {
    isAtSource: newest !== undefined,
    right,
    item,
    shown: shown && [...(uploadsIn(shown) ?? [])],
    landed: observed.landed(key),
    delivered: observed.delivered(key),
    superseded: superseded.map(({ reason }) => reason),
  };
  return { verdicts: [...verdicts], facts };
}

/** The uploads that are not older than any that a receipt was ever given for; none where there was no receipt. */
function rightAfterDelete(observed: Observed, key: string, item: LedgerItem | undefined): number[] {
  const landed = observed.landed(key);
  // Of two that look alike, the relay's may have been the earlier one.
  const deliveries = [...deliveriesOf(observed, key, item), ...(item?.kept ? [item.kept] : [])];
  const places = deliveries.map((delivery) => landed.findIndex((each) => isOf(each, delivery)));
  return places.length === 0 ? [] : landed.slice(Math.max(...places)).map(({ number }) => number);
}

/** The ledger may know of one whose worker died before it could tell. */
function deliveriesOf(observed: Observed, key: string, item: LedgerItem | undefined): Delivery[] {
  return [...observed.delivered(key), ...(item?.status === 'delivered' ? [item] : [])];
}

function landedOf(observed: Observed, key: string, numbers: readonly number[]): Landed[] {
  return observed.landed(key).filter(({ number }) => numbers.includes(number));
}

/** Whether a dead letter names one of the right versions. */
function names(reason: string, observed: Observed, key: string, right: readonly number[]): boolean {
  return landedOf(observed, key, right).some((version) => reason.includes(nameOf(version)));
}

/**
 * Whether a dead letter names one of the right versions, and the delivery that the ledger has instead, or that its failure keeps.
 * @param right what may be at the destination
 */
export function tellsOfBoth(
  reason: string,
  item: Pick<LedgerItem, 'status' | 'versionId' | 'eTag' | 'kept'> | undefined,
  right: readonly Landed[],
): boolean {
  const recorded = item?.status === 'delivered' ? item : item?.kept;
  return (
    recorded !== undefined && [right, [recorded]].every((each) => each.some((one) => reason.includes(nameOf(one))))
  );
}

function nameOf({ versionId, eTag }: Pick<Landed, 'versionId' | 'eTag'>): string {
  return versionId ?? eTag;
}

/** @param right the numbers of the uploads that may be there */
export function compare(
  bytes: Buffer,
  ofKey: readonly Pick<PlannedUpload, 'number' | 'sizeBytes'>[],
  right: readonly number[],
): 'delivered' | 'stale' | 'spliced' | 'corrupt' {
  const same = ofKey.filter(
    ({ number, sizeBytes }) => sizeBytes === bytes.length && contentOf(number, sizeBytes).equals(bytes),
  );
  if (same.some(({ number }) => right.includes(number))) return 'delivered';
  if (same.length > 0) return 'stale';
  const parts = [...(uploadsIn(bytes) ?? [])];
  const own = parts.every((part) => ofKey.some(({ number }) => number === part));
  return own && parts.length > 1 ? 'spliced' : 'corrupt';
}

/** What the destination shows under a key and has shown before, the newest first: its bucket has versions. */
async function everShown({ cloud, destination }: ChaosWorld, key: string): Promise<Buffer[]> {
  const { s3, bucket: Bucket, prefix } = destination;
  const Key = prefix + key;
  const versions = cloud.s3.bucket(Bucket).versions(Key);
  const objects = versions[0]?.kind === 'object' ? versions.filter(({ kind }) => kind === 'object') : [];
  const bodies: Buffer[] = [];
  for (const { versionId: VersionId } of objects) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    bodies.push(Buffer.from(await Body!.transformToByteArray()));
  }
  return bodies;
}

function isOfNewest(item: LedgerItem | undefined, newest: HeadObjectCommandOutput): boolean {
  if (item?.status !== 'delivered') return false;
  return item.eTag === newest.ETag?.replaceAll('"', '') && item.versionId === newest.VersionId;
}

/** Of a key that was deleted: what was delivered, or the failure of a newer version, which keeps what was delivered. */
function isWhatStays(item: LedgerItem | undefined, observed: Observed, key: string, right: readonly number[]): boolean {
  if (item === undefined) return false;
  if (right.length === 0) return true;
  const [delivered, ...newer] = observed.landed(key).slice(-right.length);
  const isRight = (delivery: Omit<Delivery, 'origin'>) => [delivered!, ...newer].some((each) => isOf(each, delivery));
  if (item.status === 'delivered') return isRight(item);
  // A message that knows no version may have repeated the failure.
  const isOfNewer = item.versionId === undefined ? newer.length > 0 : newer.some((each) => isOf(each, item));
  return isOfNewer && item.kept !== undefined && isRight(item.kept);
}

async function hasItsChecksum(
  item: LedgerItem | undefined,
  landed: readonly Landed[],
  ofKey: readonly PlannedUpload[],
): Promise<boolean> {
  if (item?.status !== 'delivered') return true;
  const own = ofKey.find(({ number }) => landed.some((each) => each.number === number && isOf(each, item)));
  return own !== undefined && provesContent(item, contentOf(own.number, own.sizeBytes));
}

function isProvedAsDemanded(
  item: LedgerItem | undefined,
  observed: Observed,
  key: string,
  ofKey: readonly PlannedUpload[],
): boolean {
  return deliveriesOf(observed, key, item).every((delivery) => {
    const its = observed.landed(key).filter((each) => isOf(each, delivery));
    return its.some(({ number }) => ofKey.find((upload) => upload.number === number)?.kind.origin === delivery.origin);
  });
}

async function orMissing(head: Promise<HeadObjectCommandOutput>): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await head;
  } catch (error) {
    if ((error as Error).name === 'NotFound') return undefined;
    throw error;
  }
}
