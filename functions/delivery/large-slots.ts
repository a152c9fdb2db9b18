/** Limits how many large objects are under way at once: executions hold slots, which are leases in one item of the ledger. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { RelayError } from '../core/errors.ts';
import type { LargeSlots, Relay } from '../invocation/invocation.ts';
import { type Holders, leaveSlot, takeSlot, type Verdict } from './lease.ts';

/** Until the execution has begun. If Lambda keeps it waiting longer, it takes a slot itself. */
const START_SECONDS = 300;
/** An invocation and a pause take a quarter of an hour each; the lease is renewed between them, and this leaves some to spare. */
const LEASE_SECONDS = 2_100;

/** Ids of receipts begin with a route's name, which has no `#`. */
const ITEM_ID = '#large-objects';
/** Each round means that another writer came first. */
const ROUNDS = 50;
/** A large object takes minutes, so a message waits for several of its first pauses. */
const PAUSES = 4;
/** An environment does not ask again for each message of a flood, since one item takes some 1,000 writes a second. */
const BUSY_MS = 2_000;

/** The item as it was seen; without a version, there was none. */
interface Seen {
  holders: Holders;
  version: number | undefined;
}

/**
 * Keeps who holds a slot in one item of the ledger's table. A put changes the item only if nobody else has changed it since it was read.
 * It is read with a put whose condition is never met, so the relay's role needs nothing but dynamodb:PutItem.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html (ReturnValuesOnConditionCheckFailure)
 */
export function largeSlots({ clients, config, now }: Pick<Relay, 'clients' | 'config' | 'now'>): LargeSlots {
  const { largeSlots: slots, ledgerTable: TableName, retryDelaySeconds } = config;
  let busyUntilMs = 0;

  /** @returns the present item if the condition is not met */
  async function put(
    input: Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>,
    { holders, version = 0 }: Seen,
    abortSignal: AbortSignal,
  ): Promise<Seen | undefined> {
    const command = new PutItemCommand({
      TableName,
      Item: itemOf({ holders, version: version + 1 }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ...input,
    });
    try {
      await clients.dynamodb.send(command, { abortSignal });
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return seenOf(error.Item);
      throw unavailable(error, TableName);
    }
  }

  async function change(decide: (holders: Holders) => Verdict, signal: AbortSignal): Promise<Verdict['kind']> {
    const nothing: Seen = { holders: {}, version: undefined };
    const never = { ConditionExpression: 'attribute_not_exists(id) AND attribute_exists(id)' };
    let seen = (await put(never, nothing, signal)) ?? nothing;
    for (let round = 0; round < ROUNDS; round++) {
      const verdict = decide(seen.holders);
      if (verdict.kind !== 'write') return verdict.kind;
      const found = await put(asSeen(seen), { ...seen, holders: verdict.holders }, signal);
      if (!found) return verdict.kind;
      seen = found;
    }
    throw unavailable(new Error(`others have changed it ${ROUNDS} times`), TableName);
  }

  const take = async (owner: string, seconds: number, signal: AbortSignal): Promise<boolean> => {
    const nowMs = now().getTime();
    const claim = { owner, nowMs, untilMs: nowMs + seconds * 1000 };
    return (await change((holders) => takeSlot(holders, claim, slots), signal)) !== 'busy';
  };
  const busy = () => busyFor(slots, PAUSES * retryDelaySeconds);

  return {
    async reserve(owner, signal) {
      if (now().getTime() < busyUntilMs) throw busy();
      if (await take(owner, START_SECONDS, signal)) return;
      busyUntilMs = now().getTime() + BUSY_MS;
      throw busy();
    },
    async hold(owner, signal) {
      if (!(await take(owner, LEASE_SECONDS, signal))) throw busy();
    },
    async release(owner, seconds, signal) {
      const nowMs = now().getTime();
      await change((holders) => leaveSlot(holders, { owner, nowMs, untilMs: nowMs + seconds * 1000 }), signal);
    },
  };
}

function asSeen({ version }: Seen): Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'> {
  if (version === undefined) return { ConditionExpression: 'attribute_not_exists(id)' };
  return { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': { N: String(version) } } };
}

function itemOf({ holders, version }: Seen): Record<string, AttributeValue> {
  const M = Object.fromEntries(Object.entries(holders).map(([owner, untilMs]) => [owner, { N: String(untilMs) }]));
  return { id: { S: ITEM_ID }, version: { N: String(version) }, holders: { M } };
}

function seenOf(item: Record<string, AttributeValue> | undefined): Seen {
  if (!item) return { holders: {}, version: undefined };
  const entries = Object.entries(item['holders']?.M ?? {});
  return {
    holders: Object.fromEntries(entries.map(([owner, { N }]) => [owner, Number(N)])),
    version: Number(item['version']?.N),
  };
}

function busyFor(slots: number, retryAfterSeconds: number): RelayError {
  return new RelayError({
    code: 'LargeObjectsBusy',
    message: `${slots} large objects are under way, as many as relay.maximumConcurrency has room for; this one waits for its turn.`,
    retryable: true,
    retryAfterSeconds,
    operation: 'hold slot',
  });
}

function unavailable(cause: unknown, table: string): RelayError {
  const { name, message } = cause as Error;
  return new RelayError({
    code: 'LedgerUnavailable',
    message: `PutItem into ${table} failed (${name}: ${message}), so nobody knows how many large objects are under way. It will be tried again.`,
    retryable: true,
    operation: 'PutItem',
    cause,
  });
}
