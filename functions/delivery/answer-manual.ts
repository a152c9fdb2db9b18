import { randomUUID } from 'node:crypto';
import { asRelayError, type RelayError } from '../errors.ts';
import { parseManualEvent, singleKeys } from '../request/manual.ts';
import type { RelayReceipt } from './receipt.ts';
import type { Invocation } from './relay.ts';
import { relayAtOnce } from './relay-at-once.ts';
import { sendReports } from './report.ts';

export interface ManualAnswer {
  receipts: RelayReceipt[];
  failures: { key: string; failure: Record<string, unknown> }[];
}

/** A person's list may be long: this many objects are under way at once. */
const OBJECTS_IN_FLIGHT = 10;

/**
 * Answers with a receipt per object and route, and with a failure per object that could not be relayed, or per key that is none.
 * @throws RelayError when none could, so that `aws lambda invoke` shows a FunctionError
 */
export async function answerManual(invocation: Invocation, event: unknown): Promise<ManualAnswer> {
  const singles = singleKeys(event) as { key?: unknown }[];
  const receipts: ManualAnswer['receipts'] = [];
  const failed: { key: string; failure: RelayError }[] = [];
  const queue = singles.values();
  // All for one who waits: no object is put off for another one's sake.
  const messageId = randomUUID();
  const worker = async () => {
    for (const single of queue) {
      try {
        const [request] = parseManualEvent(single, invocation.config);
        receipts.push(...(await relayAtOnce(invocation, request!, messageId)));
      } catch (error) {
        const failure = asRelayError(error);
        invocation.logger.error('not relayed', { failure: failure.toJSON() });
        failed.push({ key: `${single.key}`, failure });
      }
    }
  };
  await Promise.all(Array.from({ length: OBJECTS_IN_FLIGHT }, worker));
  await sendReports(invocation);
  if (failed.length === singles.length) throw failed[0]!.failure;
  return { receipts, failures: failed.map(({ key, failure }) => ({ key, failure: failure.toJSON() })) };
}
