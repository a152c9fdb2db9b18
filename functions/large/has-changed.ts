import { RelayError } from '../core/errors.ts';
import type { Route } from '../core/route.ts';
import type { SourceObject } from '../core/source-object.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { headSource, isGone, isSameContent, type SourceState } from '../transfer/source-state.ts';

/** What has become of the source since it was seen. */
export type Fate = 'same' | 'changed' | 'gone';

export async function fateOf(
  { clients, signal }: Invocation,
  route: Route,
  source: SourceObject,
  isSame: (found: SourceState) => boolean | Promise<boolean>,
): Promise<Fate> {
  try {
    return (await isSame(await headSource(clients.reader(route), source, signal))) ? 'same' : 'changed';
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/** Whether the source has other bytes by now. One that is gone has not changed: deletes do not travel. */
export async function hasChanged(
  invocation: Invocation,
  route: Route,
  source: SourceObject,
  seen: SourceState,
): Promise<boolean> {
  return (await fateOf(invocation, route, source, (found) => isSameContent(found, seen))) === 'changed';
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
