/** Looks at the source again after it was read or written, and tells whether it has changed since. */
import { RelayError } from '../core/errors.ts';
import type { Route } from '../core/route.ts';
import type { SourceObject } from '../core/source-object.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { isSameUpload, type WrittenUpload } from '../transfer/same-upload.ts';
import { headSource, isGone, isSameContent, type SourceState } from '../transfer/source-state.ts';

/** A source that is gone has not changed: deletes do not travel. */
export type Found = { fate: 'same' | 'gone' } | { fate: 'changed'; state: SourceState };

/** Whether the source is still the upload that was written. */
export async function lookAfterWrite(
  invocation: Invocation,
  route: Route,
  source: SourceObject,
  upload: WrittenUpload,
): Promise<Found> {
  const { clients, signal } = invocation;
  return await lookAgain(invocation, route, source, (found) =>
    isSameUpload(route, clients.reader(route), source, upload, found, signal),
  );
}

/** Whether the source still has the bytes that were seen. */
export async function fateOfContent(
  invocation: Invocation,
  route: Route,
  source: SourceObject,
  seen: SourceState,
): Promise<Found['fate']> {
  return (await lookAgain(invocation, route, source, (found) => isSameContent(found, seen))).fate;
}

async function lookAgain(
  { clients, signal }: Invocation,
  route: Route,
  source: SourceObject,
  isSame: (found: SourceState) => boolean | Promise<boolean>,
): Promise<Found> {
  try {
    const state = await headSource(clients.reader(route), source, signal);
    return (await isSame(state)) ? { fate: 'same' } : { fate: 'changed', state };
  } catch (error) {
    if (isGone(error)) return { fate: 'gone' };
    throw error;
  }
}

/** @param story what comes after the object's name in the message */
export function sourceChanged(source: SourceObject, operation: string, story: string): RelayError {
  const message = `${source} was overwritten ${story}`;
  return new RelayError({ code: 'SourceChanged', message, retryable: true, operation, source: `${source}` });
}

export function changedMeanwhile(source: SourceObject): RelayError {
  return sourceChanged(source, 'HeadObject', 'while it was relayed; the newer one is begun afresh.');
}
