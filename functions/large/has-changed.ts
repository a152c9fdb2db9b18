import type { Invocation } from '../delivery/relay.ts';
import { RelayError } from '../errors.ts';
import type { Route } from '../route.ts';
import type { SourceObject } from '../source-object.ts';
import { headSource, isGone, isSameObject, type SourceState } from '../transfer/source-state.ts';

/** Whether the source is another object by now. One that is gone has not changed: deletes do not travel. */
export async function hasChanged(
  { clients, signal }: Invocation,
  route: Route,
  source: SourceObject,
  seen: SourceState,
): Promise<boolean> {
  try {
    return !isSameObject(await headSource(clients.reader(route), source, signal), seen);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

export function changed(source: SourceObject): RelayError {
  return new RelayError({
    code: 'SourceChanged',
    message: `${source} was overwritten while it was relayed; the newer one is begun afresh.`,
    retryable: true,
    operation: 'HeadObject',
    source: `${source}`,
  });
}
