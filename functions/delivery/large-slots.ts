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

/** Until an execution has begun. If Lambda keeps it waiting for longer, it takes a slot by itself. */
const START_SECONDS = 300;
/** An invocation's quarter of an hour, a pause's, and some to spare: between these, somebody holds it anew. */
const LEASE_SECONDS = 2_100;

/** Receipts' ids begin with a route's name, which has no `#`. */
const ITEM_ID = '#large-objects';
/** Each of them means that somebody else has written, so this many in a row are of those who hold slots. */
const ROUNDS = 50;
/** So much of a message's first pause: a large object takes minutes. */
const PAUSES = 4;
/** In a flood, an execution environment doesn't ask anew for each message: one item takes some 1,000 writes a second. */
const BUSY_MS = 2_000;

/** The item as it was seen; without a version, there is none yet. */
interface Seen {
  holders: Holders;
  version: number | undefined;
}

/**
 * Keeps who holds a slot in one item of the ledger's table. It is changed only as it was seen, and it is read by a put whose
 * condition is never met, so that the relay's role needs nothing but dynamodb:PutItem.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html (ReturnValuesOnConditionCheckFailure)
 */
export function largeSlots({ clients, config, now }: Pick<Relay, 'clients' | 'config' | 'now'>): LargeSlots {
  const { largeSlots: slots, ledgerTable: TableName, retryDelaySeconds } = config;
  let busyUntilMs = 0;

  /** @returns what is there, where the condition isn't met */
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
