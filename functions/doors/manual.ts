/** The door of a person who invokes the relay with `{ "key": … }` or `{ "keys": […] }`. */
import pMap from 'p-map';
import { asRelayError, type RelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { RelayReceipt } from '../ledger/receipt.ts';
import { publishEvents } from '../reporting/publish-events.ts';
import { parseManualEvent, singleKeys } from '../request/manual.ts';
import { relayAtOnce } from './relay-at-once.ts';

export interface ManualAnswer {
  receipts: RelayReceipt[];
  failures: { key: string; failure: Record<string, unknown> }[];
}

/** A list of keys may be long. */
const OBJECTS_IN_FLIGHT = 10;

/** A key as it was given, and why it could not be relayed. */
interface Failed {
  single: { key?: unknown };
  failure: RelayError;
}

/**
 * Answers with a receipt for each object and route, and with a failure for each key that is invalid or whose object could not be relayed.
 * @throws RelayError when no object could be relayed, so that `aws lambda invoke` shows a FunctionError
 */
export async function relayKeys(invocation: Invocation, event: unknown): Promise<ManualAnswer> {
  const singles = singleKeys(event) as Failed['single'][];
  const receipts: RelayReceipt[] = [];
  const failed = await relayAll(invocation, singles, receipts);
  await publishEvents(invocation);
  for (const { failure } of failed) invocation.logger.error('not relayed', { failure: failure.toJSON() });
  if (failed.length === singles.length) throw failed[0]!.failure;
  return {
    receipts,
    failures: failed.map(({ single, failure }) => ({ key: `${single.key}`, failure: failure.toJSON() })),
  };
}

/** An object that there is no time for beside others is tried again when those have ended, as long as any of them ends. */
async function relayAll(
  invocation: Invocation,
  singles: readonly Failed['single'][],
  receipts: RelayReceipt[],
): Promise<Failed[]> {
  const failed: Failed[] = [];
  const relayOne = async (single: Failed['single']) => {
    try {
      const [request] = parseManualEvent(single, invocation.config);
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

const isForNow = ({ code }: RelayError) => code === 'NotBegun';
