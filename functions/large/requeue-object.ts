/** Puts a large object back into the queue, so that the relay looks at it afresh. */
import { requestDelivery } from '../messages/requeue.ts';
import type { LargeRun } from './large-run.ts';
import { persistentStep } from './persistent-step.ts';

/** The answer of an execution that has requeued its object. */
export interface RequeuedObject {
  status: 'handed back';
  route: string;
  source: { bucket: string; key: string };
  reason: string;
}

export interface RequeueOptions {
  reason: string;
  /** How often the object was begun for this reason; undefined if it is another object now. */
  attempts?: number;
  delaySeconds?: number;
  /** Whether something may have been written that no later attempt has put right. */
  isUncertain?: boolean;
}

export async function requeueObject(
  run: LargeRun,
  { reason, attempts, delaySeconds = 0, isUncertain = false }: RequeueOptions,
): Promise<RequeuedObject> {
  const { invocation, request, route } = run;
  const { bucket, key } = request.source;
  await persistentStep(run, 'hand back', async () => {
    await requestDelivery(invocation, { key, route: route.name, isUncertain, attempts }, delaySeconds);
    invocation.logger.info('handed back to the queue', { source: `${request.source}`, reason });
  });
  return { status: 'handed back', route: route.name, source: { bucket, key }, reason };
}
