/** Deploys an example in one order, again, and takes it down; says what went wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeployOrder, LocalCloud, Random, readAssembly, type StackInput } from '../../emulator/index.ts';
import { bucketArn } from '../../infra/arns.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { partitionOf } from '../../infra/config/regions.ts';
import { checkLimits } from '../../infra/limits/limits.ts';
import { relayNames, reportBucket } from '../../infra/names.ts';
import type { CommittedContext } from '../support/stacks.ts';
import { synthesized } from '../support/synthesized.ts';
import type { EarlierStack } from './earlier.ts';
import type { Example } from './examples.ts';
import { existingBuckets, keyStacks, withKeys } from './surroundings.ts';

/** An example, synthesized once for all orders. */
export interface Prepared {
  name: string;
  relays: CommittedContext[];
  stacks: StackInput[];
}

/** @throws the app's own sentence when a configuration is refused */
export async function prepare({ name, relays }: Example): Promise<Prepared> {
  const configured = await withKeys(relays);
  const stacks: StackInput[] = [];
  for (const relay of configured) stacks.push(...(await stacksOf(relay)));
  return { name, relays: configured, stacks };
}

/** The functions' code is not bundled, since none of them runs. */
export async function stacksOf(relay: unknown): Promise<StackInput[]> {
  const folder = await mkdtemp(join(tmpdir(), 'deploys-'));
  try {
    const { config, stacks } = synthesized(relay, folder);
    checkLimits(stacks, config);
    return readAssembly(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Deploys all stacks, each resource in the given order and the stacks in one drawn from the same, then once more without any change, then takes
 * them down. `before` are templates of an earlier version that are deployed first.
 * @throws Error naming what failed, or what is left although no document says so
 */
export async function exercise(
  { relays, stacks }: Prepared,
  order: DeployOrder,
  before: readonly EarlierStack[] = [],
): Promise<void> {
  const cloud = await LocalCloud.start({ stacks: [...keyStacks(relays), ...existingBuckets(relays)] });
  try {
    const surroundings = await cloud.inventory();
    for (const { stack, order: lucky } of before) await cloud.deploy(stack, { order: lucky });
    for (const stack of shuffled(stacks, order, 'first')) await cloud.deploy(stack, { order });
    for (const stack of shuffled(stacks, order, 'again')) {
      const done = Object.values(await cloud.deploy(stack, { order })).flat();
      if (done.length > 0) throw new Error(`A second deployment of ${stack.name} changed ${done.join(', ')}`);
    }
    for (const stack of shuffled(stacks, order, 'down')) await cloud.destroy(stack, { order });
    requireEqual(await cloud.inventory(), [...surroundings, ...documentedLeftovers(relays)].sort());
    if (cloud.unexpectedErrors.length > 0) throw new AggregateError(cloud.unexpectedErrors);
  } finally {
    await cloud.close();
  }
}

/** What docs/operations.md says stays: the buckets that the stacks made, and the tables of receipts. */
function documentedLeftovers(relays: readonly CommittedContext[]): string[] {
  return relays.flatMap((relay) => {
    const config = parseConfig(relay);
    const { account, region, bucket, existingBucket } = config.source;
    const destinations = config.routes.map(({ destination }) => destination).filter((each) => !each.existingBucket);
    const { replay, audit } = config.relay;
    const makesReportBucket = replay && audit.bucket === undefined;
    return [
      `arn:${partitionOf(region)}:dynamodb:${region}:${account}:table/${relayNames(config).ledgerTable}`,
      ...(bucket === undefined || existingBucket ? [] : [bucketArn(bucket, region)]),
      ...(makesReportBucket ? [bucketArn(reportBucket(config), region)] : []),
      ...destinations.map((each) => bucketArn(each.bucket, each.region)),
    ];
  });
}

function requireEqual(found: readonly string[], expected: readonly string[]): void {
  const left = found.filter((each) => !expected.includes(each));
  const missing = expected.filter((each) => !found.includes(each));
  if (left.length + missing.length === 0) return;
  throw new Error(`Left behind: ${left.join(', ') || 'nothing'}; gone: ${missing.join(', ') || 'nothing'}`);
}

function shuffled<T>(list: readonly T[], order: DeployOrder, stream: string): T[] {
  const random = new Random(typeof order === 'number' ? order : 0, stream);
  const rest = [...list];
  return list.map(() => rest.splice(random.integer(rest.length), 1)[0]!);
}
