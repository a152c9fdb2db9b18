/** The door of a person who invokes the relay with `{ "key": … }` or `{ "keys": […] }`. */
import pMap from 'p-map';
import { asRelayError, RelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { RelayReceipt } from '../ledger/receipt.ts';
import { publishEvents } from '../reporting/publish-events.ts';
import { parseManualEvent, type SingleKey, singleKeys } from '../request/manual.ts';
import { relayAtOnce } from './relay-at-once.ts';
import { requireRoom } from './room.ts';

export interface ManualAnswer {
  receipts: RelayReceipt[];
  failures: { key: string; failure: Record<string, unknown> }[];
}

/** A list of keys may be long. */
const OBJECTS_IN_FLIGHT = 10;

/** A key as it was given, and why it could not be relayed. */
interface Failed {
  single: SingleKey;
  failure: RelayError;
}

/**
 * Answers with a receipt for each object and route, and with a failure for each key that is invalid or whose object could not be relayed.
 * A key that is given twice is relayed once and answered once.
 * @throws RelayError when no object could be relayed, so that `aws lambda invoke` shows a FunctionError; `TooManyKeys`
 */
export async function relayKeys(invocation: Invocation, event: unknown): Promise<ManualAnswer> {
  const singles = singleKeys(event);
  const { route } = event as { route?: string };
  requireRoom(invocation, { keys: singles.map(keyOf), route }, OBJECTS_IN_FLIGHT);
  const receipts: RelayReceipt[] = [];
  const failed = await relayAll(invocation, singles, receipts);
  await publishEvents(invocation);
  for (const { failure } of failed) invocation.logger.error('not relayed', { failure: failure.toJSON() });
  if (failed.length === singles.length) throw failureOfAll(failed);
  return {
    receipts,
    failures: failed.map(({ single, failure }) => ({ key: `${keyOf(single)}`, failure: failure.toJSON() })),
  };
}

/** An object that there is no time for beside others is tried again when those have ended, as long as any of them ends. */
async function relayAll(
  invocation: Invocation,
  singles: readonly SingleKey[],
  receipts: RelayReceipt[],
): Promise<Failed[]> {
  const failed: Failed[] = [];
  const relayOne = async (single: SingleKey) => {
    try {
      const [request] = parseManualEvent(single.event, invocation.config, single.path);
      receipts.push(...(await relayAtOnce(invocation, request!)));
    } catch (error) {
      failed.push({ single, failure: asRelayError(error) });
    }
  };
  await pMap(singles, relayOne, { concurrency: OBJECTS_IN_FLIGHT });
  const { waiting = [], over = [] } = Object.groupBy(failed, ({ failure }) => (isForNow(failure) ? 'waiting' : 'over'));
  if (waiting.length === 0 || waiting.length === singles.length) return failed;
  const again = waiting.map(({ single }) => single);
  return [...over, ...(await relayAll(invocation, again, receipts))];
}

/** Of several keys each is named, with its own reason. */
function failureOfAll(failed: readonly Failed[]): RelayError {
  const [{ failure: first }, ...others] = failed as [Failed, ...Failed[]];
  if (others.length === 0) return first;
  const reasons = failed.map(
    ({ single, failure }) => `${JSON.stringify(keyOf(single))}: ${failure.code}, ${failure.message}`,
  );
  const isSame = others.every(({ failure }) => failure.message === first.message);
  return new RelayError({
    code: first.code,
    message: isSame ? first.message : `None of the ${failed.length} keys could be relayed. ${reasons.join(' ')}`,
    retryable: failed.some(({ failure }) => failure.retryable),
    operation: 'relay',
  });
}

function keyOf({ event }: SingleKey): unknown {
  return (event as { key?: unknown }).key;
}

const isForNow = ({ code }: RelayError) => code === 'NotBegun';
